import { assert, assertEquals } from "@std/assert";
import { chain, fn } from "../model/mod.ts";
import { EventEncoder } from "./encode.ts";
import { attempt, end, INFO, START_MS, submit } from "./testing.ts";

interface TraceEvent {
  readonly ph: string;
  readonly cat?: string;
  readonly id?: number;
  readonly bp?: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly args?: { readonly node?: string };
}

const f = fn("f");
const joined = chain("a", ({ call }) => {
  const first = call(f, { name: "first" });
  const left = call(f, { name: "left", after: first }), right = call(f, { name: "right", after: first });
  call(f, { name: "last", after: [left, right] });
});

/** The arrows of a log as the nodes that viewers would connect: the calls that run on the thread at the time. */
function arrowsIn(record: (encoder: EventEncoder) => string): string[] {
  const encoder = new EventEncoder(START_MS);
  const events = JSON.parse(`${encoder.run(INFO)}${record(encoder)}]`) as TraceEvent[];
  const calls = events.filter(({ ph }) => ph === "X");
  const under = ({ pid, tid, ts }: TraceEvent) =>
    calls.filter((call) => call.pid === pid && call.tid === tid && call.ts <= ts && ts < call.ts + call.dur!)
      .map(({ args }) => args!.node);
  const ends = events.filter(({ ph }) => ph === "f");
  assert(ends.every(({ bp, cat }) => bp === "e" && cat === "flow"));
  return ends.map((to) => {
    const from = events.filter(({ ph, id }) => ph === "s" && id === to.id);
    assertEquals(from.length, 1);
    return `${under(from[0]!)}>${under(to)}`;
  });
}

const call = (node: string, startedAtMs: number, runMs: number, more = {}) =>
  attempt({ node, startedAtMs, runMs, ...more });

Deno.test("EventEncoder draws an arrow along each edge of a chain, to the first call of a node", () => {
  const arrows = arrowsIn((encoder) =>
    encoder.submit(submit({ definition: joined })) +
    encoder.attempt(call("first", 0, 10)) +
    encoder.attempt(call("left", 10, 5)) +
    encoder.attempt(call("right", 10, 6, { settled: false, outcome: "failed" })) +
    encoder.attempt(call("right", 20, 6, { attempt: 2 })) +
    encoder.attempt(call("last", 26, 3)) +
    encoder.end(end({ endedAtMs: 29 }))
  );
  assertEquals(arrows.toSorted(), ["first>left", "first>right", "left>last", "right>last"]);
});

Deno.test("EventEncoder draws no arrows from calls that the log does not have, and none between instances", () => {
  const arrows = arrowsIn((encoder) =>
    encoder.submit(submit({ definition: joined })) +
    encoder.submit(submit({ instance: "a2", definition: joined })) +
    encoder.attempt(call("first", 0, 10)) +
    encoder.attempt(call("left", 10, 5, { instance: "a2" })) +
    encoder.end(end({ endedAtMs: 11 })) +
    encoder.attempt(call("right", 12, 5)) +
    encoder.attempt(call("left", 12, 5, { instance: "unknown" }))
  );
  assertEquals(arrows, []);
});
