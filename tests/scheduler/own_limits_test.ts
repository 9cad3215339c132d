/** Finding out functions' own limits at a platform, in virtual time. */
import { assert, assertEquals } from "@std/assert";
import {
  chain,
  constant,
  type Distribution,
  fn,
  lognormal,
  poisson,
  seededRandom,
  uniform,
} from "../../lib/model/mod.ts";
import { type Admission, parseProfile, Provider } from "../../lib/provider/mod.ts";
import { type Policy, policyOf } from "../../lib/policies/mod.ts";
import { noRecorder } from "../../lib/record/mod.ts";
import { type Limits, Scheduler } from "../../lib/scheduler/mod.ts";
import { type Arrival, plannedArrivals, Simulation } from "../../lib/simulate/mod.ts";
import { chosen } from "../lanes.ts";
import { BROKEN, instanceOf, makeScheduler, single, startAll, THROTTLED, words } from "./builders.ts";
import { type Admitting, SaturatedLoad } from "./saturation.ts";

/** A platform with a limit, and with lower limits of some functions. */
class OwnLimits implements Admitting {
  readonly #provider: Provider;
  readonly #limits: Readonly<Record<string, number>>;
  readonly #running = new Map<string, number>();

  readonly #retryAfterMs: number;

  /** @param retryAfterMs the time for which a refused function is asked to wait */
  constructor(limit: number, limits: Readonly<Record<string, number>>, retryAfterMs = 0) {
    this.#provider = new Provider({ ...parseProfile("hard-limit,cold=0ms"), limit }, seededRandom(1));
    this.#limits = limits;
    this.#retryAfterMs = retryAfterMs;
  }

  get running(): number {
    return this.#provider.running;
  }

  runningOf(name: string): number {
    return this.#running.get(name) ?? 0;
  }

