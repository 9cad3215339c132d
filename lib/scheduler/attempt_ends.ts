import type { Outcome } from "../model/mod.ts";
import type { Settlement, Verdict } from "./contract.ts";
import type { Flow } from "./flow.ts";
import type { Invocation } from "./invocation.ts";
import type { Invocations } from "./invocations.ts";
import type { Overdue } from "./overdue.ts";
import type { Regime } from "./regime.ts";
import type { Retries } from "./retries.ts";
import type { RunTimes } from "./run_times.ts";

/** The parts that ends of attempts are carried out by. */
export interface AttemptEndsParts {
  readonly regime: Regime;
  readonly invocations: Invocations;
  readonly retries: Retries;
  readonly overdue: Overdue;
  readonly flow: Flow;
  readonly times: RunTimes;
}

/** Carries out the ends of attempts: by its verdict, an invocation waits again, is tried again later, or settles. */
export class AttemptEnds {
  /** Number of attempts that were refused for capacity. */
  throttled = 0;
  readonly #parts: AttemptEndsParts;

  constructor(parts: AttemptEndsParts) {
    this.#parts = parts;
  }

  /** Ends an attempt, as {@linkcode Scheduler.settle} does. */
  settle(task: Invocation, outcome: Outcome, nowMs: number, runMs: number | undefined): Settlement {
    const { regime, invocations, retries, overdue, flow, times } = this.#parts;
    const verdict = judge(task, outcome), { run, run: { instance } } = task;
    invocations.ended(task, outcome, nowMs, runMs);
    const isTimed = outcome.kind === "ok" && runMs !== undefined;
    regime.backlog.learned(isTimed && times.observe(task.spec, runMs));
    if (verdict === "unserved") {
      const { reason } = outcome as Extract<Outcome, { kind: "unserved" }>;
      if (invocations.putBack(task, reason, nowMs)) overdue.watchStart(run);
      return { instance, verdict, skipped: [] };
    }
    if (verdict === "throttled") {
      this.throttled++;
      const retryAtMs = invocations.refused(task, nowMs);
      return { instance, verdict, skipped: [], ...retryAtMs !== undefined && { retryAtMs } };
    }
    retries.ended(task, outcome.kind === "ok");
    if (verdict === "retry") {
      return { instance, verdict, skipped: [], retryAtMs: invocations.putOff(task, outcome, nowMs) };
    }
    invocations.settle(task);
    const reason = outcome.kind === "ok" ? "" : outcome.reason;
    const settled = flow.settle(run, task.nodeIndex, task.item, verdict, reason, nowMs);
    settled.verdict = verdict;
    return settled;
  }
}

/** The meaning of an outcome of a running invocation; changes nothing. */
export function judge(task: Invocation, outcome: Outcome): Verdict {
  if (outcome.kind === "ok") return "ok";
  const { ending, undone, plan } = task.run;
  if (ending !== undefined && (undone || task.nodeIndex !== plan.chain.onFailed)) return "failed";
  const { retry, atMostOnce } = task.spec;
  if (outcome.kind === "throttled" || outcome.kind === "unserved") return outcome.kind;
  const { retryable, cause } = outcome;
  const isMeant = retry.on === undefined || (cause !== undefined && retry.on.includes(cause));
  return retryable && isMeant && !atMostOnce && task.failures + 1 < retry.attempts ? "retry" : "failed";
}
