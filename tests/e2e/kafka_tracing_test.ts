/** Spans of consumers over a real broker, also of one that is killed, as a collector of OTLP receives them. */
import { assert, assertEquals } from "@std/assert";
import { kafkaTests } from "../kafka/broker.ts";
import { sharedBroker } from "../kafka/shared.ts";
import { kafkaFolder } from "./kafka.ts";
import { collector } from "./otlp_receiver.ts";
import { run, Running } from "./sequoia.ts";
import { assertOneSpanEach, CLIENT, CONSUMER, functionServer, spanIdOf } from "./traced_calls.ts";

const INSTANCES = 24;
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736", CALLER = "00f067aa0ba902b7";

const tree = (url: string) => `
import { chain, fn } from "sequoia";
const f = (name: string) => fn(name, { url: "${url}/" + name, retry: { attempts: 9, firstDelay: "1ms" } });
const inner = chain("inner", ({ call }) => void call(f("work")));
export default chain("tree", ({ call }) => {
  const list = call(f("list"));
  const each = call(f("each"), { after: list, map: "inputs.list" });
  call(inner, { after: call(f("shaky"), { after: each }) });
});
`;

kafkaTests("kafka: tracing", () => {
  const shared = sharedBroker();

  /** Functions, and a queue with instances of the tree, all but the first with traces of their own. */
  async function scene(answer: (name: string, nth: number) => Response | Promise<Response>) {
    const stack = new AsyncDisposableStack();
    const server = stack.use(functionServer(answer)), spans = stack.use(collector());
    const at = stack.use(await kafkaFolder(shared.broker, { "tree.ts": tree(server.at) }));
    const submit = (count: number, more: readonly string[] = []) =>
      run(
        ["produce", "tree.ts", "--burst", `${count}`, "--count", `${count}`, "--partitions", "4", ...more],
        at,
      );
    await submit(1, ["--traceparent", `00-${TRACE}-${CALLER}-01`]);
    const { code, stderr } = await submit(INSTANCES - 1);
    assertEquals(code, 0, stderr);
    const consume = () =>
      new Running(["consume", "--out", "none", "--limit", "8"], { ...at, env: { ...at.env, ...spans.env } });
    return { server, spans, consume, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
  }

  const answer = (name: string, nth: number) =>
    name === "list"
      ? Response.json([1, 2])
      : name === "shaky" && nth % 3 === 0
      ? new Response("not yet", { status: 500 })
      : Response.json(null);

  const ends = (all: readonly { kind: number; name: string }[]) =>
    all.filter(({ kind, name }) => kind === CONSUMER && name === "process tree").length;

  Deno.test("kafka: every attempt of two consumers is one span, below its instance's, and that below its caller's", async () => {
    await using at = await scene(answer);
    await using one = at.consume();
    await using two = at.consume();
    await at.spans.until((all) => ends(all) === INSTANCES);
    for (const consumer of [one, two]) {
      consumer.signal("SIGTERM");
      const { code, stderr } = await consumer.endsWithin(60_000);
      assertEquals(code, 0, stderr);
    }
    const all = at.spans.spans();
    assertOneSpanEach(all, at.server.received);
    assertEquals(all.filter(({ kind }) => kind === CONSUMER).length, 2 * INSTANCES);
    const byId = new Map(all.map((span) => [span.spanId, span]));
    for (const span of all) {
      const parent = byId.get(span.parentSpanId);
      if (span.name === "process tree") {
        assertEquals(span.parentSpanId, span.traceId === TRACE ? CALLER : "");
        continue;
      }
      const expected = span.kind === CONSUMER || span.attributes["sequoia.chain"] === "tree"
        ? "tree"
        : "inner";
      assertEquals([parent?.name, parent?.traceId], [`process ${expected}`, span.traceId], span.name);
      assert(
        span.startMs >= parent!.startMs && span.endMs <= parent!.endMs,
        `${span.name} lies without its parent`,
      );
    }
    assertEquals(new Set(all.map(({ traceId }) => traceId)).size, INSTANCES);
  });

  Deno.test("kafka: a consumer that was killed leaves spans that another's hang with below the same parents", async () => {
    const reached = Promise.withResolvers<void>(), held = Promise.withResolvers<void>();
    await using at = await scene(async (name, nth) => {
      if (name === "work" && nth === 5) {
        reached.resolve();
        await held.promise;
      }
      return answer(name, nth);
    });
    {
      await using killed = at.consume();
      await reached.promise;
      await at.spans.until((all) => all.some(({ name }) => name === "work"));
      killed.signal("SIGKILL");
      await killed.ended;
    }
    held.resolve();
    await using other = at.consume();
    // Whichever spans the first one had not exported are lost with it: the second one tells its own ends.
    await at.spans.until((all) => {
      const told = new Set(all.filter(({ name }) => name === "process tree").map(({ traceId }) => traceId));
      const reachedIds = new Set(at.server.received.map(({ traceparent }) => traceparent.slice(3, 35)));
      return reachedIds.size === INSTANCES && told.size >= INSTANCES - 8;
    });
    other.signal("SIGTERM");
    const { code, stderr } = await other.endsWithin(60_000);
    assertEquals(code, 0, stderr);
    const all = at.spans.spans();
    assertEquals(new Set(all.map(({ spanId }) => spanId)).size, all.length, "ids of spans repeat");
    const received = new Set(at.server.received.map(({ traceparent }) => spanIdOf(traceparent)));
    assertEquals(received.size, at.server.received.length, "each attempt has its own span");
    const instances = new Set(all.filter(({ kind }) => kind === CONSUMER).map(({ spanId }) => spanId));
    for (const { kind, spanId, parentSpanId, name, traceId, attributes } of all) {
      if (kind !== CLIENT) continue;
      assert(received.has(spanId), `${name} is a span of no call`);
      const own = `process ${attributes["sequoia.chain"]}`; // the first consumer may have ended it, and not exported that
      const ended = all.some((span) => span.traceId === traceId && span.name === own);
      if (ended) assert(instances.has(parentSpanId), `${name} hangs below a span that nobody writes`);
    }
  });
});
