/** Limits before platforms that queue silently, for functions of a minute beside far shorter ones, in virtual time. */
import { assert } from "@std/assert";
import {
  constant,
  type Distribution,
  lognormal,
  quantiles,
  seededRandom,
  uniform,
} from "../../lib/model/mod.ts";
import { parseProfile, Provider } from "../../lib/provider/mod.ts";
import type { Limits } from "../../lib/scheduler/mod.ts";
import { chosen } from "../lanes.ts";
import { makeScheduler } from "./builders.ts";
import { SaturatedLoad } from "./saturation.ts";

const SLOTS = 20;
const MINUTE_MS = 60_000;
const LONG = uniform("30s", "60s");

/** One long function in turn with this number of short ones, and that several times. */
function mix(shorts: number, time: Distribution, times = 1): Distribution[] {
  return Array.from({ length: times }, () => [LONG, ...Array.from({ length: shorts }, () => time)]).flat();
}

/** One function with long calls, this part in percent, and short ones. */
function both(percent: number): Distribution[] {
  const at = 100 - percent;
  return [quantiles({ 0: "90ms", [at - 0.1]: "110ms", [at + 0.1]: "30s", 100: "60s" })];
}

const VARIES = lognormal("100ms", "200ms");
const MIXES: Readonly<Record<string, readonly Distribution[]>> = {
  "half long": mix(1, constant(100)),
  "half long, which vary": mix(1, VARIES),
  "half long, of twenty functions": mix(1, constant(100), 10),
  "a tenth long": mix(9, constant(100)),
  "a tenth long, which vary": mix(9, VARIES),
  "a hundredth long": mix(99, constant(100)),
  "a hundredth long, which vary": mix(99, VARIES),
  "a tenth long of one function": both(10),
  "a hundredth long of one function": both(1),
};

function loadOf(
  times: readonly Distribution[],
  limits: Limits,
  profile: string,
  seed: number,
): SaturatedLoad {
  return new SaturatedLoad({
    scheduler: makeScheduler("fcfs", limits),
    provider: new Provider(parseProfile(profile), seededRandom(seed)),
    times,
    travel: constant(1),
    seed,
  });
}

for (const [name, times] of Object.entries(MIXES)) {
  Deno.test(`auto stops where a platform queues silently, ${name}`, () => {
    for (const seed of chosen([1, 2, 3, 4])) {
      const load = loadOf(
        times,
        { global: "auto" },
        `hard-limit,limit=${SLOTS},queue=1000000,cold=0ms`,
        seed,
      );
      load.run(10 * MINUTE_MS);
      const { inFlight, running } = load.run(20 * MINUTE_MS);
      assert(inFlight <= 3 * SLOTS, `${inFlight} in flight where ${SLOTS} run, seed ${seed}`);
      assert(running >= 0.9 * SLOTS, `${running} run of ${SLOTS}, seed ${seed}`);
    }
  });

  Deno.test(`auto goes on where a platform scales, ${name}`, () => {
    for (const seed of chosen([1, 2])) {
      const completed = (limits: Limits) => {
        const load = loadOf(times, limits, "ideal", seed);
        load.run(5 * MINUTE_MS);
        return load.run(10 * MINUTE_MS).completed;
      };
      const is = completed({ global: 200 }), free = completed({ global: 200, fixed: true });
      assert(is >= 0.97 * free, `${is} completed of ${free}, seed ${seed}`);
    }
  });
}

Deno.test("auto goes back where a function with two kinds of calls becomes longer by itself, and shorter again", () => {
  const lasting = (factor: number) => {
    const [short, long] = [100 * factor, 3000 * factor];
    return quantiles({ 0: 0.9 * short, 49.9: 1.1 * short, 50.1: long, 100: 1.1 * long });
  };
  const completed = (limits: Limits) => {
    const times = [lasting(1)], load = loadOf(times, limits, "ideal", 1);
    load.run(2 * MINUTE_MS);
    return [3, 0.5, 2, 1.3, 4, 0.3].reduce((sum, factor) => {
      times[0] = lasting(factor);
      return sum + load.run(2 * MINUTE_MS).completed;
    }, 0);
  };
  const is = completed({ global: 100 }), free = completed({ global: 100, fixed: true });
  assert(is >= 0.97 * free, `${is} completed of ${free}`);
});
