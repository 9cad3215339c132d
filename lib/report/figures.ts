/**
 * The table of figures: what reports say, in their order. A figure that is added here is in both reports (the exact one and
 * the one of a run that goes on), in the JSON and its types, the CSV, comparisons, tables of times and `--fail-if`.
 *
 * ```ts ignore
 * count("functions.cancelled", "call", {
 *   label: "calls cancelled",
 *   doc: "Attempts whose chain was cancelled while they ran.",
 *   counts: ({ outcome }) => outcome === "cancelled",
 * });
 * ```
 */
import { isLost } from "./kinds.ts";
import { count, derived, measured, quantity, STATISTICS } from "./figure_types.ts";

const perSecond = (n: number, seconds: number) => seconds > 0 ? n / seconds : 0;

/** Goodput, unless no completed instance has an ideal time that is known. */
const goodput = (count: (key: string) => number, of: (chains: number) => number) => {
  const chains = count("goodput.chains");
  return chains === 0 && count("goodput.unknown") > 0 ? null : of(chains);
};

/** The figures, in the order in which reports have them. Keys are paths in the report's JSON. */
export const FIGURES = [
  measured("run.durationMs", "run", {
    label: "duration",
    unit: "ms",
    isCompared: true,
    doc:
      "From the first submission or call (not before the start of the run) to the last end of a call or chain.",
  }),
  count("chains.submitted", "instance", {
    label: "chains submitted",
    isCompared: true,
    doc: "Instances, however they ended; of the whole run those that no other instance called.",
    counts: () => true,
  }),
  count("chains.completed", "instance", {
    label: "chains completed",
    better: "higher",
    isCompared: true,
    doc: "Instances all of whose nodes are done.",
    counts: ({ outcome }) => outcome === "completed",
  }),
  count("chains.failed", "instance", {
    label: "chains failed",
    better: "lower",
    isCompared: true,
    doc: "Instances that ended by a failure, or by a time limit.",
    counts: ({ outcome }) => outcome === "failed",
  }),
  count("chains.dropped", "instance", {
    label: "chains dropped",
    better: "lower",
    isCompared: true,
    doc:
      "Instances that began and that nobody finishes: a call of theirs was refused, and nothing calls it again.",
    counts: ({ outcome }) => outcome === "dropped",
  }),
  count("chains.cancelled", "instance", {
    label: "chains cancelled",
    doc: "Instances that somebody cancelled.",
    counts: ({ outcome }) => outcome === "cancelled",
  }),
  count("chains.shed", "instance", {
    label: "chains shed",
    better: "lower",
    isCompared: true,
    doc: "Instances refused before their first start, as they could not meet their deadlines any more.",
    counts: ({ outcome }) => outcome === "shed",
  }),
  count("chains.lost", "instance", {
    label: "chains lost",
    better: "lower",
    doc: "Instances that will never complete: those that failed, were dropped, cancelled or shed.",
    counts: ({ outcome }) => isLost(outcome),
  }),
  count("chains.unfinished", "instance", {
    label: "chains unfinished",
    better: "lower",
    isCompared: true,
    doc: "Instances that had not ended when the log ended.",
    counts: ({ outcome }) => outcome === "unfinished",
  }),
  measured("chains.called", "instance", {
    label: "chains called",
    unit: "count",
    doc:
      "Instances that other instances called. A chain counts them among its instances; the run's other figures leave them out.",
  }),
  measured("functions.invocations", "call", {
    label: "invocations",
    unit: "count",
    doc: "Different nodes of instances that were attempted.",
  }),
  count("functions.attempts", "call", {
    label: "attempts",
    doc: "Calls that were made, also those that were refused or failed.",
    counts: () => true,
  }),
  count("functions.completed", "call", {
    label: "calls completed",
    doc: "Attempts that went well.",
    counts: ({ outcome }) => outcome === "ok",
  }),
  count("functions.failed", "call", {
    label: "calls failed",
    better: "lower",
    doc: "Invocations that failed for good.",
    counts: ({ outcome, isSettled }) => outcome === "failed" && isSettled,
  }),
  count("functions.throttled", "call", {
    label: "calls throttled",
    better: "lower",
    isCompared: true,
    doc: "Attempts that the platform refused for capacity.",
    counts: ({ outcome }) => outcome === "throttled",
  }),
  count("functions.retried", "call", {
    label: "calls retried",
    better: "lower",
    isCompared: true,
    doc: "Attempts that failed and after which their invocation was tried again; refused ones do not count.",
    counts: ({ outcome, isSettled }) => outcome === "failed" && !isSettled,
  }),
  count("functions.coldStarts", "call", {
    label: "cold starts",
    better: "lower",
    isCompared: true,
    doc: "Attempts for which the platform started a container.",
    counts: ({ isCold }) => isCold,
  }),
  measured("functions.seconds", "call", {
    label: "call seconds",
    unit: "s",
    doc: "Seconds that all attempts took together.",
  }),
  measured("waste.calls", "call", {
    label: "calls wasted",
    unit: "count",
    better: "lower",
    isCompared: true,
    doc:
      "Attempts that were made for instances that failed, were dropped or cancelled, or that such instances called.",
  }),
  measured("waste.seconds", "call", {
    label: "seconds wasted",
    unit: "s",
    better: "lower",
    isCompared: true,
    doc: "Seconds that these attempts took together.",
  }),
  derived("waste.share", "call", {
    label: "share wasted",
    unit: "share",
    better: "lower",
    isOptional: true,
    doc: "Wasted seconds ÷ the seconds of all attempts; none if these took no time.",
    derive: (count) => {
      const seconds = count("functions.seconds");
      return seconds > 0 ? count("waste.seconds") / seconds : null;
    },
  }),
  quantity("queueing_ms", "call", {
    label: "queueing time",
    meaning: "ready to start",
    unit: "ms",
    compared: STATISTICS,
    doc:
      "Milliseconds from ready to the start of the attempt that settled the invocation, unless that was refused, and its wait at the provider where that is known; none where calls do not queue.",
    sample: ({ kind, queuedMs }) => kind.isSettled && kind.outcome !== "throttled" ? queuedMs : NaN,
  }),
  quantity("run_ms", "call", {
    label: "run time",
    meaning: "start to response",
    unit: "ms",
    compared: ["p50", "p99"],
    doc: "Milliseconds from start to response, of attempts that went well.",
    sample: ({ kind, runMs }) => kind.outcome === "ok" ? runMs : NaN,
  }),
  quantity("function_ms", "functionRun", {
    label: "function time",
    meaning: "as the function said",
    unit: "ms",
    isPart: true,
    compared: ["p50", "p99"],
    doc: "Milliseconds from a function's start to its end, by its own clock, of attempts that went well.",
    sample: ({ functionMs }) => functionMs,
  }),
  quantity("provider_queueing_ms", "functionRun", {
    label: "queue at provider",
    meaning: "call to start of the function",
    unit: "ms",
    isPart: true,
    compared: ["p50", "p99"],
    doc:
      "Milliseconds from the start of an attempt to that of its function: its queueing at the provider, and the way there.",
    sample: ({ providerQueuedMs }) => providerQueuedMs,
  }),
  quantity("chain_ms", "instance", {
    label: "chain time",
    meaning: "submitted to completed",
    unit: "ms",
    compared: ["p50", "p90", "p99", "max"],
    doc:
      "Milliseconds from submission to completion, of all instances: `never` of one that was lost, or had not ended when the log ended.",
    sample: ({ chainMs }) => chainMs,
  }),
  quantity("completed_chain_ms", "instance", {
    label: "chain time, completed ones",
    meaning: "submitted to completed",
    unit: "ms",
    isPart: true,
    compared: ["p50"],
    doc: "The same, of those instances only that completed. Not to be compared with a run that lost others.",
    sample: ({ chainMs }) => chainMs === Infinity ? NaN : chainMs,
  }),
  quantity("slowdown", "instance", {
    label: "slowdown",
    meaning: "chain time ÷ without any waiting",
    unit: "times",
    compared: ["p50", "p99"],
    doc:
      "Chain time ÷ what it would be if nothing ever waited (nor at the provider, where that wait is known), where that is known; `never` of instances that did not complete.",
    sample: ({ slowdown }) => slowdown,
  }),
  derived("throughput.chainsPerS", "instance", {
    label: "chains per second",
    unit: "perS",
    better: "higher",
    isCompared: true,
    doc: "Instances completed per second of the run's duration; 0 if it has none.",
    derive: (count, seconds) => perSecond(count("chains.completed"), seconds),
  }),
  derived("throughput.functionsPerS", "call", {
    label: "calls per second",
    unit: "perS",
    better: "higher",
    isCompared: true,
    doc: "Calls that went well per second of the run's duration; 0 if it has none.",
    derive: (count, seconds) => perSecond(count("functions.completed"), seconds),
  }),
  count("goodput.chains", "instance", {
    label: "chains in good time",
    doc:
      "Instances that completed within the multiple of their ideal time that counts as good (`goodputTimes`).",
    better: "higher",
    counts: ({ outcome, pace }) => outcome === "completed" && pace === "timely",
  }),
  count("goodput.unknown", "instance", {
    label: "chains of unknown pace",
    doc: "Completed instances whose chain time or ideal time is not known.",
    counts: ({ outcome, pace }) => outcome === "completed" && pace === "unknown",
  }),
  derived("goodput.chainsPerS", "instance", {
    label: "goodput",
    unit: "perS",
    better: "higher",
    isCompared: true,
    isOptional: true,
    doc: "Chains in good time per second of the run's duration; none if no ideal time is known.",
    derive: (count, seconds) => goodput(count, (chains) => perSecond(chains, seconds)),
  }),
  derived("goodput.share", "instance", {
    label: "share in good time",
    unit: "share",
    better: "higher",
    isCompared: true,
    isOptional: true,
    doc: "Chains in good time ÷ chains submitted; none if no ideal time is known, or none was submitted.",
    derive: (count) =>
      count("chains.submitted") > 0 ? goodput(count, (chains) => chains / count("chains.submitted")) : null,
  }),
  measured("concurrency.mean", "call", {
    label: "concurrency mean",
    unit: "times",
    isCompared: true,
    doc: "Attempts in flight that were not refused, on average over the run's duration.",
  }),
  measured("concurrency.max", "call", {
    label: "concurrency max",
    unit: "count",
    isCompared: true,
    doc: "Attempts in flight that were not refused, at most.",
  }),
  measured("fairness.jain", "run", {
    label: "fairness (Jain)",
    unit: "share",
    better: "higher",
    isCompared: true,
    doc:
      "Jain's index, from 1 ÷ chains (one had everything) to 1 (all had their share), while several wanted more; none if that was never so.",
  }),
  measured("fairness.minShare", "run", {
    label: "least share",
    unit: "share",
    better: "higher",
    isCompared: true,
    doc:
      "The worst-served chain's part of its fair share: 0.5 is half of what it should have had; none if no two wanted more.",
  }),
  measured("fairness.maxShare", "run", {
    label: "largest share",
    unit: "share",
    better: "lower",
    doc: "The best-served chain's part of its fair share; none if no two wanted more.",
  }),
  count("deadlines.met", "instance", {
    label: "deadlines met",
    better: "higher",
    isCompared: true,
    doc: "Instances that completed before their deadlines.",
    counts: ({ deadline }) => deadline === "met",
  }),
  count("deadlines.missed", "instance", {
    label: "deadlines missed",
    better: "lower",
    isCompared: true,
    doc:
      "Instances that missed their deadline: also all that were lost, and those unfinished whose deadline was over when the log ended.",
    counts: ({ deadline }) => deadline === "missed",
  }),
  measured("share", "chain", {
    label: "part of its fair share",
    unit: "share",
    doc: "The chain's part of its fair share while it and others wanted more; none if that was never so.",
  }),
  measured("cost.total", "run", {
    label: "cost",
    unit: "times",
    better: "lower",
    isCompared: true,
    doc: "What the run cost, in the currency of its platforms' prices, if they have any.",
  }),
] as const;

/** The figures of a whole run: the path of each, as `--fail-if` takes it, and its label. */
export function figureSummaries(): (readonly [path: string, label: string])[] {
  return FIGURES.filter(({ of }) => of !== "chain").map(({ type, key, label }) =>
    type === "quantity"
      ? [`${key}.p99`, `${label}; or ${STATISTICS.filter((name) => name !== "p99").join(", ")}`]
      : [key, label]
  );
}

/** A row of the table. */
export type TableFigure = (typeof FIGURES)[number];
