// deno-lint-ignore-file no-console -- a program: what it prints is its result
/**
 * Measures how `--limit auto` finds hidden limits of the local platform, over real HTTP, also after they change; and the effect of
 * a limit far above the platform's on urgent chains, on a platform that refuses calls beyond it and on one that queues them.
 */
import { chain, fn, lognormal, seededRandom } from "sequoia";
import {
  type Instance,
  instanceMaker,
  type Limits,
  policyOf,
  Scheduler,
  type WorkloadChain,
} from "sequoia/scheduler";
import { realClock } from "../lib/model/mod.ts";
import { Consumer } from "../lib/consume/mod.ts";
import { HttpPlatform, LocalServer, localUrl } from "../lib/platform/mod.ts";
import { parseProfile, type Profile } from "../lib/provider/mod.ts";
import { openQueue } from "../lib/queue/mod.ts";
import { type AttemptEvent, noRecorder, type Recorder } from "../lib/record/mod.ts";
import { type InFlight, inFlight } from "../tests/programs/in_flight.ts";
import type { Figure } from "./figures.ts";

const LIMITS = [10, 50, 400];
const FIRST_MS = 30_000;
/** The time within which a changed limit must be found, in milliseconds. */
const CHANGE_MS = 15_000;
const MEASURED_MS = 10_000;
/** More calls than there is time for: the mean of the functions is over a second. */
const CALLS_PER_SLOT = 100;

const one = chain("one", ({ call }) => {
  call(fn("f", { time: lognormal("1s", "3s") }));
});

interface Work {
  readonly profile: Profile;
  readonly seed: number;
  readonly policy: string;
  readonly limits: Limits;
  readonly of: WorkloadChain & { readonly count: number };
  readonly recorder: Partial<Recorder>;
}

/** Lets a consumer work at a local platform while something is done, and ends when what is in flight then has been recorded. */
async function whileConsuming(
  { profile, seed, policy, limits, of: { count, ...each }, recorder }: Work,
  act: (server: LocalServer, push: (entry: WorkloadChain) => Promise<Instance>) => Promise<void>,
): Promise<void> {
  const clock = realClock, random = seededRandom(seed);
  await using server = new LocalServer({ profile, clock, random, listen: "127.0.0.1:0" });
  await using queue = await openQueue("memory:", { clock });
  const make = instanceMaker(random);
  await queue.push(Array.from({ length: count }, () => make(each, clock.nowMs())));
  await using platform = new HttpPlatform({
    clock,
    local: { resolve: ({ name }) => localUrl(server.url, name), lost() {} },
  });
  const scheduler = new Scheduler({ policy: policyOf(policy), limits, random });
  const consumer = new Consumer({
    queue,
    scheduler,
    platform,
    recorder: { ...noRecorder, ...recorder },
    clock,
  });
  const drain = new AbortController();
  const running = consumer.run(drain.signal, new AbortController().signal);
  await act(server, async (entry) => {
    const instance = make(entry, clock.nowMs());
    await queue.push([instance]);
    return instance;
  });
  drain.abort();
  await running;
}

/** The calls in flight while the limit was held, after it was halved, and after it was doubled. */
async function follow(limit: number): Promise<readonly InFlight[]> {
  const attempts: AttemptEvent[] = [];
  const parts: { readonly fromMs: number; readonly untilMs: number }[] = [];
  await whileConsuming({
    profile: { ...parseProfile("hard-limit,cold=0ms"), limit },
    seed: limit,
    policy: "fcfs",
    limits: { global: "auto" },
    of: { chain: one, count: limit * CALLS_PER_SLOT },
    recorder: { attempt: (event) => void attempts.push(event) },
  }, async (server) => {
    for (const [next, waitMs] of [[limit, FIRST_MS], [limit / 2, CHANGE_MS], [limit, CHANGE_MS]] as const) {
      server.changeLimit(next);
      const fromMs = realClock.nowMs() + waitMs, untilMs = fromMs + MEASURED_MS;
      await realClock.until(untilMs);
      parts.push({ fromMs, untilMs });
    }
  });
  return parts.map(({ fromMs, untilMs }) => inFlight(attempts, fromMs, untilMs));
}

