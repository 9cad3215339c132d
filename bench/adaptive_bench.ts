// deno-lint-ignore-file no-console -- a program: what it prints is its result
/**
 * How `--limit auto` finds hidden limits of the local platform, over real HTTP, and finds them again when they change; and what
 * a limit far above the platform's makes of urgent chains, where it refuses what it does not run, and where it queues that.
 */
import { chain, fn, lognormal, seededRandom } from "sequoia";
import { instanceMaker, type Limits, policyOf, Scheduler } from "sequoia/scheduler";
import { realClock } from "../lib/model/mod.ts";
import { Consumer } from "../lib/consume/mod.ts";
import { HttpPlatform, LocalServer, localUrl, parseProfile } from "../lib/platform/mod.ts";
import { openQueue } from "../lib/queue/mod.ts";
import { type AttemptEvent, noRecorder } from "../lib/record/mod.ts";
import { type InFlight, inFlight } from "../tests/programs/in_flight.ts";
import type { Figure } from "./figures.ts";

const LIMITS = [10, 50, 400];
const FIRST_MS = 30_000;
/** How long a changed limit may take to be found. */
const CHANGE_MS = 15_000;
const MEASURED_MS = 10_000;
/** More calls than there is time for: the mean of the functions is over a second. */
const CALLS_PER_SLOT = 100;

const one = chain("one", ({ call }) => {
  call(fn("f", { time: lognormal("1s", "3s") }));
});

/** What was in flight while the limit was held, after it was halved, and after it was doubled. */
async function follow(limit: number): Promise<readonly InFlight[]> {
  const profile = { ...parseProfile("hard-limit,cold=0ms"), limit };
  const clock = realClock, random = seededRandom(limit);
  await using server = new LocalServer({ profile, clock, random, listen: "127.0.0.1:0" });
  await using queue = await openQueue("memory:", { clock });
  const make = instanceMaker(random);
  const instances = Array.from({ length: limit * CALLS_PER_SLOT }, () => make({ chain: one }, clock.nowMs()));
  await queue.push(instances);
  await using platform = new HttpPlatform({
    clock,
    local: { resolve: ({ name }) => localUrl(server.url, name), lost() {} },
  });
  const scheduler = new Scheduler({ policy: policyOf("fcfs"), limits: { global: "auto" }, random });
  const attempts: AttemptEvent[] = [];
  const recorder = { ...noRecorder, attempt: (event: AttemptEvent) => void attempts.push(event) };
  const consumer = new Consumer({ queue, scheduler, platform, recorder, clock });
  const drain = new AbortController();
  const running = consumer.run(drain.signal, new AbortController().signal);
  const parts: { readonly fromMs: number; readonly untilMs: number }[] = [];
  for (const [next, waitMs] of [[limit, FIRST_MS], [limit / 2, CHANGE_MS], [limit, CHANGE_MS]] as const) {
    server.changeLimit(next);
    const fromMs = clock.nowMs() + waitMs, untilMs = fromMs + MEASURED_MS;
    await clock.until(untilMs);
    parts.push({ fromMs, untilMs });
  }
  drain.abort(); // what is in flight ends, and is recorded
  await running;
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

/** How long urgent chains take beside bulk under strict priority, and which part of all calls is throttled. */
async function urgentUnder(limits: Limits, words: string) {
  const clock = realClock, random = seededRandom(7);
  await using server = new LocalServer({
    profile: parseProfile(words),
    clock,
    random,
    listen: "127.0.0.1:0",
  });
  await using queue = await openQueue("memory:", { clock });
  const make = instanceMaker(random);
  await queue.push(Array.from({ length: BULK }, () => make({ chain: bulk, priority: 5 }, clock.nowMs())));
  await using platform = new HttpPlatform({
    clock,
    local: { resolve: ({ name }) => localUrl(server.url, name), lost() {} },
  });
  const scheduler = new Scheduler({ policy: policyOf("strict-priority"), limits, random });
  const submitted = new Map<string, number>(), tookMs: number[] = [];
  let attempts = 0, throttled = 0;
  const recorder = {
    ...noRecorder,
    attempt: ({ outcome }: AttemptEvent) => {
      attempts++;
      if (outcome === "throttled") throttled++;
    },
    end: ({ instance, endedAtMs }: { readonly instance: string; readonly endedAtMs: number }) => {
      const atMs = submitted.get(instance);
      if (atMs !== undefined) tookMs.push(endedAtMs - atMs);
    },
  };
  const consumer = new Consumer({ queue, scheduler, platform, recorder, clock });
  const drain = new AbortController();
  const running = consumer.run(drain.signal, new AbortController().signal);
  await clock.until(clock.nowMs() + 3000); // the limit is found meanwhile
  for (let i = 0; i < URGENT; i++) {
    const instance = make({ chain: urgent, priority: 0 }, clock.nowMs());
    submitted.set(instance.id, clock.nowMs());
    await queue.push([instance]);
    await clock.until(clock.nowMs() + URGENT_EVERY_MS);
  }
  drain.abort();
  await running;
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
