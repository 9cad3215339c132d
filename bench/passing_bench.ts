// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The memory that stays in use after tenants that come one after the other, each with a chain and a function of its own. */
import { chain, constant, fn, policyOf } from "sequoia";
import { type Instance, NULL, seededRandom } from "../lib/model/mod.ts";
import { attemptEvent, type RunInfo, submission } from "../lib/record/mod.ts";
import { RunningReport } from "../lib/report/mod.ts";
import { Scheduler } from "../lib/scheduler/mod.ts";
import type { Figure } from "./figures.ts";

const FEW = 100_000, MANY = 1_000_000;
const RUN: RunInfo = { schema: "sequoia.run/1", command: "consume", version: "0.1.0", startedAtMs: 0 };

const base = chain("c", ({ call }) => {
  call(fn("f", { time: constant("10ms") }));
});

function instanceOf(i: number): Instance {
  const [node] = base.nodes;
  return {
    id: `instance-${i}`,
    chain: { ...base, name: `c${i}`, nodes: [{ ...node!, fn: { ...node!.fn, name: `f${i}` } }] },
    labels: { tenant: `t${i}` },
    submittedAtMs: i,
    priority: 0,
    weight: 1,
    deadlineMs: Infinity,
  };
}

/** The heap after a number of tenants, and after ten times as many, in bytes. */
function heaps(few: number, many: number): [number, number] {
  const { gc } = globalThis as { gc?: () => void };
  const scheduler = new Scheduler({
    policy: policyOf("fair-share", { by: "tenant" }),
    limits: { global: 100, labels: { tenant: 5 } },
    random: seededRandom(1),
  });
  const report = new RunningReport(RUN);
  const pass = (i: number) => {
    const instance = instanceOf(i);
    scheduler.submit(instance, i);
    report.submit(submission(instance));
    const task = scheduler.next(i)!;
    report.started(task.function, task.chain, i, task.instance);
    const outcome = i % 10 === 0
      ? { kind: "failed", reason: "it broke", retryable: false } as const
      : { kind: "ok", output: NULL } as const;
    const how = {
      outcome,
      status: 200,
      cold: false,
      startedAtMs: i,
      runMs: 1,
      settled: true,
      platform: "http",
    };
    const event = attemptEvent(task, how);
    report.attempt(event);
    scheduler.settle(task, outcome, i + 1, 1);
    report.end({ chain: task.chain, instance: task.instance, endedAtMs: i + 1, outcome: "completed" });
  };
  const heap = () => {
    gc?.();
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
  const before = heap();
  for (let i = 0; i < few; i++) pass(i);
  const early = heap() - before;
  for (let i = few; i < many; i++) pass(i);
  return [early, heap() - before];
}

/** Measures what is left of a million tenants by what is left of a hundred thousand. */
export function passingBench(): Figure[] {
  const [early, late] = heaps(FEW, MANY);
  return [
    { name: "left of 100,000 tenants, one after the other", value: early / 1e6, unit: "MB" },
    { name: "left of 1,000,000 tenants ÷ of 100,000", value: late / early, unit: "", atMost: 1.1 },
  ];
}

if (import.meta.main) {
  for (const { name, value, unit } of passingBench()) console.log(name.padEnd(56), value.toFixed(2), unit);
}
