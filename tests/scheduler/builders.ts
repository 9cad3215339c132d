import {
  type Chain,
  chain,
  fn,
  type FunctionOptions,
  type Instance,
  type Json,
  NO_LABELS,
  NULL,
  type Outcome,
  seededRandom,
  writeJson,
} from "../../lib/model/mod.ts";
import { type Policy, policyOf } from "../../lib/policies/mod.ts";
import { type Invocation, type Limits, Scheduler } from "../../lib/scheduler/mod.ts";

type OutcomeOf<K extends Outcome["kind"]> = Extract<Outcome, { kind: K }>;

export const OK: OutcomeOf<"ok"> = { kind: "ok", output: NULL };
/** Done, with an answer. */
export const ok = (answer: Json): OutcomeOf<"ok"> => ({ kind: "ok", output: writeJson(answer) });
export const BROKEN: OutcomeOf<"failed"> = { kind: "failed", reason: "it broke", retryable: false };
export const SHAKY: OutcomeOf<"failed"> = { kind: "failed", reason: "it broke", retryable: true };
export const THROTTLED: OutcomeOf<"throttled"> = { kind: "throttled", reason: "too many" };

/** A scheduler with a seed, by default first come, first served and without limits. */
export function makeScheduler(
  policy: Policy | string = "fcfs",
  limits: Limits = {},
  shed = false,
  retryBudget?: number,
): Scheduler {
  return new Scheduler({
    policy: typeof policy === "string" ? policyOf(policy) : policy,
    limits,
    shed,
    ...retryBudget !== undefined && { retryBudget },
    random: seededRandom(1),
  });
}

/** A chain of one node, whose function has the same name. */
export function single(name: string, options: FunctionOptions = {}): Chain {
  return chain(name, ({ call }) => {
    call(fn(name, options));
  });
}

/** A chain of nodes n0, n1, …, each after the one before. */
export function linear(name: string, length: number, options: FunctionOptions = {}): Chain {
  return shaped(name, Array.from({ length }, (_, i) => i === 0 ? [] : [i - 1]), "fail", options);
}

/** A chain of nodes n0, n1, …, each after the ones whose numbers are listed, with functions of the same names. */
export function shaped(
  name: string,
  after: readonly (readonly number[])[],
  onFailure: "fail" | "skip" | "continue" = "fail",
  options: FunctionOptions = {},
): Chain {
  return chain(name, ({ call }) => {
    after.forEach((before, i) => {
      call(fn(`n${i}`, options), { after: before.map((b) => `n${b}`), onFailure });
    });
  });
}

/** An instance of a chain, with the defaults of one that declares nothing. */
export function instanceOf(chain: Chain, id: string, options: Partial<Instance> = {}): Instance {
  return {
    id,
    chain,
    labels: NO_LABELS,
    submittedAtMs: 0,
    priority: 0,
    weight: 1,
    deadlineMs: Infinity,
    ...options,
  };
}

/** Starts all that may start. */
export function startAll(scheduler: Scheduler, nowMs = 0): Invocation[] {
  const started: Invocation[] = [];
  for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) started.push(task);
  return started;
}

/** Starts and settles well what there is, one after the other, until nothing more may start. */
export function runAll(scheduler: Scheduler, nowMs = 0): Invocation[] {
  const ran: Invocation[] = [];
  for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
    scheduler.settle(task, OK, nowMs);
    ran.push(task);
  }
  return ran;
}

/** `instance/node` of each, in a line. */
export function words(invocations: readonly Invocation[]): string {
  return invocations.map(({ instance, node }) => `${instance}/${node}`).join(" ");
}
