// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** How many decisions a second the scheduler core takes, and what a queued invocation costs in memory. */
import {
  chain,
  fn,
  type Instance,
  NO_LABELS,
  policyOf,
  policySummaries,
  Scheduler,
  seededRandom,
} from "sequoia";
import type { Figure } from "./figures.ts";

const GROUPS = 1000;
const chains = Array.from({ length: GROUPS }, (_, i) =>
  chain(`c${i}`, ({ call }) => {
    call(fn(`f${i}`, { time: { kind: "constant", ms: 10 + i } }));
  }));

function makeInstance(i: number): Instance {
  return {
    id: `instance-${i}`,
    chain: chains[i % GROUPS]!,
    labels: NO_LABELS,
    submittedAtMs: 1000 + i,
    priority: 0,
    weight: 1,
    deadlineMs: Infinity,
  };
}

/** How many decisions are timed between two refills of the queue. */
const CHUNK = 500;
const RUNNING = 50;
/** How much time passes from one decision to the next: as in a process that takes a million a second. */
const MS_PER_DECISION = 0.001;

/** A decision is one `next` and one `settle`; the queue is filled up again, untimed, before every chunk of them. */
function decisionsPerS(policy: string, queued: number, decisions: number): number {
  const scheduler = new Scheduler({
    policy: policyOf(policy),
    limits: { global: 100 },
    random: seededRandom(1),
  });
  let submitted = 0;
  const fillUp = () => {
    while (scheduler.stats().ready < queued + CHUNK) {
      scheduler.submit(makeInstance(submitted), 1000 + submitted++);
    }
  };
  fillUp();
  const running = Array.from({ length: RUNNING }, () => scheduler.next(1e7)!);
  let spentMs = 0;
  for (let done = 0; done < decisions;) {
    fillUp();
    const start = performance.now();
    for (let i = 0; i < CHUNK; i++, done++) {
      const nowMs = 1e7 + done * MS_PER_DECISION;
      scheduler.settle(running[done % RUNNING]!, { kind: "ok", output: null }, nowMs);
      running[done % RUNNING] = scheduler.next(nowMs)!;
    }
    spentMs += performance.now() - start;
  }
  return decisions / spentMs * 1000;
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

/** Measures every policy with a thousand and with a million queued. */
export function schedulerBench(): Figure[] {
  const figures: Figure[] = [];
  for (const { name } of policySummaries()) {
    decisionsPerS(name, 1000, 100_000);
    figures.push({
      name: `${name}, 1,000 queued`,
      value: decisionsPerS(name, 1000, 1_000_000),
      unit: "decisions/s",
      atLeast: 1_000_000,
    });
    figures.push({
      name: `${name}, 1,000,000 queued`,
      value: decisionsPerS(name, 1_000_000, 500_000),
      unit: "decisions/s",
      atLeast: 400_000,
    });
  }
  figures.push({
    name: "memory per queued invocation",
    value: bytesPerQueued(500_000),
    unit: "bytes",
    atMost: 400,
  });
  return figures;
}

if (import.meta.main) {
  for (const f of schedulerBench()) console.log(f.name.padEnd(50), Math.round(f.value), f.unit);
}
