/** The compiled binary serves, consumes and traces. `.ci/run` runs this file by its name once `dist/sequoia` is made. */
import { assertEquals } from "@std/assert";
import { callerOf } from "./api.ts";
import { collector } from "./otlp_receiver.ts";
import { folder, ROOT, run, Running } from "./sequoia.ts";
import { assertOneSpanEach, CONSUMER, functionServer } from "./traced_calls.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736", CALLER = "00f067aa0ba902b7";
const INSTANCES = 5;

Deno.test("the compiled binary serves a chain, and every attempt of its consumer is a span below its instance's", async () => {
  await using spans = collector();
  await using functions = functionServer(() => Response.json({ ok: true }));
  await using place = await folder({
    "line.js": `import { chain, fn } from "sequoia";
const f = (name) => fn(name, { url: "${functions.at}/" + name });
export default chain("line", ({ call }) => void call(f("second"), { after: call(f("first")) }));`,
  });
  const at = { ...place, program: [`${ROOT}/dist/sequoia`], env: spans.env };
  const { code, stderr } = await run(["deploy", "line.js"], at);
  assertEquals(code, 0, stderr);
  await using serve = new Running(["serve", "--listen", "127.0.0.1:0", "--json"], at);
  await using consume = new Running(["consume", "--out", "none"], at);
  const [, url] = await serve.says(/"url":"(http:[^"]+)"/);
  const call = callerOf(url!);
  for (let i = 0; i < INSTANCES; i++) {
    const headers = i === 0 ? { traceparent: `00-${TRACE}-${CALLER}-01` } : {};
    const { status, body } = await call("POST", "/v1/chains/line?wait=60s", {}, headers);
    assertEquals([status, body.instance.state], [201, "completed"]);
  }
  for (const path of ["/", "/metrics", "/readyz", "/v1/live", "/v1/openapi.json"]) {
    assertEquals([path, (await call("GET", path)).status], [path, 200]);
  }
  for (const process of [consume, serve]) {
    process.signal("SIGTERM");
    const ended = await process.endsWithin(60_000);
    assertEquals(ended.code, 0, ended.stderr);
  }
  const all = spans.spans(), instances = all.filter(({ kind }) => kind === CONSUMER);
  assertOneSpanEach(all, functions.received);
  assertEquals(functions.received.length, 2 * INSTANCES);
  assertEquals(instances.length, INSTANCES);
  const parents = new Map(instances.map(({ traceId, spanId }) => [traceId, spanId]));
  for (const { kind, name, traceId, parentSpanId } of all) {
    const parent = kind !== CONSUMER ? parents.get(traceId) : traceId === TRACE ? CALLER : "";
    assertEquals([name, parentSpanId], [name, parent]);
  }
});
