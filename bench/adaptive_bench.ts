// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** How `--limit auto` finds hidden limits of the local platform, over real HTTP, and finds them again when they change. */
import { chain, fn, lognormal, seededRandom } from "sequoia";
import { instanceMaker, policyOf, Scheduler } from "sequoia/scheduler";
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

/** Follows several limits side by side: the calls are few, and what is measured is time. */
export async function adaptiveBench(): Promise<Figure[]> {
  const followed = await Promise.all(LIMITS.map(follow));
  return LIMITS.flatMap((limit, i) => {
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
}

if (import.meta.main) { for (const { name, value } of await adaptiveBench()) console.log(name, value); }
