/** Shortest job first goes by learned run times as it would by the true ones, after fifty calls of each function. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Chain,
  chain,
  checkDistribution,
  constant,
  type Distribution,
  fn,
  lognormal,
  meanMs,
  NULL,
  sampleMs,
  seededRandom,
} from "../../lib/model/mod.ts";
import type { Scheduler } from "../../lib/scheduler/mod.ts";
import { instanceOf, makeScheduler, OK, runAll, single } from "./builders.ts";

const CALLS = 50;
/** Chains that differ by less than this share of their length may be taken for one another. */
const TOLD_APART = 1.25;

/** A function as it is, and what is declared of it. */
interface Real {
  readonly time: Distribution;
  /** The number of its calls that hang, and the factor by which they take longer. */
  readonly outliers: number;
  readonly hang: number;
  readonly declaredMs: number | undefined;
}

const real: fc.Arbitrary<Real> = fc.record({
  time: fc.tuple(fc.integer({ min: 5, max: 5000 }), fc.constantFrom(1, 1.2, 2))
    .map(([medianMs, spread]) => spread === 1 ? constant(medianMs) : lognormal(medianMs, medianMs * spread)),
  outliers: fc.nat(2),
  hang: fc.constantFrom(20, 1000),
  declaredMs: fc.option(fc.constantFrom(1, 100, 10_000), { nil: undefined }),
});

const lines = fc.array(fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 8 });

/** Tells a scheduler of fifty calls of each function. */
function teach(scheduler: Scheduler, functions: readonly Real[], seed: number): void {
  const random = seededRandom(seed);
  functions.forEach(({ time, outliers, hang, declaredMs }, f) => {
    const one = single(`f${f}`, declaredMs === undefined ? {} : { time: constant(declaredMs) });
    for (let i = 0; i < CALLS; i++) {
      const runMs = sampleMs(time, random) * (i % 20 < outliers && i < 20 ? hang : 1);
      scheduler.submit(instanceOf(one, `f${f} ${i}`), 0);
      scheduler.settle(scheduler.next(0)!, OK, 0, runMs);
    }
  });
}

/** A chain of functions, one after the other, with this declared. */
function lineOf(
  name: string,
  functions: readonly number[],
  declaredMs: (f: number) => number | undefined,
): Chain {
  return chain(name, ({ call }) => {
    functions.forEach((f, i) => {
      const ms = declaredMs(f);
      const time = ms === undefined ? {} : { time: constant(ms) };
      call(fn(`f${f}`, time), { name: `n${i}`, after: i === 0 ? [] : [`n${i - 1}`] });
    });
  });
}

/** The order in which instances of some chains are begun. */
function orderOf(scheduler: Scheduler, chains: readonly Chain[]): string {
  chains.forEach((chain) => scheduler.submit(instanceOf(chain, chain.name), 0));
  return runAll(scheduler).filter(({ nodeIndex }) => nodeIndex === 0).map(({ chain }) => chain).join(" ");
}

Deno.test("Scheduler orders by learned times as by true ones, whatever was declared, and whatever hangs", () => {
  const functions = fc.array(real, { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(functions, lines, fc.nat(1000), (functions, lines, seed) => {
      const trueMs = functions.map(({ time }) => meanMs(checkDistribution(time)));
      const lengthOf = (line: readonly number[]) => line.reduce((sum, f) => sum + trueMs[f]!, 0);
      const apart = lines.filter((line, i) =>
        lines.slice(0, i).every((other) => {
          const ratio = lengthOf(line) / lengthOf(other);
          return Math.max(ratio, 1 / ratio) > TOLD_APART;
        })
      );
      const chains = (declaredMs: (f: number) => number | undefined) =>
        apart.map((line, i) => lineOf(`c${i}`, line, declaredMs));
      const [learning, knowing] = [makeScheduler("shortest-job-first"), makeScheduler("shortest-job-first")];
      teach(learning, functions, seed);
      const learned = orderOf(learning, chains((f) => functions[f]!.declaredMs));
      assertEquals(learned, orderOf(knowing, chains((f) => trueMs[f])));
    }),
    { numRuns: 200 },
  );
});

Deno.test("Scheduler.expectedWorkMs() is what is left to run, by learned times", () => {
  const scheduler = makeScheduler("fcfs", { global: 2 });
  const line = lineOf("line", [0, 1], (f) => 10 + 90 * f);
  for (const id of ["a", "b", "c"]) scheduler.submit(instanceOf(line, id), 0);
  assertEquals(scheduler.expectedWorkMs(), 330);
  const [a] = [scheduler.next(0)!, scheduler.next(0)!];
  assertEquals(scheduler.expectedWorkMs(), 330);
  scheduler.settle(a, OK, 40, 40);
  const longMs = 100 * 4 ** (1 / 6); // one of six says that declared times are four times too short
  assertAlmostEquals(scheduler.expectedWorkMs(), 2 * (5 * 10 + 40) / 6 + 3 * longMs, 0.01);
  scheduler.cancel("c", 40);
  scheduler.submit(instanceOf(line, "d"), 40, [{ node: 0, state: "ok", attempts: 1, output: NULL }]);
  assertAlmostEquals(scheduler.expectedWorkMs(), (5 * 10 + 40) / 6 + 3 * longMs, 0.01);
  runAll(scheduler, 50);
});

Deno.test("shortest job first goes by what functions tell of themselves, whatever the provider adds to their calls", () => {
  const scheduler = makeScheduler("shortest-job-first", { global: 1 });
  for (let i = 0; i < 10; i++) {
    for (const [name, runMs] of [["short", 900], ["long", 500]] as const) {
      scheduler.submit(instanceOf(single(name), `${name} ${i}`), 0);
      scheduler.settle(scheduler.next(0)!, OK, 0, runMs); // the provider lets the short one wait
    }
  }
  const first = (round: number) => {
    for (const name of ["long", "short"]) {
      scheduler.submit(instanceOf(single(name), `${name} again ${round}`), 0);
    }
    return runAll(scheduler)[0]!.node;
  };
  assertEquals(first(1), "long");
  scheduler.observeFunction("short", 20);
  scheduler.observeFunction("long", 400);
  assertEquals(first(2), "short");
});
