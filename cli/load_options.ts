import {
  type Arrivals,
  burst,
  every,
  fileText,
  parseCount,
  parsePositiveDuration,
  parseRate,
  poisson,
  trace,
  type Workload,
} from "../lib/model/mod.ts";
import type { Load } from "../lib/produce/mod.ts";
import { UsageError } from "./errors.ts";
import { many, one, pair, text, type Values } from "./options.ts";

/** The options that say when chains arrive, and which. */
export const LOAD_OPTIONS = {
  poisson: one("RATE", "independent arrivals at a mean rate: 5 (per second) or 300/m", parseRate),
  burst: one("N", "a burst of N at once", parseCount),
  every: one("DURATION", "one (or --burst N) at a fixed interval", parsePositiveDuration),
  trace: one("FILE", "at the times of a CSV file (first column, in ms) or of a run.json", text),
  count: one("N", "end after N instances; alone: N at once", parseCount),
  for: one("DURATION", "end after this time", parsePositiveDuration),
  seed: one("SEED", "repeat the same times and choice of chains", text),
  chain: many("NAME", "only this chain of the workload (repeatable)", text),
  label: many("K=V", "a label for every instance (repeatable)", pair),
} as const;

/** Makes the load that the options describe, or the workload itself. */
export async function loadOf(workload: Workload, values: Values<typeof LOAD_OPTIONS>): Promise<Load> {
  const { loadOf } = await import("../lib/produce/mod.ts");
  return loadOf({
    workload,
    arrivals: await arrivalsOf(values),
    bounds: {
      ...(values.count === undefined ? {} : { count: values.count }),
      ...(values.for === undefined ? {} : { forMs: values.for }),
    },
    seed: values.seed,
    labels: Object.fromEntries(values.label),
  });
}

async function arrivalsOf(values: Values<typeof LOAD_OPTIONS>): Promise<Arrivals | undefined> {
  const kinds = [values.poisson, values.every ?? values.burst, values.trace].filter((kind) =>
    kind !== undefined
  );
  if (kinds.length > 1) {
    throw new UsageError("Choose one of --poisson, --burst (with or without --every) and --trace");
  }
  if (values.poisson !== undefined) return poisson(values.poisson);
  if (values.every !== undefined) return every(values.every, values.burst ?? 1);
  if (values.burst !== undefined) return burst(values.burst);
  if (values.trace !== undefined) return trace(await traceTimes(values.trace));
  return undefined;
}

/** The arrival times of a run log, or of a CSV's first column (a heading is skipped), from the first of them on. */
async function traceTimes(path: string): Promise<number[]> {
  const times = /\.json(\.gz)?$/.test(path) ? await recordedTimes(path) : await csvTimes(path);
  if (times.length === 0) throw new UsageError(`--trace: ${path} has no times`);
  const first = times.reduce((least, ms) => Math.min(least, ms));
  return times.map((ms) => ms - first);
}

async function recordedTimes(path: string): Promise<number[]> {
  const { readRunLog } = await import("../lib/record/mod.ts");
  const times: number[] = [];
  for await (const event of (await readRunLog(path)).events) {
    if (event.type === "submit") times.push(event.submittedAtMs);
  }
  return times;
}

async function csvTimes(path: string): Promise<number[]> {
  const lines = (await readTextFile(path)).split(/\r?\n/).filter((line) => line.trim() !== "");
  const times = lines.map((line) => Number(line.split(/[,;\t]/)[0]));
  if (Number.isNaN(times[0])) times.shift();
  const bad = times.findIndex((ms) => !Number.isFinite(ms));
  if (bad >= 0) {
    throw new UsageError(
      `--trace: ${path} has a line whose first column is no number: "${lines.at(bad - times.length)}"`,
    );
  }
  return times;
}

async function readTextFile(path: string): Promise<string> {
  try {
    return fileText(await Deno.readFile(path));
  } catch (cause) {
    throw new UsageError(`--trace: Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}
