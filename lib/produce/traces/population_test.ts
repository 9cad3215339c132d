import { assert, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../model/mod.ts";
import { population, type SampleFunction } from "./population.ts";

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function assertNear(actual: number, expected: number, what: string): void {
  assert(Math.abs(actual / expected - 1) < 0.15, `${what}: ${actual} instead of ${expected}`);
}

Deno.test("population() has the medians and the shares that were published", () => {
  const functions = population({ apps: 4000, minutes: 1 }, seededRandom("published"));
  const apps = [...Map.groupBy(functions, ({ app }) => app).values()];
  // Most apps are not called in a minute, whatever their memory and run times: 19 % are called once a minute, or more often.
  assert(apps.length > 700 && apps.length < 1600, `${apps.length} of 4,000 apps are called`);
  assertNear(
    median(apps.map(([fn]) => fn!.memoryMb)),
    107.083 * (2 ** (1 / 0.221) - 1) ** (1 / 11.652),
    "memory",
  );
  const busy = functions.filter(({ calls }) => calls.length > 20);
  const averages = busy.map(({ calls }) => calls.reduce((sum, { runMs }) => sum + runMs, 0) / calls.length);
  assertNear(Math.log(median(averages) / 1000) + 10, -0.38 + 10, "run times");
  const http = functions.filter(({ trigger }) => trigger === "http").length / functions.length;
  assertNear(http, 0.55, "share of http");
});

Deno.test("population() makes the same apps and calls for each length, as far as it goes", () => {
  const of = (minutes: number) => population({ apps: 20, minutes }, seededRandom("length"));
  const key = ({ owner, app, id, trigger, memoryMb }: SampleFunction) =>
    [owner, app, id, trigger, memoryMb].join();
  const long = new Map(of(60).map((fn) => [key(fn), fn]));
  const short = of(10);
  assert(short.length > 0 && short.length < long.size);
  for (const fn of short) assertEquals(long.get(key(fn))?.calls.slice(0, fn.calls.length), fn.calls);
});

Deno.test("population() refuses more calls than fit in memory", () => {
  const many = { apps: 100_000, minutes: 1440 };
  assertThrows(() => population(many, seededRandom("1")), RangeError, "Take fewer apps or minutes");
});
