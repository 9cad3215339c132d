import type { Origin } from "./figure_types.ts";
import { FIGURES, type TableFigure } from "./figures.ts";
import { CALL_KINDS, INSTANCE_KINDS } from "./kinds.ts";
import type { ChainQuantity, Concurrency, Figures, FunctionReport } from "./schema.ts";

/** A row of the table that is a quantity of an origin. */
export type QuantityOf<O extends Origin> = Extract<TableFigure, { type: "quantity"; of: O }>;

const QUANTITIES = Map.groupBy(FIGURES.filter(({ type }) => type === "quantity"), ({ of }) => of);

/** The quantities of an origin. */
export function quantitiesOf<O extends Origin>(origin: O): readonly QuantityOf<O>[] {
  return (QUANTITIES.get(origin) ?? []) as QuantityOf<O>[];
}

/** The time that some calls took, and the part of it that was wasted. */
export interface Work {
  /** The time that all attempts took together, in microseconds. */
  readonly us: number;
  /** The attempts that were made for chains that were lost. */
  readonly wastedCalls: number;
  /** The time that those took together, in microseconds. */
  readonly wastedUs: number;
}

/** The sums from which the figures of some calls follow. */
export interface CallSums {
  /** Attempts by the numbers of their kinds. */
  readonly calls: Float64Array;
  readonly invocations: number;
  readonly work: Work;
  readonly concurrency: Concurrency;
  quantity(figure: QuantityOf<"call" | "functionRun">): ChainQuantity;
}

/** The sums from which the figures of some instances follow. */
export interface InstanceSums {
  /** Instances by the numbers of their kinds. */
  readonly instances: Float64Array;
  /** The number of instances that other instances called: some of these, or besides them. */
  readonly called: number;
  quantity(figure: QuantityOf<"instance">): ChainQuantity;
}

/** The figures of calls. @param seconds the run's duration */
export function functionReportOf(calls: CallSums, seconds: number): FunctionReport {
  return values(new Map(callValues(calls)), ["call", "functionRun"], seconds) as FunctionReport;
}

/** The figures of calls and instances. @param seconds the run's duration */
export function figuresOf(calls: CallSums, instances: InstanceSums, seconds: number): Figures {
  const known = new Map([...callValues(calls), ...instanceValues(instances)]);
  return values(known, ["call", "functionRun", "instance"], seconds) as Figures;
}

type Known = readonly [key: string, value: number | ChainQuantity];

function* callValues(sums: CallSums): Generator<Known> {
  yield ["functions.invocations", sums.invocations];
  yield ["functions.seconds", sums.work.us / 1e6];
  yield ["waste.calls", sums.work.wastedCalls];
  yield ["waste.seconds", sums.work.wastedUs / 1e6];
  yield ["concurrency.mean", sums.concurrency.mean];
  yield ["concurrency.max", sums.concurrency.max];
  for (const figure of FIGURES) {
    if (figure.type === "count" && figure.of === "call") {
      yield [figure.key, countOf(CALL_KINDS, sums.calls, figure.counts)];
    } else if (figure.type === "quantity" && figure.of !== "instance") {
      yield [figure.key, sums.quantity(figure)];
    }
  }
}

function* instanceValues(sums: InstanceSums): Generator<Known> {
  yield ["chains.called", sums.called];
  for (const figure of FIGURES) {
    if (figure.of !== "instance") continue;
    if (figure.type === "count") {
      yield [figure.key, countOf(INSTANCE_KINDS, sums.instances, figure.counts)];
    } else if (figure.type === "quantity") yield [figure.key, sums.quantity(figure)];
  }
}

function countOf<K>(kinds: readonly K[], numbers: Float64Array, counts: (kind: K) => boolean): number {
  return kinds.reduce((sum, kind, i) => counts(kind) ? sum + numbers[i]! : sum, 0);
}

/** Lays values out as the report's JSON has them, in the order of the table. */
function values(
  known: ReadonlyMap<string, number | ChainQuantity>,
  origins: readonly Origin[],
  seconds: number,
): Partial<Figures> {
  const into: Record<string, unknown> = {};
  const count = (key: string) => known.get(key) as number;
  for (const figure of FIGURES) {
    if (!origins.includes(figure.of)) continue;
    const value = figure.type === "derived" ? figure.derive(count, seconds) : known.get(figure.key);
    const [section, name] = figure.key.split(".") as [string, string?];
    if (name === undefined) into[section] = value;
    else ((into[section] ??= {}) as Record<string, unknown>)[name] = value;
  }
  return into as Partial<Figures>;
}
