import { failureWords } from "../failure_words.ts";
import { printable } from "../text.ts";
import { CALL_FIELDS, CALL_OUTCOMES, type CauseData, type PageData, type RunData } from "./data.ts";
import type { PageRun } from "./drawn.ts";

/** The data of the page as JSON. Texts that come from the log are made printable. */
export function pageData(runs: readonly PageRun[]): string {
  const data: PageData = { callFields: CALL_FIELDS, callOutcomes: CALL_OUTCOMES, runs: runs.map(runData) };
  return JSON.stringify(data, (_key, value) => typeof value === "string" ? printable(value) : value);
}

function runData(run: PageRun): RunData {
  const { name, report, series, picture } = run;
  return {
    name,
    durationMs: report.run.durationMs,
    bands: {
      bucketMs: series.bucketMs,
      list: series.bands.map(({ name, running, waiting }) => ({
        name,
        running: running.map(rounded),
        waiting: waiting.map(rounded),
      })),
      limit: series.limit,
    },
    ...picture,
    causes: causesOf(run),
    jain: {
      windowMs: picture.jain.windowMs,
      values: picture.jain.values.map((value) => value === null ? null : rounded(value)),
    },
  };
}

function causesOf({ report, byCause }: PageRun): CauseData[] {
  return byCause.map((instances, number) => {
    const { what, reason } = failureWords(report.failures[number]!);
    return { number, name: `${what}: ${reason}`, instances };
  }).filter(({ instances }) => instances.length > 0);
}

/** Hundredths are not seen. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
