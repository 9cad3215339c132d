// deno-lint-ignore-file no-console -- a program: what it prints is its result
/**
 * One consumer of a queue in a file in which a million instances may not start. It prints, as JSON, how long it takes until five
 * others have started, in milliseconds, and the most memory that this process has had, in bytes.
 *
 * Usage: kept_out.ts FILE REASON
 */
import process from "node:process";
import { Consumer } from "../lib/consume/mod.ts";
import { chain, fn, instanceMaker, NULL, type Outcome, realClock, systemRandom } from "../lib/model/mod.ts";
import type { Answer, Call, Platform } from "../lib/platform/mod.ts";
import { policyOf } from "../lib/policies/mod.ts";
import { openQueue } from "../lib/queue/mod.ts";
import { noRecorder } from "../lib/record/mod.ts";
import { type Limits, Scheduler } from "../lib/scheduler/mod.ts";

const OTHERS = 5;

/** The function that may not start. */
export const BLOCKED = "blocked";

interface Reason {
  readonly limits?: Limits;
  readonly isPaused?: boolean;
  /** The outcome of its calls that start all the same; without it, none end. */
  readonly outcome?: Outcome;
}

/** Why functions may not start, by what the figures are called. */
export const REASONS: Readonly<Record<string, Reason>> = {
  "paused": { isPaused: true },
  "at a limit": { limits: { functions: { [BLOCKED]: 2 } } },
  "over a rate": { limits: { functionRates: { [BLOCKED]: 1 } }, outcome: { kind: "ok", output: NULL } },
  "out of retry budget": { outcome: { kind: "failed", reason: "it is down", retryable: true } },
  "served by nobody": { outcome: { kind: "unserved", reason: "nobody is there" } },
};

class Scripted implements Platform {
  readonly name = "scripted";
  readonly #blocked: Outcome | undefined;
  readonly #started: () => void;

  /** @param started called for each call of another function */
  constructor(blocked: Outcome | undefined, started: () => void) {
    this.#blocked = blocked;
    this.#started = started;
  }

  async invoke({ spec }: Call): Promise<Answer> {
    const isBlocked = spec.name === BLOCKED;
    if (!isBlocked) this.#started();
    await realClock.until(realClock.nowMs() + 5);
    if (isBlocked && this.#blocked === undefined) await new Promise(() => {});
    return {
      status: 200,
      cold: false,
      outcome: isBlocked ? this.#blocked! : { kind: "ok", output: NULL },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function measure(path: string, { limits = {}, isPaused, outcome }: Reason): Promise<void> {
  await using queue = await openQueue(`sqlite:${path}`, { clock: realClock });
  const make = instanceMaker(systemRandom());
  const other = chain("other", ({ call }) => void call(fn("free")));
  await queue.push(Array.from({ length: OTHERS }, () => make({ chain: other }, realClock.wallMs())));
  if (isPaused) await queue.request({ kind: "pause", pause: { function: BLOCKED } });
  const stop = new AbortController();
  let started = 0, ms = 0;
  const platform = new Scripted(outcome, () => {
    if (++started < OTHERS) return;
    ms = performance.now() - beganAt;
    setTimeout(() => stop.abort(), 3000); // it goes on for a while: memory is what it is with all that it takes
  });
  const scheduler = new Scheduler({
    policy: policyOf("running-first"),
    limits: { global: 1000, ...limits },
    random: systemRandom(),
  });
  const consumer = new Consumer({ queue, scheduler, platform, recorder: noRecorder, clock: realClock });
  const giveUp = setTimeout(() => (ms = Infinity, stop.abort()), 120_000);
  const beganAt = performance.now();
  await consumer.run(stop.signal, stop.signal);
  clearTimeout(giveUp);
  if (isPaused) await queue.request({ kind: "resume" });
  console.log(JSON.stringify({ ms, bytes: process.resourceUsage().maxRSS * 1024 }));
}

if (import.meta.main) {
  const [path = "", reason = ""] = Deno.args;
  await measure(path, REASONS[reason]!);
}
