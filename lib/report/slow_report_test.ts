/** Holds reports to a second computation of their figures, which is slow and short: one figure at a time, by its definition. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { EndEvent, RunEvent, SubmitEvent } from "./events.ts";
import type { FigureValue } from "./figure_types.ts";
import { buildReport } from "./report.ts";
import type { ChainQuantity } from "./schema.ts";
import { end, run, START_MS, submit } from "./testing.ts";

const ENDS = ["completed", "completed", "completed", "failed", "cancelled", "dropped", "shed"] as const;

const instance = fc.record({
  chain: fc.constantFrom("a", "b"),
  atMs: fc.nat(1000),
  tookMs: fc.integer({ min: -50, max: 2000 }),
  outcome: fc.option(fc.constantFrom(...ENDS), { nil: undefined }),
  idealMs: fc.option(fc.nat(500), { nil: undefined }),
  deadlineMs: fc.option(fc.nat(1500), { nil: undefined }),
  isCalled: fc.boolean(),
});

type Seen = typeof instance extends fc.Arbitrary<infer T> ? T : never;

function eventsOf(instances: readonly Seen[]): RunEvent[] {
  return instances.flatMap(({ chain, atMs, tookMs, outcome, idealMs, deadlineMs, isCalled }, i) => {
    const given = {
      chain,
      ...deadlineMs !== undefined && { deadlineMs },
      ...isCalled && { parent: "x" },
    };
    const ideal = { chain, ...idealMs !== undefined && { idealMs } };
    return [
      submit(`i${i}`, atMs, given),
      ...outcome === undefined ? [] : [end(`i${i}`, atMs + tookMs, outcome, ideal)],
    ];
  });
}

/** The value that at least `percent` of the times do not exceed, never the greatest of all. */
function percentileOf(times: readonly number[], percent: number): FigureValue {
  const enough = times.filter((time) =>
    times.filter((other) => other <= time).length * 100 >= percent * times.length
  );
  const least = Math.min(...enough);
  return times.length === 0 ? null : least === Infinity ? "never" : least;
}

function assertQuantity(actual: ChainQuantity, times: readonly number[], name: string): void {
  const known = times.filter((time) => !Number.isNaN(time));
  const isUnknown = known.every((time) => time === Infinity) && known.length < times.length;
  for (const percent of [50, 90, 95, 99] as const) {
    const expected = isUnknown ? null : percentileOf(known, percent);
    if (typeof expected === "number") assertAlmostEquals(Number(actual[`p${percent}`]), expected, 1e-6, name);
    else assertEquals(actual[`p${percent}`], expected, name);
  }
}

Deno.test("buildReport() has the figures of instances that follow from their definitions", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(instance, { maxLength: 25 }), async (instances) => {
      const events = eventsOf(instances), report = await buildReport([run(), ...events]);
      const logEndMs = Math.max(0, ...events.map(timeOf));
      for (const chain of [undefined, "a", "b"]) {
        const seen = instances.filter((one) => chain === undefined ? !one.isCalled : one.chain === chain);
        const of = chain === undefined ? report : report.byChain[chain];
        if (of === undefined) {
          assertEquals(seen, []);
          continue;
        }
        const times = seen.map(({ outcome, tookMs }) =>
          outcome !== "completed" ? Infinity : tookMs < 0 ? NaN : tookMs
        );
        assertQuantity(of.chain_ms, times, "chain_ms");
        assertQuantity(of.completed_chain_ms, times.filter((time) => time < Infinity), "completed_chain_ms");
        const slow = seen.map(({ idealMs }, i) =>
          times[i] === Infinity ? Infinity : idealMs ? times[i]! / idealMs : NaN
        );
        assertQuantity(of.slowdown, slow, "slowdown");
        assertEquals(of.chains.submitted, seen.length);
        assertEquals(
          of.chains.called,
          instances.filter((one) => one.isCalled && (chain ?? one.chain) === one.chain).length,
        );
        const isLate = ({ outcome, atMs, deadlineMs = Infinity }: Seen, i: number) =>
          deadlineMs < Infinity &&
          (outcome === undefined
            ? atMs + deadlineMs < logEndMs
            : outcome !== "completed" || times[i]! > deadlineMs);
        assertEquals(of.deadlines.missed, seen.filter(isLate).length);
        const isMet = ({ deadlineMs = -1 }: Seen, i: number) => times[i]! <= deadlineMs;
        assertEquals(of.deadlines.met, seen.filter(isMet).length);
      }
    }),
    { numRuns: 300 },
  );
});

function timeOf(event: RunEvent): number {
  const { submittedAtMs, endedAtMs } = event as Partial<SubmitEvent & EndEvent>;
  return (submittedAtMs ?? endedAtMs ?? START_MS) - START_MS;
}
