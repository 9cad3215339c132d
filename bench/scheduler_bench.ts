// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The decisions that the scheduler core takes a second, the cost of a change, and the memory of a queued invocation. */
import { chain, fn, policyOf, seededRandom } from "sequoia";
import { type Instance, NO_LABELS, NULL } from "../lib/model/mod.ts";
import { policySummaries } from "../lib/policies/mod.ts";
import { type Invocation, type Limits, Scheduler, type SchedulerOptions } from "../lib/scheduler/mod.ts";
import { type Figure, median } from "./figures.ts";

const GROUPS = 1000;
const chains = Array.from({ length: GROUPS }, (_, i) =>
  chain(`c${i}`, ({ call }) => {
    call(fn(`f${i}`, { time: { kind: "constant", ms: 10 + i } }));
  }));

/** Tenants that each call every function. */
const FEW_TENANTS = ["red", "green", "blue"].map((tenant) => ({ tenant }));
/** Tenants that call one function each. */
const MANY_TENANTS = Array.from({ length: GROUPS }, (_, i) => ({ tenant: `t${i}` }));

function makeInstance(i: number, tenants: readonly Instance["labels"][] = [NO_LABELS]): Instance {
  return {
    id: `instance-${i}`,
    chain: chains[i % GROUPS]!,
    labels: tenants[i % tenants.length]!,
    submittedAtMs: 1000 + i,
    priority: 0,
    weight: 1,
    deadlineMs: Infinity,
  };
}

/** The work and the limits to schedule. */
interface Setting extends Pick<SchedulerOptions, "limits" | "strictShares"> {
  readonly policy: string;
  readonly by?: string;
  readonly tenants?: readonly Instance["labels"][];
  /** Whether all functions but the first have as much in flight as they may, for ever. */
  readonly blocked?: boolean;
}

function makeScheduler({ policy, by, limits, strictShares = false }: Setting): Scheduler {
  return new Scheduler({
    policy: policyOf(policy, by === undefined ? {} : { by }),
    limits: { global: 100, fixed: true, ...limits },
    strictShares,
    random: seededRandom(1),
  });
}

/** Values that have floors. */
const FLOORS = 20;

const START_MS = 1e7;
/** The number of decisions that are timed between two refills of the queue. */
const CHUNK = 500;
const RUNNING = 50;
/** The virtual time between two decisions, as in a process that takes a million a second. */
const MS_PER_DECISION = 0.001;

/** The rate is the median of this number of rounds, as others may be busy on the machine for a while. */
const ROUNDS = 5;

/** A decision is one `next` and one `settle`; the queue is filled up again, untimed, before every chunk of them. */
function decisionsPerS(setting: Setting, queued: number, decisions: number): number {
  const scheduler = makeScheduler(setting);
  let submitted = 0;
  const fillUp = (step: number) => {
    for (; scheduler.stats().ready < queued + CHUNK; submitted += step) {
      scheduler.submit(makeInstance(submitted, setting.tenants), 1000 + submitted);
    }
  };
  fillUp(1);
  const running = setting.blocked ? startFirst(scheduler) : startSome(scheduler);
  let step = 1;
  if (setting.blocked) submitted = Math.ceil(submitted / GROUPS) * (step = GROUPS);
  let done = 0;
  const round = () => {
    const from = done;
    let spentMs = 0;
    while (done < from + decisions / ROUNDS) {
      fillUp(step);
      const start = performance.now();
      for (let i = 0; i < CHUNK; i++, done++) {
        const nowMs = START_MS + done * MS_PER_DECISION;
        scheduler.settle(running[done % RUNNING]!, { kind: "ok", output: NULL }, nowMs);
        running[done % RUNNING] = scheduler.next(nowMs)!;
      }
      spentMs += performance.now() - start;
    }
    return (done - from) / spentMs * 1000;
  };
  return median(Array.from({ length: ROUNDS }, round));
}

function startSome(scheduler: Scheduler): Invocation[] {
  return Array.from({ length: RUNNING }, () => scheduler.next(START_MS)!);
}

/** Starts all that may be; only the first function's ends again. */
function startFirst(scheduler: Scheduler): Invocation[] {
  const started: Invocation[] = [];
  for (let task = scheduler.next(START_MS); task; task = scheduler.next(START_MS)) started.push(task);
  return started.filter((task) => task.function === "f0");
}

/** The rate while 999 of 1,000 functions have as much in flight as they may, by the rate while none has. */
function ratioBlocked(setting: Setting): number {
  const rate = (max: number, blocked: boolean) => {
    const functions = Object.fromEntries(chains.map((_, i) => [`f${i}`, i === 0 ? RUNNING : max]));
    return decisionsPerS({ ...setting, limits: { global: 10_000, functions }, blocked }, 50_000, 200_000);
  };
  rate(1, true);
  return rate(1, true) / rate(RUNNING, false);
}

