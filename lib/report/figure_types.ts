/** The rows of the table of figures. */
import type { CallKind, InstanceKind } from "./kinds.ts";

/** The unit of a figure. `ms`: milliseconds; `s`: seconds; `times`: a ratio, or any other number; `perS`: per second. */
export type Unit = "ms" | "s" | "count" | "times" | "perS" | "share";

/**
 * The source of a figure, which decides who has the figure: `call` and `functionRun` runs, chains and functions alike;
 * `instance` runs and chains; `chain` and `run` only these.
 */
export type Origin = "call" | "functionRun" | "instance" | "chain" | "run";

/** The statistics of a quantity. */
export const STATISTICS = ["mean", "p50", "p90", "p95", "p99", "max"] as const;
export type Statistic = (typeof STATISTICS)[number];

/**
 * The value of a figure: a number in its unit; `"never"`: greater than any number, as what it measures never came about; null:
 * there is no data for it.
 */
export type FigureValue = number | "never" | null;

/** Which way a figure is better. */
export type Better = "lower" | "higher";

/** An attempt with its times. */
export interface CallTimes {
  readonly kind: CallKind;
  /** NaN: there is no queue. */
  readonly queuedMs: number;
  readonly runMs: number;
}

/** A function's own times, in an attempt that went well; NaN: not known. */
export interface FunctionTimes {
  readonly functionMs: number;
  readonly providerQueuedMs: number;
}

/** An instance's times; Infinity: it never completed; NaN: not known. */
export interface InstanceTimes {
  readonly chainMs: number;
  readonly slowdown: number;
}

/** The samples that a quantity of an origin is taken of. */
interface Samples {
  readonly call: CallTimes;
  readonly functionRun: FunctionTimes;
  readonly instance: InstanceTimes;
  readonly chain: never;
  readonly run: never;
}

/** The kinds that a count of an origin is taken of. */
interface Kinds {
  readonly call: CallKind;
  readonly functionRun: never;
  readonly instance: InstanceKind;
  readonly chain: never;
  readonly run: never;
}

interface Described {
  /** For people, in tables and comparisons. */
  readonly label: string;
  /** A sentence for the manual. */
  readonly doc: string;
}

interface Comparable {
  /** Which way is better; undefined: neither. */
  readonly better?: Better;
  /** Whether comparisons of runs show it. (Default: false) */
  readonly isCompared?: boolean;
}

/** A number of samples of certain kinds. */
export interface Count<K extends string = string, O extends Origin = Origin> extends Described, Comparable {
  readonly type: "count";
  readonly key: K;
  readonly of: O;
  readonly counts: (kind: Kinds[O]) => boolean;
}

/** A number that follows from counts, and other numbers, of the table. */
export interface Derived<K extends string = string, O extends Origin = Origin> extends Described, Comparable {
  readonly type: "derived";
  readonly key: K;
  readonly of: O;
  readonly unit: Unit;
  /** Whether it may be null, as nothing is known that it follows from. (Default: false) */
  readonly isOptional?: boolean;
  /** @param count the count of a key @param seconds the run's duration */
  readonly derive: (count: (key: string) => number, seconds: number) => number | null;
}

/** A number that a part of the reports of its own measures. */
export interface Measured<K extends string = string, O extends Origin = Origin>
  extends Described, Comparable {
  readonly type: "measured";
  readonly key: K;
  readonly of: O;
  readonly unit: Unit;
}

/** A mean, percentiles and a maximum over samples; lower is better. */
export interface QuantityFigure<K extends string = string, O extends Origin = Origin> extends Described {
  readonly type: "quantity";
  readonly key: K;
  readonly of: O;
  readonly unit: "ms" | "times";
  /** The words that follow the label in wide tables. */
  readonly meaning: string;
  /** Whether it is a part of the quantity above it, shown only where it is known. (Default: false) */
  readonly isPart?: boolean;
  /** The statistics that comparisons of runs show. */
  readonly compared: readonly Statistic[];
  /** Returns NaN if there is no sample. */
  readonly sample: (times: Samples[O]) => number;
}

type Rest<F> = Omit<F, "type" | "key" | "of">;

/** Declares a count of calls or instances of certain kinds. */
export function count<K extends string, O extends Origin>(
  key: K,
  of: O,
  rest: Rest<Count<K, O>>,
): Count<K, O> {
  return { type: "count", key, of, ...rest };
}

/** Declares a number that follows from counts. */
export function derived<K extends string, O extends Origin>(
  key: K,
  of: O,
  rest: Rest<Derived<K, O>>,
): Derived<K, O> {
  return { type: "derived", key, of, ...rest };
}

/** Declares a number that the reports measure by a part of their own. */
export function measured<K extends string, O extends Origin>(
  key: K,
  of: O,
  rest: Rest<Measured<K, O>>,
): Measured<K, O> {
  return { type: "measured", key, of, ...rest };
}

/** Declares a quantity over samples. */
export function quantity<K extends string, O extends Origin>(
  key: K,
  of: O,
  rest: Rest<QuantityFigure<K, O>>,
): QuantityFigure<K, O> {
  return { type: "quantity", key, of, ...rest };
}
