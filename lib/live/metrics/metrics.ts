import { type LiveRow, type LiveView, OTHER } from "../live_view.ts";
import { type Counter, ENDS } from "../counting/columns.ts";
import type { TableName, Total, Totals } from "./totals.ts";

/** All that a scrape reads. */
export interface Scrape {
  readonly view: LiveView;
  readonly totals: Totals;
  /** The version of the program. */
  readonly version: string;
}

/** The values of a metric's labels, by their names. */
export type LabelValues = Readonly<Record<string, string>>;

/** One number of a counter or a gauge. */
export interface Sample {
  readonly labels: LabelValues;
  readonly value: number;
}

/** One series of a histogram. */
export interface HistogramSample {
  readonly labels: LabelValues;
  /** By bucket: bucket `i` is above 2^((i-1)/4) s, up to and with 2^(i/4) s. */
  readonly buckets: ReadonlyMap<number, number>;
  /** In seconds. */
  readonly sum: number;
}

interface About {
  readonly name: string;
  /** Its meaning: one sentence without a point, as Prometheus shows it. */
  readonly help: string;
  /** The unit of its value, in words. */
  readonly unit: string;
  /** The names of its labels. */
  readonly labels: readonly string[];
}

/** One metric: its name, and where its numbers come from. */
export type Metric =
  | About & { readonly type: "counter" | "gauge"; samples(scrape: Scrape): readonly Sample[] }
  | About & { readonly type: "histogram"; samples(scrape: Scrape): readonly HistogramSample[] };

/** A table of names, as metrics tell it: the beginning of their names, their labels, and what these mean. */
interface Told {
  readonly prefix: string;
  readonly of: string;
  readonly table: TableName;
  readonly labels: readonly string[];
  labelsOf(name: string, scrape: Scrape): LabelValues;
  rows(view: LiveView): readonly LiveRow[];
}

const TOLD: readonly Told[] = [
  {
    ...{ prefix: "sequoia_chain", of: "by chain", table: "chains", labels: ["chain"] },
    labelsOf: (chain) => ({ chain }),
    rows: ({ byChain }) => byChain,
  },
  {
    ...{ prefix: "sequoia_function", of: "by function", table: "functions", labels: ["function"] },
    labelsOf: (name) => ({ function: name }),
    rows: ({ byFunction }) => byFunction,
  },
  {
    ...{ prefix: "sequoia_label", of: "by value of the label told apart", table: "values" },
    labels: ["label", "value"],
    labelsOf: (value, { totals, view }) => ({ label: totals.label ?? view.byLabel?.label ?? "", value }),
    rows: ({ byLabel }) => byLabel?.rows ?? [],
  },
];

/** The counters of calls, by outcome. */
const CALLS: Readonly<Record<string, Counter>> = {
  ok: "ok",
  failed: "failed",
  throttled: "throttled",
  cancelled: "cancelled",
};

/** A gauge without labels. */
function gauge(
  name: string,
  unit: string,
  help: string,
  value: (scrape: Scrape) => number | undefined,
): Metric {
  return {
    ...{ name, help, unit, type: "gauge", labels: [] },
    samples: (scrape) => {
      const number = value(scrape);
      return number === undefined ? [] : [{ labels: {}, value: number }];
    },
  };
}

/** A gauge of each row of a table. */
function rowGauge(
  told: Told,
  name: string,
  unit: string,
  help: string,
  value: (row: LiveRow) => number,
): Metric {
  return {
    ...{
      name: `${told.prefix}_${name}`,
      help: `${help}, ${told.of}`,
      unit,
      type: "gauge",
      labels: told.labels,
    },
    samples: (scrape) => {
      const sums = new Map<string, number>(); // a name may be "other", as the rest is
      const counted = scrape.totals.of(told.table); // so gauges have no other names than counters
      for (const row of told.rows(scrape.view)) {
        const key = row.isRest || !counted.has(row.name) ? OTHER : row.name;
        sums.set(key, (sums.get(key) ?? 0) + value(row));
      }
      return [...sums].map(([row, number]) => ({ labels: told.labelsOf(row, scrape), value: number }));
    },
  };
}

/** A counter of each name of a table. */
function counter(
  told: Told,
  name: string,
  unit: string,
  help: string,
  value: (total: Total) => number,
): Metric {
  return {
    ...{ name: `${told.prefix}_${name}`, help: `${help}, ${told.of}`, unit, type: "counter" },
    labels: told.labels,
    samples: (scrape) =>
      [...scrape.totals.of(told.table)].map(([row, total]) => ({
        labels: told.labelsOf(row, scrape),
        value: value(total),
      })),
  };
}