const AT_ONCE = 20;
const BULK = 6000;
const URGENT = 60;
const URGENT_EVERY_MS = 300;
const call = fn("call", { time: lognormal("100ms", "200ms") });
const bulk = chain("bulk", ({ call: calls }) => {
  calls(call);
});
const urgent = chain("urgent", ({ call: calls }) => {
  const first = calls(call, { name: "first" });
  calls(call, { name: "second", after: first });
});

/** Measures the time of urgent chains beside bulk under strict priority, and the share of calls that are throttled. */
async function urgentUnder(limits: Limits, words: string) {
  const submitted = new Map<string, number>(), tookMs: number[] = [];
  let attempts = 0, throttled = 0;
  await whileConsuming({
    profile: parseProfile(words),
    seed: 7,
    policy: "strict-priority",
    limits,
    of: { chain: bulk, count: BULK, priority: 5 },
    recorder: {
      attempt: ({ outcome }) => {
        attempts++;
        if (outcome === "throttled") throttled++;
      },
      end: ({ instance, endedAtMs }) => {
        const atMs = submitted.get(instance);
        if (atMs !== undefined) tookMs.push(endedAtMs - atMs);
      },
    },
  }, async (_, push) => {
    await realClock.until(realClock.nowMs() + 3000); // the limit is found meanwhile
    for (let i = 0; i < URGENT; i++) {
      const { id, submittedAtMs } = await push({ chain: urgent, priority: 0 });
      submitted.set(id, submittedAtMs);
      await realClock.until(realClock.nowMs() + URGENT_EVERY_MS);
    }
  });
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => tookMs[Math.floor(share * tookMs.length)]!;
  return { p50: at(0.5), p90: at(0.9), throttled: throttled / attempts };
}

/** One after the other: what is measured is time. */
async function urgentFigures(): Promise<Figure[]> {
  const hard = `hard-limit,limit=${AT_ONCE},cold=0ms`, figures: Figure[] = [];
  for (const [name, words] of [["refuses", hard], ["queues", `${hard},queue=100000`]] as const) {
    const known = await urgentUnder({ global: AT_ONCE, fixed: true }, words);
    const found = await urgentUnder({ global: 1000 }, words);
    figures.push(
      { name: `urgent p50 where it ${name}, limit known`, value: known.p50, unit: "ms" },
      { name: `… p50, limit 1000`, value: found.p50 / known.p50, unit: "times that", atMost: 1.25 },
      { name: `… p90, limit 1000`, value: found.p90 / known.p90, unit: "times that", atMost: 1.4 },
      { name: `… throttled, limit 1000`, value: found.throttled * 100, unit: "% of attempts", atMost: 2 },
    );
  }
  return figures;
}

/** Follows several limits side by side: the calls are few, and what is measured is time. */
export async function adaptiveBench(): Promise<Figure[]> {
  const followed = await Promise.all(LIMITS.map(follow));
  const figures = LIMITS.flatMap((limit, i) => {
    const [held, halved, doubled] = followed[i]!;
    const near = { unit: "of the limit", atLeast: 0.9 };
    return [
      { name: `limit ${limit}, after 30 s`, value: held!.mean / limit, ...near },
      { name: `limit ${limit}, throttled`, value: held!.throttled * 100, unit: "% of attempts", atMost: 2 },
      {
        name: `limit ${limit}, 15 s after it halved`,
        value: halved!.mean / (limit / 2),
        ...near,
        atMost: 1.1,
      },
      { name: `limit ${limit}, 15 s after it doubled`, value: doubled!.mean / limit, ...near },
    ];
  });
  return [...figures, ...await urgentFigures()];
}

if (import.meta.main) { for (const { name, value } of await adaptiveBench()) console.log(name, value); }
