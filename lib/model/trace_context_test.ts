import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { isSampled, isTraceContext, traceContextOf } from "./trace_context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736", SPAN = "00f067aa0ba902b7";
const good = `00-${TRACE}-${SPAN}-01`;

Deno.test("traceContextOf() reads what W3C allows, and hands it on as version 00", () => {
  const cases: [string, string][] = [
    [good, good],
    [` ${good}\t`, good],
    [`00-${TRACE}-${SPAN}-00`, `00-${TRACE}-${SPAN}-00`],
    [`00-${TRACE}-${SPAN}-03`, `00-${TRACE}-${SPAN}-03`],
    [`00-${TRACE}-${SPAN}-ff`, `00-${TRACE}-${SPAN}-03`],
    [`cc-${TRACE}-${SPAN}-01`, good],
    [`cc-${TRACE}-${SPAN}-01-what-comes-later`, good],
  ];
  for (const [given, read] of cases) assertEquals(traceContextOf(given), { traceparent: read }, given);
});

Deno.test("traceContextOf() takes nothing that W3C calls invalid, nor the state beside it", () => {
  const bad = [
    ...["", "x", `ff-${TRACE}-${SPAN}-01`, `0-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}`],
    ...[`00-${TRACE.toUpperCase()}-${SPAN}-01`, `00-${TRACE}-${SPAN}-0`, `00-${TRACE}-${SPAN}-01-more`],
    ...[`00-${TRACE}-${SPAN}-01.`, `cc-${TRACE}-${SPAN}-01more`, `00-${TRACE.slice(1)}-${SPAN}-01`],
    ...[`00-${"0".repeat(32)}-${SPAN}-01`, `00-${TRACE}-${"0".repeat(16)}-01`, `00-${TRACE}-${SPAN}-0x`],
    ...[`00_${TRACE}_${SPAN}_01`, `${good}, ${good}`, `${good}\n`.repeat(2)],
  ];
  for (const given of [...bad, null, undefined]) {
    assertEquals(traceContextOf(given, "a=1"), {}, String(given));
  }
});

Deno.test("traceContextOf() passes a trace state on, without what is empty, and drops one that cannot be read", () => {
  const stateOf = (text: string) => traceContextOf(good, text).tracestate;
  assertEquals(stateOf("a=1, 2b@c=two words ,, d*/-_=!~"), "a=1,2b@c=two words,d*/-_=!~");
  for (const bad of ["a", "=1", "A=1", "a=1,a=2", "a=b=c", "a=é", "a=1\n", "a@b@c=1", "a=", ","]) {
    assertStrictEquals(stateOf(bad === "a=1\n" ? "a=1\x01" : bad), undefined, bad);
  }
  const members = (many: number) => Array.from({ length: many }, (_, i) => `k${i}=v`).join();
  assertEquals([stateOf(members(32)), stateOf(members(33))], [members(32), undefined]);
});

Deno.test("traceContextOf() shortens a long trace state by whole members, the longest first", () => {
  const long = `long=${"x".repeat(200)}`, short = (key: string) => `${key}=${"x".repeat(100)}`;
  const given = [short("a"), long, short("b"), short("c"), short("d"), short("e")].join();
  assertEquals(traceContextOf(good, given).tracestate, ["a", "b", "c", "d"].map(short).join());
});

Deno.test("traceContextOf() gives what it takes again, whatever it is given", () => {
  const states = fc.oneof(
    fc.string(),
    fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), fc.stringMatching(/^[ -~]{0,80}$/)), {
      maxLength: 40,
    })
      .map((members) => members.map((member) => member.join("=")).join()),
  );
  fc.assert(fc.property(fc.oneof(fc.string(), fc.constant(good)), states, (parent, state) => {
    const read = traceContextOf(parent, state);
    assertEquals(isTraceContext(read), true);
    assertEquals((read.tracestate ?? "").length <= 512, true);
  }));
  assertEquals(isTraceContext({ traceparent: "x" }), false);
  assertEquals(isTraceContext({ tracestate: "a=1" }), false);
  assertEquals(isTraceContext({ traceparent: good, tracestate: "a = 1" }), false);
});

Deno.test("isSampled() reads the first flag only", () => {
  assertEquals(["00", "01", "02", "03"].map(isSampled), [false, true, false, true]);
});
