// deno-lint-ignore-file no-console -- a program: what it prints is its result
/**
 * The decisions that the scheduler core takes a second in one setting:
 *
 *     deno run -A bench/decisions.ts SETTING QUEUED DECISIONS
 *
 * or, without the two numbers, the bytes of memory that a decision takes.
 *
 * A process measures one setting, as a consumer has one policy: compiled for several, the same code is slower.
 */
import { chain, fn, policyOf, seededRandom } from "sequoia";
import { type Instance, NO_LABELS, NULL } from "../lib/model/mod.ts";
import { type Invocation, Scheduler, type SchedulerOptions } from "../lib/scheduler/mod.ts";
import { median } from "./figures.ts";

export const GROUPS = 1000;
/** Chains of one call, each of a function of its own. */
export const chains = Array.from({ length: GROUPS }, (_, i) =>
  chain(`c${i}`, ({ call }) => {
    call(fn(`f${i}`, { time: { kind: "constant", ms: 10 + i } }));
  }));

/** The labels of instances, in turn. */
export const TENANTS = {
  none: [NO_LABELS],
  /** Tenants that each call every function. */
  few: ["red", "green", "blue"].map((tenant) => ({ tenant })),
  /** Tenants that call one function each. */
  many: Array.from({ length: GROUPS }, (_, i) => ({ tenant: `t${i}` })),
} satisfies Record<string, readonly Instance["labels"][]>;

export function makeInstance(i: number, tenants: keyof typeof TENANTS = "none"): Instance {
  const labels = TENANTS[tenants];
  return {
    id: `instance-${i}`,
    chain: chains[i % GROUPS]!,
    labels: labels[i % labels.length]!,
    submittedAtMs: 1000 + i,
    priority: 0,
    weight: 1,
    deadlineMs: Infinity,
  };
}

/** The work and the limits to schedule. */
export interface Setting extends Pick<SchedulerOptions, "limits" | "strictShares"> {
  readonly policy: string;
  readonly by?: string;
  readonly tenants?: keyof typeof TENANTS;
  /** Whether all functions but the first have as much in flight as they may, for ever. */
  readonly blocked?: boolean;
}

export function makeScheduler({ policy, by, limits, strictShares = false }: Setting): Scheduler {
  return new Scheduler({
    policy: policyOf(policy, by === undefined ? {} : { by }),
    limits: { global: 100, fixed: true, ...limits },
    strictShares,
    random: seededRandom(1),
  });
}

const START_MS = 1e7;
/** The number of decisions that are timed between two refills of the queue. */
const CHUNK = 500;
export const RUNNING = 50;
/** The virtual time between two decisions, as in a process that takes a million a second. */
const MS_PER_DECISION = 0.001;

/** The rate is the median of this number of rounds, as others may be busy on the machine for a while. */
const ROUNDS = 5;

/** A decision is one `next` and one `settle`; the queue is filled up again, untimed, before every chunk of them. */
export function decisionsPerS(setting: Setting, queued: number, decisions: number): number {
  const { fillUp, decide } = working(setting, queued);
  let done = 0;
  const round = () => {
    const from = done;
    let spentMs = 0;
    while (done < from + decisions / ROUNDS) {
      fillUp();
      const start = performance.now();
      decide();
      spentMs += performance.now() - start;
      done += CHUNK;
    }
    return (done - from) / spentMs * 1000;
  };
  return median(Array.from({ length: ROUNDS }, round));
}

/** The memory that a decision takes, given back or not, in bytes: the same on every machine. */
export function bytesPerDecision(setting: Setting): number {
  decisionsPerS(setting, 1000, 300_000); // compiled before it is measured
  const { fillUp, decide } = working(setting, 1000);
  return median(Array.from({ length: 200 }, () => {
    fillUp();
    const before = Deno.memoryUsage().heapUsed;
    decide();
    return (Deno.memoryUsage().heapUsed - before) / CHUNK;
  }));
}

/** A scheduler with this number queued before each chunk of decisions. */
function working(
  setting: Setting,
  queued: number,
): { readonly fillUp: () => void; readonly decide: () => void } {
  const scheduler = makeScheduler(setting);
  let submitted = 0, step = 1;
  const fillUp = () => {
    for (; scheduler.stats().ready < queued + CHUNK; submitted += step) {
      scheduler.submit(makeInstance(submitted, setting.tenants), 1000 + submitted);
    }
  };
  fillUp();
  const running = setting.blocked ? startFirst(scheduler) : startSome(scheduler);
  if (setting.blocked) submitted = Math.ceil(submitted / GROUPS) * (step = GROUPS);
  let done = 0;
  const decide = () => {
    for (let i = 0; i < CHUNK; i++, done++) {
      const nowMs = START_MS + done * MS_PER_DECISION;
      scheduler.settle(running[done % RUNNING]!, { kind: "ok", output: NULL }, nowMs);
      running[done % RUNNING] = scheduler.next(nowMs)!;
    }
  };
  return { fillUp, decide };
}

export function startSome(scheduler: Scheduler): Invocation[] {
  return Array.from({ length: RUNNING }, () => scheduler.next(START_MS)!);
}

/** Starts all that may be; only the first function's ends again. */
function startFirst(scheduler: Scheduler): Invocation[] {
  const started: Invocation[] = [];
  for (let task = scheduler.next(START_MS); task; task = scheduler.next(START_MS)) started.push(task);
  return started.filter((task) => task.function === "f0");
}

if (import.meta.main) {
  const [setting, queued, decisions] = Deno.args.map((text) => JSON.parse(text)) as [
    Setting,
    number?,
    number?,
  ];
  if (queued === undefined || decisions === undefined) console.log(bytesPerDecision(setting));
  else {
    decisionsPerS(setting, 1000, 100_000);
    console.log(decisionsPerS(setting, queued, decisions));
  }
}
