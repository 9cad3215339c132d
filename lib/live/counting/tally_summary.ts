import { halved } from "./histogram.ts";
import type { Counts } from "./counts.ts";
import type { SlidingHistogram } from "./sliding.ts";
import { MOST_TIMED, type WorkRow, type WorkSummary } from "./summary.ts";
import type { Table } from "./table.ts";

/** All that one consumer has counted. */
export interface Tallied {
  /** When it began, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** The label whose values are told apart; undefined: none is. */
  readonly label: string | undefined;
  readonly all: Counts;
  /** Queueing times of the last hour. */
  readonly hour: SlidingHistogram;
  readonly chains: Table;
  readonly functions: Table;
  readonly values: Table | undefined;
}

/** The summary of what a consumer has counted until an instant. */
export function summaryOf(
  { sinceMs, label, all, hour, chains, functions, values }: Tallied,
  nowMs: number,
): WorkSummary {
  const timed = values ?? chains; // queueing times since the beginning are told by one of the tables
  return {
    sinceMs,
    ...label !== undefined && { label },
    all: { ...rowOf(undefined, all, nowMs, true), queueing: halved(all.queueing.sparse()) },
    hour: hour.at(nowMs).sparse(),
    chains: rowsOf(chains, nowMs, chains === timed),
    functions: rowsOf(functions, nowMs, false),
    ...values !== undefined && { values: rowsOf(values, nowMs, true) },
  };
}

function rowsOf(table: Table, nowMs: number, hasQueueing: boolean): WorkRow[] {
  const all = [...table.rows(), { name: undefined, counts: table.rest }];
  return all.map(({ name, counts }, i) => {
    const row = rowOf(name, counts, nowMs, i < MOST_TIMED || name === undefined);
    return hasQueueing ? { ...row, queueing: halved(counts.queueing.sparse()) } : row;
  }).filter(({ name, numbers }) => name !== undefined || numbers.started > 0 || numbers.ready > 0);
}

function rowOf(name: string | undefined, counts: Counts, nowMs: number, isTimed: boolean): WorkRow {
  const numbers = counts.numbers(nowMs);
  if (!isTimed) return { name, numbers };
  const minute = counts.minute.at(nowMs).sparse();
  return minute.length === 0 ? { name, numbers } : { name, numbers, minute };
}