/** A counter of each name of a table, by outcome. */
function byOutcome(
  told: Told,
  name: string,
  unit: string,
  help: string,
  outcomes: Readonly<Record<string, Counter>>,
): Metric {
  return {
    ...{ name: `${told.prefix}_${name}`, help: `${help}, ${told.of} and outcome`, unit, type: "counter" },
    labels: [...told.labels, "outcome"],
    samples: (scrape) =>
      [...scrape.totals.of(told.table)].flatMap(([row, { counters }]) =>
        Object.entries(outcomes).map(([outcome, counted]) => ({
          labels: { ...told.labelsOf(row, scrape), outcome },
          value: counters[counted],
        }))
      ),
  };
}

function metricsOf(told: Told): Metric[] {
  const hasInstances = told.table !== "functions";
  return [
    rowGauge(
      told,
      "invocations_ready",
      "invocations",
      "Invocations that wait for capacity",
      ({ ready }) => ready,
    ),
    rowGauge(told, "calls_in_flight", "calls", "Calls of functions in flight", ({ running }) => running),
    counter(
      told,
      "calls_started_total",
      "calls",
      "Calls of functions that have started",
      ({ counters }) => counters.started,
    ),
    byOutcome(told, "calls_total", "calls", "Calls of functions that have ended", CALLS),
    counter(
      told,
      "call_seconds_total",
      "seconds",
      "Time that calls have been in flight; its rate is the mean number of calls in flight",
      ({ counters }) => counters.busyMs / 1000,
    ),
    ...hasInstances
      ? [byOutcome(told, "instances_total", "instances", "Instances of chains that have ended", ENDS)]
      : [],
  ];
}

/** A histogram of the queueing times of a table, unless another table tells them. */
function queueing(name: string, help: string, labels: readonly string[], told?: Told): Metric {
  const table = told?.table ?? "all";
  return {
    ...{ name, help, unit: "seconds", type: "histogram", labels },
    samples: (scrape) =>
      [...scrape.totals.of(table)].filter(([, total]) => total.queueing.size > 0 || told === undefined).map((
        [row, { queueing: buckets, counters }],
      ) => ({ labels: told?.labelsOf(row, scrape) ?? {}, buckets, sum: counters.queuedMs / 1000 })),
  };
}

const QUEUEING = "Time from an invocation being ready to the start of the attempt that settled it";
const STATES = ["delayed", "queued", "running", "completed", "failed", "cancelled"] as const;

/** The one table of metrics: `/metrics`, docs/monitoring.md, and the check of alerts and boards go by it. */
export const METRICS: readonly Metric[] = [
  {
    name: "sequoia_build_info",
    help: "The version of the program that answers; always 1",
    ...{ unit: "none", type: "gauge", labels: ["version"] },
    samples: ({ version }) => [{ labels: { version }, value: 1 }],
  },
  {
    name: "sequoia_queue_instances",
    help: "Instances in the queue, by state; ended ones as long as they are kept",
    ...{ unit: "instances", type: "gauge", labels: ["state"] },
    samples: ({ view: { depth } }) => STATES.map((state) => ({ labels: { state }, value: depth[state] })),
  },
  gauge(
    "sequoia_queue_oldest_timestamp_seconds",
    "seconds since 1970",
    "When the oldest instance that has not ended was submitted, or due; absent if all have ended",
    ({ view: { depth: { oldestSubmittedAtMs: ms } } }) => ms === undefined ? undefined : ms / 1000,
  ),
  gauge(
    "sequoia_queue_next_due_timestamp_seconds",
    "seconds since 1970",
    "When the next of the delayed instances is due; absent if there are none",
    ({ view: { depth: { nextDueAtMs: ms } } }) => ms === undefined ? undefined : ms / 1000,
  ),
  gauge(
    "sequoia_queue_pauses",
    "pauses",
    "Pauses in force",
    ({ view }) => view.settings.pauses.length,
  ),
  gauge(
    "sequoia_queue_policy_failed",
    "0 or 1",
    "Whether the policy that was set last has failed, so that another one is in force",
    ({ view }) => view.settings.failedPolicy === undefined ? 0 : 1,
  ),
  gauge("sequoia_consumers", "consumers", "Consumers that live", ({ view }) => view.consumers.length),
  gauge(
    "sequoia_calls_limit",
    "calls",
    "Most calls that all consumers may have in flight at present; absent if there is no limit",
    ({ view }) => view.limit,
  ),
  gauge("sequoia_calls_in_flight", "calls", "Calls of functions in flight", ({ view }) => view.inFlight),
  gauge(
    "sequoia_invocations_ready",
    "invocations",
    "Invocations that wait for capacity at consumers",
    ({ view }) => view.ready,
  ),
  queueing("sequoia_queueing_seconds", QUEUEING, []),
  ...TOLD.flatMap(metricsOf),
  queueing(
    "sequoia_chain_queueing_seconds",
    `${QUEUEING}, by chain, if no label is told apart`,
    ["chain"],
    TOLD[0],
  ),
  queueing(
    "sequoia_label_queueing_seconds",
    `${QUEUEING}, by value of the label told apart`,
    ["label", "value"],
    TOLD[2],
  ),
];
