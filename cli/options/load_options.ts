import {
  type Arrivals,
  burst,
  every,
  freshSeed,
  onlyChains,
  parseCount,
  parsePositiveDuration,
  parseRate,
  poisson,
  type Workload,
} from "../../lib/model/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { arrivalProcess, PROCESS_NAMES } from "./arrival_process.ts";
import { many, one, optionGroup, pair, text, type Values, withWords } from "../shell/options.ts";
import { REPLAY_OPTIONS, tracedLoad } from "./traced_load.ts";

/** The options that say when chains arrive, and which. */
export const LOAD_OPTIONS = optionGroup("for the load", {
  poisson: one("RATE", "independent arrivals at a mean rate: 5 (per second) or 300/m", parseRate),
  burst: one("N", "a burst of N at once", parseCount),
  every: one("DURATION", "one (or --burst N) at a fixed interval", parsePositiveDuration),
  arrivals: one(
    "PROCESS",
    "irregular arrivals: gamma:5,cv=2, weibull:5,shape=0.5, bursts:2..50,every=1m,for=5s, daily:1..20,period=1d, " +
      "ramp:1..50,over=10m, steps:5@1m,20@30s",
    withWords(arrivalProcess, PROCESS_NAMES),
  ),
  trace: many(
    "FILE",
    "a public trace of functions' calls (Azure, Huawei, IBM), which brings its chains if no workload is named (repeatable: " +
      "one day after another; a folder: all in it); or the times of a CSV file (first column, in ms) or of a run.json",
    text,
  ),
  ...REPLAY_OPTIONS,
  count: one("N", "end after N instances; alone: N at once", parseCount),
  for: one("DURATION", "end after this time", parsePositiveDuration),
  seed: one("SEED", "repeat the same times and choice of chains", text),
  chain: many("NAME", "only this chain of the workload (repeatable)", text),
  label: many("K=V", "a label for every instance (repeatable)", pair),
});

/** The parts of a load that no option gives. */
interface LoadContext {
  /** The chains, where neither the command line nor a trace has any. (Default: that is an error) */
  readonly otherwise?: Workload;
  /** Called with what is worth a note. (Default: no callback) */
  readonly onNote?: (words: string) => void;
}

/**
 * Makes the load that the options describe, or the workload itself.
 *
 * @param workload undefined: the chains are those of the trace
 */
export async function loadOf(
  workload: Workload | undefined,
  values: Values<typeof LOAD_OPTIONS>,
  { otherwise, onNote = () => {} }: LoadContext = {},
): Promise<Load> {
  checkArrivals(values);
  const seed = values.seed ?? freshSeed();
  const usual = workload === undefined && otherwise ? onlyChains(otherwise, values.chain) : undefined;
  const [file, ...more] = values.trace;
  const traced = file === undefined
    ? undefined
    : await tracedLoad([file, ...more], { ...values, workload, usual, seed, onNote });
  const { loadOf } = await import("../../lib/produce/mod.ts");
  return loadOf({
    workload: traced?.workload ?? workload ?? usual!,
    arrivals: traced?.arrivals ?? arrivalsOf(values),
    bounds: {
      ...(values.count === undefined ? {} : { count: values.count }),
      ...(values.for === undefined ? {} : { forMs: values.for }),
    },
    seed,
    labels: Object.fromEntries(values.label),
  });
}

/** @throws {UsageError} if the options contradict each other */
function checkArrivals(values: Values<typeof LOAD_OPTIONS>): void {
  const kinds = [values.poisson, values.every ?? values.burst, values.arrivals, values.trace[0]].filter((
    kind,
  ) => kind !== undefined);
  if (kinds.length > 1) {
    throw new UsageError(
      "Choose one of --poisson, --burst (with or without --every), --arrivals and --trace",
    );
  }
  const stray = Object.keys(REPLAY_OPTIONS).find((name) => values[name as keyof typeof REPLAY_OPTIONS]);
  if (values.trace.length === 0 && stray !== undefined) {
    throw new UsageError(`--${stray} is of a --trace FILE`);
  }
}

function arrivalsOf(values: Values<typeof LOAD_OPTIONS>): Arrivals | undefined {
  if (values.arrivals !== undefined) return values.arrivals;
  if (values.poisson !== undefined) return poisson(values.poisson);
  if (values.every !== undefined) return every(values.every, values.burst ?? 1);
  if (values.burst !== undefined) return burst(values.burst);
  return undefined;
}