  start(name: string, nowMs: number): Admission {
    if (this.runningOf(name) >= (this.#limits[name] ?? Infinity)) {
      return { kind: "refused", retryAfterMs: this.#retryAfterMs };
    }
    const admission = this.#provider.start(name, nowMs);
    if (admission.kind === "started") this.#running.set(name, this.runningOf(name) + 1);
    return admission;
  }

  end(name: string, nowMs: number): void {
    this.#running.set(name, this.runningOf(name) - 1);
    this.#provider.end(name, nowMs);
  }
}

const CALL = constant(100);

function load(
  limit: number,
  own: Readonly<Record<string, number>>,
  times: readonly Distribution[],
  seed = 1,
  policy: Policy = policyOf("fair-share-functions"),
  limits: Limits = { global: 1000 },
) {
  const scheduler = makeScheduler(policy, limits);
  const provider = new OwnLimits(limit, own);
  return new SaturatedLoad({ scheduler, provider, times, travel: lognormal(2, 6), seed });
}

Deno.test("one function's own limit holds back no other: the platform is used as if it were known", () => {
  for (const seed of [1, 2, 3]) {
    const some = load(60, { f0: 6 }, [CALL, CALL, CALL], seed);
    some.run(20_000);
    const { completed, throttled, attempts } = some.run(30_000);
    assert(completed / 30 >= 0.9 * 600, `${completed / 30} calls a second of 600`);
    assert(throttled <= 0.02 * attempts, `${throttled} of ${attempts} throttled`);
  }
});

Deno.test("a function of which every call is refused keeps nobody waiting, though the policy puts it first", () => {
  const first: Policy = { rank: ({ function: name }) => name === "f0" ? 0 : 1 };
  for (const seed of [1, 2, 3]) {
    const some = load(60, { f0: 0 }, [CALL, CALL], seed, first);
    some.run(10_000);
    const { completed, throttled, attempts } = some.run(10_000);
    assert(completed / 10 >= 0.9 * 600, `${completed / 10} calls a second of 600`);
    assert(throttled <= 0.02 * attempts, `${throttled} of ${attempts} throttled`);
  }
});

Deno.test("seventeen functions of which every call is refused, and that the policy puts first, keep another waiting for 3 s at most", () => {
  const REFUSED = 17, first: Policy = { rank: ({ function: name }) => Number(name.slice(1)) };
  const own = Object.fromEntries(Array.from({ length: REFUSED }, (_, i) => [`f${i}`, 0]));
  for (const seed of [1, 2, 3]) {
    const some = load(60, own, Array.from({ length: REFUSED + 1 }, () => CALL), seed, first);
    const { completed: soon } = some.run(3000);
    assert(soon > 0, "nothing has completed within 3 s");
    some.run(10_000);
    const { completed, throttled } = some.run(30_000);
    assert(completed / 30 >= 0.9 * 600, `${completed / 30} calls a second of 600`);
    assert(throttled <= 30 * REFUSED, `${throttled} throttled in 30 s`);
  }
});

Deno.test("a function of which every call is refused keeps nobody waiting under a fixed limit", () => {
  const first: Policy = { rank: ({ function: name }) => name === "f0" ? 0 : 1 };
  for (const seed of [1, 2, 3]) {
    const some = load(60, { f0: 0 }, [CALL, CALL], seed, first, { global: 60, fixed: true });
    some.run(10_000);
    const { completed } = some.run(10_000);
    assert(completed / 10 >= 0.9 * 600, `${completed / 10} calls a second of 600`);
  }
});

Deno.test("under a fixed limit nothing of lower rank starts before what a platform refuses that may be full", () => {
  const first: Policy = { rank: ({ function: name }) => name === "first" ? 0 : 1 };
  const scheduler = makeScheduler(first, { global: 4, fixed: true });
  let nowMs = 0;
  const refuse = () => {
    nowMs = scheduler.wakeAtMs() ?? nowMs;
    const task = scheduler.next(nowMs)!;
    assertEquals(task.function, "first");
    scheduler.settle(task, THROTTLED, nowMs);
  };
  for (let i = 0; i < 9; i++) scheduler.submit(instanceOf(single("other"), `${i}`), 0);
  const running = [scheduler.next(0)!, scheduler.next(0)!, scheduler.next(0)!];
  scheduler.submit(instanceOf(single("first"), "first"), 0);
  for (let i = 0; i < 10; i++) {
    refuse();
    assertEquals(scheduler.next(nowMs), undefined, "there is room, but it is first in turn");
  }
  for (const task of running) scheduler.settle(task, BROKEN, nowMs);
  assertEquals(words(startAll(scheduler, nowMs)), "first/first 3/other 4/other 5/other", "some were let in");
});

for (const retryAfterMs of chosen([1000, 2000, 3000, 60_000])) {
  Deno.test(`a function's own limit is found where each refusal asks to wait for ${retryAfterMs} ms`, () => {
    const scheduler = makeScheduler("fair-share-functions", { global: 1000 });
    const provider = new OwnLimits(40, { f0: 5 }, retryAfterMs);
    const times = [lognormal("100ms", "250ms"), lognormal("100ms", "250ms")];
    const some = new SaturatedLoad({ scheduler, provider, times, travel: constant(3), seed: 1 });
    some.run(240_000);
    const { running } = some.run(60_000);
    assert(running >= 0.8 * 40, `${running} run of 40`);
  });
}

Deno.test("several functions' own limits are told apart", () => {
  const some = load(60, { f0: 3, f1: 9 }, [CALL, CALL, CALL, CALL]);
  some.run(30_000);
  const { completed, throttled, attempts } = some.run(30_000);
  assert(completed / 30 >= 0.9 * 600, `${completed / 30} calls a second of 600`);
  assert(throttled <= 0.02 * attempts, `${throttled} of ${attempts} throttled`);
});

Deno.test("a limit of all is not taken for one function's, however often that is called", () => {
  for (const times of [[CALL, CALL], [CALL, constant(10)], [constant(1000), constant(20), constant(20)]]) {
    const some = load(40, {}, times);
    some.run(30_000);
    const { inFlight, throttled, attempts } = some.run(30_000);
    assert(inFlight >= 0.9 * 40, `${inFlight} of 40`);
    assert(throttled <= 0.02 * attempts, `${throttled} of ${attempts} throttled`);
  }
});

const quick = fn("quick", { time: uniform("60ms", "140ms") });
const slow = fn("slow", { time: uniform("180ms", "420ms") });
const fan = chain("fan", ({ call }) => {
  const start = call(quick);
  call(quick, { after: [1, 2, 3].map(() => call(slow, { after: start })) });
});
const line = chain("line", ({ call }) => {
  let last = call(quick);
  for (let i = 0; i < 3; i++) last = call(quick, { after: last });
});

/** The mean time of chains where a platform runs this number at once, and calls and refusals are on their way for a while. */
function meanChainMs(policy: string, atOnce: number, seed: string, limits: Limits): number {
  const random = seededRandom(seed);
  const load = { workload: { chains: [{ chain: fan }, { chain: line, share: 2 }] }, labels: {}, seed };
  const planned = plannedArrivals({ ...load, arrivals: poisson(1.28 * atOnce), bounds: { count: 2000 } });
  const arrivals = [...planned].map((arrival): Arrival => ({
    instance: arrival.instance,
    takenAtMs: arrival.takenAtMs,
    course: (...call) => ({ ...arrival.course(...call), startMs: 10 * random.next() }),
    durableMs: () => 3 * random.next(),
    called: () => arrival,
  }));
  let sumMs = 0;
  const simulation = new Simulation({
    arrivals,
    scheduler: new Scheduler({ policy: policyOf(policy), limits, random: seededRandom(1) }),
    profile: parseProfile(`hard-limit,limit=${atOnce},cold=0ms`),
    random: seededRandom(1),
    refusalMs: 15,
    recorder: {
      ...noRecorder,
      submit: ({ submittedAtMs }) => sumMs -= submittedAtMs,
      end: ({ endedAtMs }) => sumMs += endedAtMs,
    },
  });
  while (simulation.advance(100_000));
  return sumMs / arrivals.length;
}

Deno.test("a limit of all is not taken for one function's where the policy has that one probe it", () => {
  for (const [policy, atOnce] of [["shortest-job-first", 8], ["running-first", 14]] as const) {
    for (const seed of chosen(["a", "b", "c", "d", "e"])) {
      const known = meanChainMs(policy, atOnce, seed, { global: atOnce, fixed: true });
      const found = meanChainMs(policy, atOnce, seed, { global: 1000 });
      assert(found < 2 * known, `${policy}, ${atOnce} at once, seed ${seed}: ${found} ms, and ${known} ms`);
    }
  }
});
