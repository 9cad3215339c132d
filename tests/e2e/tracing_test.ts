/** Spans of the real command line, as a collector of OTLP receives them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { collector } from "./otlp_receiver.ts";
import { folder, run, Running } from "./sequoia.ts";
import {
  assertOneSpanEach,
  assertSame,
  CLIENT,
  CONSUMER,
  functionServer,
  named,
  only,
  spanIdOf,
} from "./traced_calls.ts";

const INTERNAL = 1, ERROR = 2;
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736", CALLER = "00f067aa0ba902b7";
const CALLED_BY = { TRACEPARENT: `00-${TRACE}-${CALLER}-01`, TRACESTATE: "vendor=a b,other=1" };

Deno.test("a trace has a span for each attempt, item and called chain, below whoever submitted it", async () => {
  await using spans = collector();
  await using server = functionServer((name, nth) => {
    if (name === "list") return Response.json([1, 2, 3]);
    if (name === "shaky" && nth === 1) return new Response("not yet", { status: 500 });
    if (name === "full" && nth === 1) return new Response(null, { status: 429 });
    return Response.json(null);
  });
  await using options = await folder({
    "tree.ts": `
import { chain, fn } from "sequoia";
const f = (name: string) => fn(name, { url: "${server.at}/" + name + "?key=secret", retry: { firstDelay: "1ms" } });
const inner = chain("inner", ({ call }) => void call(f("work")));
export default chain("tree", ({ call }) => {
  const list = call(f("list"));
  const each = call(f("each"), { after: list, map: "inputs.list" });
  const shaky = call(f("shaky"), { after: each });
  call(f("full"), { after: shaky });
  call(inner, { after: shaky });
});
`,
  });
  const produced = await run(["produce", "tree.ts", "--id", "t1", "--label", "tenant=acme"], {
    ...options,
    env: CALLED_BY,
  });
  assertEquals(produced.code, 0, produced.stderr);
  const consumed = await run(["consume", "--until-empty", "--out", "none"], { ...options, env: spans.env });
  assertEquals(consumed.code, 0, consumed.stderr);

  const all = spans.spans();
  assertOneSpanEach(all, server.received);
  assertEquals(new Set(all.map(({ traceId }) => traceId)), new Set([TRACE]));
  const tree = only(all, "process tree"), inner = only(all, "process inner");
  assertEquals([tree.parentSpanId, tree.kind, tree.flags], [CALLER, CONSUMER, 0x301]);
  assertEquals([inner.parentSpanId, inner.flags], [tree.spanId, 0x101]);
  for (const span of all.filter(({ kind }) => kind !== CONSUMER)) {
    const parent = span.attributes["sequoia.chain"] === "inner" ? inner : tree;
    assertEquals(span.parentSpanId, parent.spanId, span.name);
    assert(
      span.startMs >= parent.startMs && span.endMs <= parent.endMs,
      `${span.name} lies without its parent`,
    );
  }
  for (const { tracestate } of server.received) assertEquals(tracestate, "vendor=a b,other=1");
  for (const { traceState } of all) assertEquals(traceState, "vendor=a b,other=1");

  const attributesOf = (name: string, ...wanted: string[]) =>
    named(all, name).map(({ attributes, status }) => [...wanted.map((key) => attributes[key]), status.code]);
  assertEquals(attributesOf("shaky", "sequoia.attempt", "sequoia.outcome", "error.type"), [
    [1, "failed", "500", ERROR],
    [2, "ok", undefined, 0],
  ]);
  assertEquals(attributesOf("full", "sequoia.attempt", "sequoia.outcome", "http.response.status_code"), [
    [1, "throttled", 429, ERROR],
    [2, "ok", 200, 0],
  ]);
  assertSame(
    named(all, "each").map(({ attributes }) => String(attributes["sequoia.item"])),
    ["0", "1", "2"],
    "items",
  );
  assertEquals(tree.attributes["sequoia.label.tenant"], "acme");
  const work = only(all, "work");
  assertEquals(work.attributes["url.full"], `${server.at}/work`, "without what may be secret");
  for (const queued of all.filter(({ kind }) => kind === INTERNAL)) {
    const { "sequoia.node": node, "sequoia.item": item, "sequoia.attempt": attempt } = queued.attributes;
    const call = all.find(({ kind, startMs, attributes }) =>
      kind === CLIENT && Math.abs(startMs - queued.endMs) < 0.001 && attributes["sequoia.node"] === node &&
      attributes["sequoia.item"] === item && attributes["sequoia.attempt"] === attempt
    );
    assert(call !== undefined, `${queued.name} does not end where its call starts`);
    assertEquals(queued.name, `queued ${call.name}`);
    assert(Math.abs(Number(call.attributes["sequoia.queued_ms"]) - (queued.endMs - queued.startMs)) < 0.01);
  }
  const { resource } = tree;
  assertEquals(resource["service.name"], "sequoia");
  assert(Number(resource["process.pid"]) > 0);
});

Deno.test("what fails is a line of the log with the ids of its span, and a span with its reason", async () => {
  await using spans = collector();
  await using server = functionServer(() => new Response("no such thing", { status: 404 }));
  await using options = await folder({
    "bad.ts": `
import { chain, fn } from "sequoia";
export default chain("bad", ({ call }) => void call(fn("bad_one", { url: "${server.at}/bad_one" })));
`,
  });
  await run(["produce", "bad.ts"], options);
  const linesOf = async (env: Record<string, string>) => {
    const { stderr } = await run(["consume", "--until-empty", "--log-format", "json"], { ...options, env });
    const lines = stderr.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    return ["calls-failed", "chains-failed"].map((name) => lines.find(({ event }) => event === name));
  };
  const [call, chain] = await linesOf(spans.env);
  const attempt = only(spans.spans(), "bad_one"), instance = only(spans.spans(), "process bad");
  assertEquals([call.trace_id, call.span_id], [attempt.traceId, attempt.spanId]);
  assertEquals([chain.trace_id, chain.span_id], [instance.traceId, instance.spanId]);
  assertEquals([instance.parentSpanId, instance.traceId], ["", attempt.traceId]);
  assertEquals([attempt.status.code, instance.status.code], [ERROR, ERROR]);
  assertMatch(attempt.status.message, /404.*no such thing/s);

  const { code } = await run(["queue", "retry", "--state", "failed"], options);
  assertEquals(code, 0);
  const [untraced] = await linesOf({});
  const last = server.received.at(-1)!;
  assertEquals([untraced.trace_id, untraced.span_id], [attempt.traceId, spanIdOf(last.traceparent)]);
});

Deno.test("a trace that its caller does not record is not recorded here, and functions are told so", async () => {
  await using spans = collector();
  await using server = functionServer(() => Response.json(null));
  await using options = await folder({
    "one.ts": `
import { chain, fn } from "sequoia";
const inner = chain("inner", ({ call }) => void call(fn("b", { url: "${server.at}/b" })));
export default chain("one", ({ call }) => void call(inner, { after: call(fn("a", { url: "${server.at}/a" })) }));
`,
  });
  const submit = (...more: string[]) => run(["produce", "one.ts", ...more], options);
  await submit("--traceparent", `00-${TRACE}-${CALLER}-00`);
  await submit("--traceparent", `00-${"c".repeat(32)}-${CALLER}-01`);
  await submit(); // left to the sampler, which takes none
  const env = { ...spans.env, OTEL_TRACES_SAMPLER: "parentbased_always_off" };
  const { code, stderr } = await run(["consume", "--until-empty"], { ...options, env });
  assertEquals(code, 0, stderr);
  assertEquals(new Set(spans.spans().map(({ traceId }) => traceId)), new Set(["c".repeat(32)]));
  const flags = server.received.map(({ traceparent }) => [traceparent.slice(3, 35), traceparent.slice(53)]);
  assertEquals(flags.length, 6);
  for (const [traceId, flag] of flags) assertEquals(flag, traceId === "c".repeat(32) ? "01" : "00");
});

Deno.test("after a consumer was killed, another goes on with the same trace, and writes the instance's span once", async () => {
  await using spans = collector();
  const reached = Promise.withResolvers<void>(), held = Promise.withResolvers<void>();
  await using server = functionServer(async (name, nth) => {
    if (name === "second" && nth === 1) {
      reached.resolve();
      await held.promise;
    }
    return Response.json(name);
  });
  await using options = await folder({
    "line.ts": `
import { chain, fn } from "sequoia";
const f = (name: string) => fn(name, { url: "${server.at}/" + name });
export default chain("line", ({ call }) => {
  call(f("third"), { after: call(f("second"), { after: call(f("first")) }) });
});
`,
  });
  await run(["produce", "line.ts", "--id", "k1"], options);
  const env = { ...options, env: spans.env };
  {
    await using killed = new Running(["consume", "--out", "none"], env);
    await reached.promise;
    await spans.until((all) => named(all, "first").length > 0);
    killed.signal("SIGKILL");
    await killed.ended;
  }
  held.resolve();
  const { code, stderr } = await run(["consume", "--until-empty", "--out", "none"], env);
  assertEquals(code, 0, stderr);

  const all = spans.spans(), instance = only(all, "process line");
  const calls = all.filter(({ kind }) => kind === CLIENT);
  assertEquals(calls.map(({ name }) => name), ["first", "second", "third"]);
  for (const call of calls) {
    assertEquals([call.traceId, call.parentSpanId], [instance.traceId, instance.spanId], call.name);
  }
  const received = server.received.map(({ function: name, traceparent }) =>
    `${name} ${traceparent.slice(3, 35)}`
  );
  assertEquals(received, ["first", "second", "second", "third"].map((name) => `${name} ${instance.traceId}`));
  assertEquals(
    new Set(server.received.map(({ traceparent }) => traceparent)).size,
    4,
    "each attempt has its own span",
  );
  assertEquals(new Set(calls.map(({ resource }) => resource["process.pid"])).size, 2);
  assert(instance.startMs <= calls[0]!.startMs && instance.endMs >= calls[2]!.endMs);
});

Deno.test("a collector that does not take spans holds nothing up, and their loss is told", async () => {
  await using spans = collector(() => new Response("no", { status: 400 }));
  await using options = await folder({
    "one.ts": `
import { chain, fn } from "sequoia";
export default chain("one", ({ call }) => void call(fn("a", { time: "1ms" })));
`,
  });
  await run(["produce", "one.ts", "--burst", "20"], options);
  const { code, stderr } = await run(["consume", "--until-empty"], { ...options, env: spans.env });
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /warn: The collector of traces .*status 400.* spans? (is|are) lost/);
  const away = { ...spans.env, OTEL_EXPORTER_OTLP_PROTOCOL: "console" };
  await run(["produce", "one.ts"], options);
  const other = await run(["consume", "--until-empty"], { ...options, env: away });
  assertEquals(other.code, 0, other.stderr);
  assertMatch(other.stderr, /warn: OTEL_EXPORTER_OTLP_PROTOCOL: .*http\/protobuf/);
});

Deno.test("produce says what it cannot read as a trace", async () => {
  await using options = await folder({
    "one.ts": `
import { chain, fn } from "sequoia";
export default chain("one", ({ call }) => void call(fn("a", { time: "1ms" })));
`,
  });
  const ignored = await run(["produce", "one.ts"], { ...options, env: { TRACEPARENT: "00-x" } });
  assertEquals(ignored.code, 0, ignored.stderr);
  assertMatch(ignored.stderr, /warn: TRACEPARENT: Cannot read "00-x" as a trace/);
  const refused = await run(["produce", "one.ts", "--traceparent", "00-x"], options);
  assertEquals(refused.code, 2);
  assertMatch(refused.stderr, /Cannot read "00-x" as a trace/);
});
