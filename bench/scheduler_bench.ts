// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The decisions that the scheduler core takes a second, the cost of a change, and the memory of a queued invocation. */
import { policyOf, seededRandom } from "sequoia";
import { policySummaries } from "../lib/policies/mod.ts";
import { type Limits, Scheduler } from "../lib/scheduler/mod.ts";
import {
  chains,
  decisionsPerS,
  makeInstance,
  makeScheduler,
  RUNNING,
  type Setting,
  startSome,
  TENANTS,
} from "./decisions.ts";
import type { Figure } from "./figures.ts";

/** Values that have floors. */
const FLOORS = 20;

/** The decisions a second, or without numbers the bytes that each takes, measured by a process of its own. */
async function decisionsAlone(setting: Setting, ...numbers: readonly number[]): Promise<number> {
  const program = new URL("decisions.ts", import.meta.url).pathname;
  const values = [setting, ...numbers].map((value) => JSON.stringify(value));
  const args = ["run", "-A", "--quiet", program, ...values];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`Cannot measure ${values[0]}: its process failed`);
  return Number(new TextDecoder().decode(stdout));
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
  const scheduler = makeScheduler({ policy: "running-first", tenants: "many" });
  for (let i = 0; i < CHANGED; i++) scheduler.submit(makeInstance(i, "many"), 1000 + i);
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
export async function schedulerBench(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const settings: [name: string, setting: Setting][] = [
    ...policySummaries().map(({ name }): [string, Setting] => [name, { policy: name }]),
    ["fair-share, strict", { policy: "fair-share", strictShares: true }],
    ["fair-share --by tenant", { policy: "fair-share", by: "tenant", tenants: "many" }],
  ];
  for (const [name, setting] of settings) {
    figures.push({
      name: `${name}, 1,000 queued`,
      value: await decisionsAlone(setting, 1000, 1_000_000),
      unit: "decisions/s",
      atLeast: 1_000_000,
    });
    figures.push({
      name: `${name}, 1,000,000 queued`,
      value: await decisionsAlone(setting, 1_000_000, 500_000),
      unit: "decisions/s",
      atLeast: 400_000,
    });
  }
  const functions = Object.fromEntries(chains.map((_, i) => [`f${i}`, RUNNING]));
  figures.push({
    name: "--by, 3 tenants × 1,000 limited functions",
    value: await decisionsAlone({ ...FEW, limits: { global: 100, functions } }, 50_000, 100_000),
    unit: "decisions/s",
    atLeast: 400_000,
  });
  const values = Object.fromEntries(TENANTS.many.slice(0, FLOORS).map(({ tenant }) => [tenant, 5]));
  const limits: Limits = { floors: { labels: { tenant: values } } };
  for (const by of ["tenant", undefined]) {
    figures.push({
      name: `fair-share${by === undefined ? "" : " --by tenant"}, ${FLOORS} floors of 1,000 tenants`,
      value: await decisionsAlone(
        { policy: "fair-share", ...by !== undefined && { by }, tenants: "many", limits },
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
    name: "memory that a decision of fair-share takes",
    value: await decisionsAlone({ policy: "fair-share" }),
    unit: "bytes",
    atMost: 430,
  });
  figures.push({
    name: "memory per queued invocation",
    value: bytesPerQueued(500_000),
    unit: "bytes",
    atMost: 400,
  });
  return figures;
}

const FEW: Setting = { policy: "fair-share", by: "tenant", tenants: "few" };

const BLOCKED: Readonly<Record<string, Setting>> = {
  "running-first": { policy: "running-first" },
  "fair-share": { policy: "fair-share" },
  "fair-share-functions": { policy: "fair-share-functions" },
  "--by, 3 tenants": FEW,
  "--by, 1,000 tenants": { policy: "fair-share", by: "tenant", tenants: "many" },
};

if (import.meta.main) {
  for (const f of await schedulerBench()) {
    console.log(f.name.padEnd(56), f.value < 10 ? f.value.toFixed(2) : Math.round(f.value), f.unit);
  }
}