function bytesPerQueued(queued: number): number {
  const gc = (globalThis as { gc?: () => void }).gc;
  const scheduler = new Scheduler({ policy: policyOf("fair-share"), random: seededRandom(1) });
  const ids = Array.from({ length: queued }, (_, i) => `instance-${i}`);
  for (const id of ids) ids.indexOf(id, ids.length);
  gc?.();
  const before = Deno.memoryUsage().heapUsed + Deno.memoryUsage().external;
  for (let i = 0; i < queued; i++) scheduler.submit({ ...makeInstance(i), id: ids[i]! }, 1000 + i);
  gc?.();
  const after = Deno.memoryUsage().heapUsed + Deno.memoryUsage().external;
  return (after - before) / scheduler.stats().ready;
}

const CHANGED = 100_000;

/** The longest of some changes of a scheduler with much queued, in milliseconds. */
function slowestMs(changes: readonly ((scheduler: Scheduler) => void)[]): number {
  const scheduler = makeScheduler({ policy: "running-first", tenants: MANY_TENANTS });
  for (let i = 0; i < CHANGED; i++) scheduler.submit(makeInstance(i, MANY_TENANTS), 1000 + i);
  startSome(scheduler);
  return Math.max(...changes.map((change) => {
    const start = performance.now();
    change(scheduler);
    return performance.now() - start;
  }));
}

const LIMITS: readonly Limits[] = [
  { global: 50 },
  { functions: { f1: 5 } },
  { functions: Object.fromEntries(chains.map((_, i) => [`f${i}`, 5])) },
  { chains: Object.fromEntries(chains.map(({ name }) => [name, 5])) },
  { labels: { tenant: 5 } },
  { rate: 100 },
  { functionRates: { f1: 100 } },
];

/** Measures every policy with a thousand and with a million queued, with limits, and changes of them. */
export function schedulerBench(): Figure[] {
  const figures: Figure[] = [];
  const settings: [name: string, setting: Setting][] = [
    ...policySummaries().map(({ name }): [string, Setting] => [name, { policy: name }]),
    ["fair-share, strict", { policy: "fair-share", strictShares: true }],
    ["fair-share --by tenant", { policy: "fair-share", by: "tenant", tenants: MANY_TENANTS }],
  ];
  for (const [name, setting] of settings) {
    decisionsPerS(setting, 1000, 100_000);
    figures.push({
      name: `${name}, 1,000 queued`,
      value: decisionsPerS(setting, 1000, 1_000_000),
      unit: "decisions/s",
      atLeast: 1_000_000,
    });
    figures.push({
      name: `${name}, 1,000,000 queued`,
      value: decisionsPerS(setting, 1_000_000, 500_000),
      unit: "decisions/s",
      atLeast: 400_000,
    });
  }
  const functions = Object.fromEntries(chains.map((_, i) => [`f${i}`, RUNNING]));
  figures.push({
    name: "--by, 3 tenants × 1,000 limited functions",
    value: decisionsPerS({ ...FEW, limits: { global: 100, functions } }, 50_000, 100_000),
    unit: "decisions/s",
    atLeast: 400_000,
  });
  const values = Object.fromEntries(MANY_TENANTS.slice(0, FLOORS).map(({ tenant }) => [tenant, 5]));
  const limits: Limits = { floors: { labels: { tenant: values } } };
  for (const by of ["tenant", undefined]) {
    figures.push({
      name: `fair-share${by === undefined ? "" : " --by tenant"}, ${FLOORS} floors of 1,000 tenants`,
      value: decisionsPerS(
        { policy: "fair-share", ...by !== undefined && { by }, tenants: MANY_TENANTS, limits },
        50_000,
        100_000,
      ),
      unit: "decisions/s",
      atLeast: 400_000,
    });
  }
  for (const [name, setting] of Object.entries(BLOCKED)) {
    figures.push({
      name: `999 of 1,000 shut ÷ none, ${name}`,
      value: ratioBlocked(setting),
      unit: "",
      atLeast: 0.67,
    });
  }
  const policies = policySummaries().map(({ name }) => policyOf(name, { by: "tenant" }));
  figures.push({
    name: "setPolicy with 100,000 queued, the slowest",
    value: slowestMs(policies.map((policy) => (scheduler) => scheduler.setPolicy(policy))),
    unit: "ms",
    atMost: 1000,
  });
  figures.push({
    name: "setLimits with 100,000 queued, the slowest",
    value: slowestMs(LIMITS.map((limits) => (scheduler) => scheduler.setLimits(limits))),
    unit: "ms",
    atMost: 1000,
  });
  figures.push({
    name: "memory per queued invocation",
    value: bytesPerQueued(500_000),
    unit: "bytes",
    atMost: 400,
  });
  return figures;
}

const FEW: Setting = { policy: "fair-share", by: "tenant", tenants: FEW_TENANTS };

const BLOCKED: Readonly<Record<string, Setting>> = {
  "running-first": { policy: "running-first" },
  "fair-share": { policy: "fair-share" },
  "fair-share-functions": { policy: "fair-share-functions" },
  "--by, 3 tenants": FEW,
  "--by, 1,000 tenants": { policy: "fair-share", by: "tenant", tenants: MANY_TENANTS },
};

if (import.meta.main) {
  for (const f of schedulerBench()) {
    console.log(f.name.padEnd(56), f.value < 10 ? f.value.toFixed(2) : Math.round(f.value), f.unit);
  }
}
