import { counted, formatDuration } from "../model/mod.ts";
import type { RunInfo } from "./events.ts";
import { sharesFunctions } from "./grouping.ts";
import type { Figures, Note, NoteCode, ReportedRun } from "./schema.ts";
import type { Series } from "./series.ts";
import { formatNumber } from "./text.ts";

/** With fewer samples, a 99th percentile is the greatest of them. */
const ENOUGH = 100;
/** A backlog grows if it is this much larger at the end of the arrivals than in their middle, … */
const GROWTH = 1.5;
/** … and at least as many calls wait. */
const LEAST_BACKLOG = 5;
/** Fewer buckets of a chart say nothing of how a backlog went. */
const LEAST_BUCKETS = 20;
/** Starts that are later than the plan by less, in milliseconds, are on time. */
const LATE_MS = 50;

/** The facts that remarks follow from. */
export interface NoteFacts {
  readonly run: RunInfo | undefined;
  readonly reported: ReportedRun;
  readonly figures: Figures;
  readonly series: Pick<Series, "bands" | "bucketMs" | "buckets">;
  /** From the first event to the last arrival, in milliseconds. */
  readonly arrivalsMs: number;
  /** The 99th percentile of how late calls started that nothing queues, in milliseconds; NaN: not known. */
  readonly lateMs: number;
  /** The number of times that functions told of themselves and that the report leaves out. (Default: 0) */
  readonly functionRunsLeftOut?: number;
}

/** The remarks on a report. */
export function notesOf(facts: NoteFacts): Note[] {
  const { run, reported, figures, series, arrivalsMs, lateMs, functionRunsLeftOut = 0 } = facts;
  const { chains, functions } = figures, notes: Note[] = [];
  const add = (code: NoteCode, text: string) => notes.push({ code, text });
  const samples = chains.submitted > 0 ? chains.submitted : functions.attempts;
  if (samples > 0 && samples < ENOUGH) {
    const what = chains.submitted > 0 ? "chain" : "call";
    add(
      "few-samples",
      `Only ${counted(samples, what)}: with fewer than ${ENOUGH}, p99 is the slowest one`,
    );
  }
  const backlog = backlogOf(series, arrivalsMs);
  if (backlog !== undefined) {
    add(
      "growing-backlog",
      `The backlog was still growing when arrivals ended (${
        formatNumber(backlog.middle)
      } calls waited in the middle, ` +
        `${formatNumber(backlog.end)} at the end): times depend on how long the run was`,
    );
  }
  if (lateMs >= LATE_MS) {
    add("late-arrivals", `Calls started behind the plan: p99 ${formatDuration(lateMs)}`);
  }
  if (functionRunsLeftOut > 0) {
    add(
      "no-function-times",
      `No function times: a report in bounded memory leaves out what functions told of their runs (${
        counted(functionRunsLeftOut, "run")
      })`,
    );
  }
  if (reported.queue === null && functions.attempts > 0) {
    add("no-queue", "No queueing times: nothing queues the calls of this run");
  }
  if (reported.changes !== undefined) {
    const isPolicy = reported.changes.some(({ setting }) => setting === "policy");
    add(
      "settings-changed",
      `Settings changed while the run went on (${
        counted(reported.changes.length, "change")
      }): figures are of all of it${
        isPolicy ? "; fairness is judged by the groups and weights that it began with" : ""
      }`,
    );
  }
  if (sharesFunctions(run)) {
    add(
      "unknown-shares",
      `Fairness is judged by chains: the shares of ${run?.policy} change with the load and are in no log`,
    );
  }
  return notes;
}

/** The calls that waited in the middle and at the end of the arrivals, if they became more. */
function backlogOf(
  { bands, bucketMs, buckets }: NoteFacts["series"],
  arrivalsMs: number,
): { readonly middle: number; readonly end: number } | undefined {
  const length = Math.min(buckets, Math.ceil(arrivalsMs / bucketMs));
  if (!(length >= LEAST_BUCKETS)) return undefined;
  const mean = (from: number, to: number) => {
    const [first, after] = [Math.floor(from * length), Math.floor(to * length)];
    const sum = bands.reduce((sum, { waiting }) => sum + total(waiting.slice(first, after)), 0);
    return sum / (after - first);
  };
  const middle = mean(0.4, 0.6), end = mean(0.8, 1);
  return end >= LEAST_BACKLOG && end >= GROWTH * middle ? { middle, end } : undefined;
}

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
