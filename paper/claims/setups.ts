/** Parts that experiments share: loads, providers, and readings of trials. */
import { type Chain, chain, type Distribution, fn, type Workload, workload } from "sequoia";
import type { SimulateOptions } from "sequoia/simulate";
import type { Found } from "../claim.ts";
import type { Line, Point } from "../plot.ts";
import { type Run, type Trial, trial } from "../trial.ts";

/** A chain of one function of its own. */
export function single(name: string, time: Distribution): Chain {
  return chain(name, ({ call }) => void call(fn(name, { time })));
}

/** A workload of one chain. */
export function only(of: Chain): Workload {
  return workload({ chains: [{ chain: of }] });
}

/** A provider that runs a number of calls at once and keeps all others in one line, first in, first out. */
export function queueing(limit: number): string {
  return `hard-limit,limit=${limit},cold=none,queue=1000000,backgroundqueue=1000000,httpfirst=no`;
}

/** A provider that runs a number of calls at once and refuses all others. */
export function refusing(limit: number): string {
  return `hard-limit,limit=${limit},cold=none`;
}

/** The same load under several ways to schedule it. */
export async function trials<Name extends string>(
  load: SimulateOptions,
  ways: Readonly<Record<Name, Partial<SimulateOptions>>>,
): Promise<Record<Name, Trial>> {
  const found: [string, Trial][] = [];
  for (const [name, way] of Object.entries<Partial<SimulateOptions>>(ways)) {
    found.push([name, await trial({ ...load, ...way })]);
  }
  return Object.fromEntries(found) as Record<Name, Trial>;
}

/** Functions trigger each other, without Sequoia. */
export const WITHOUT = { policy: "none" } as const;

/** A load without Sequoia, and with it. */
export interface Pair {
  readonly without: Trial;
  readonly withIt: Trial;
  /** A figure without Sequoia, of the same with it. */
  ratio(of: (trial: Trial) => number): number;
}

/** The same load without Sequoia, and under one of its ways to schedule it. */
export async function pair(load: SimulateOptions, way: Partial<SimulateOptions>): Promise<Pair> {
  const { without, withIt } = await trials(load, { without: WITHOUT, withIt: way });
  return { without, withIt, ratio: (of) => of(without) / of(withIt) };
}

/** The lines of the curves `without` and `withIt`. */
export function pairLines(curve: Found["curve"]): Line[] {
  return [
    { name: "without Sequoia", points: curve("without") },
    { name: "with Sequoia", points: curve("withIt") },
  ];
}

/** A number of calls in flight, whatever the provider refuses, as the paper's system has it. */
export function fixed(limit: number): Pick<SimulateOptions, "limit" | "limits"> {
  return { limit, limits: { fixed: true } };
}

/** The calls in flight over the seconds of a run. */
export function inFlight({ series: { bands, bucketMs, buckets } }: Run): Point[] {
  return Array.from({ length: buckets }, (_, i) => [
    i * bucketMs / 1000,
    bands.reduce((sum, { running }) => sum + running[i]!, 0),
  ]);
}

/** The part of the chains that completed within a time, in percent, over that time in seconds. */
export function completedWithin({ series: { chainTime } }: Trial): Point[] {
  return chainTime.map(({ ms, part }) => [ms / 1000, 100 * part]);
}

/** The mean. */
export function mean(values: Iterable<number>): number {
  let sum = 0, count = 0;
  for (const value of values) {
    sum += value;
    count++;
  }
  return sum / count;
}

/** The run times of the applications of all chains, or of one. */
export function applicationMs({ applicationMs }: Run, chain?: string): number[] {
  return chain === undefined ? [...applicationMs.values()].flat() : [...applicationMs.get(chain) ?? []];
}

/** A figure of a report that must be a number. @throws {RangeError} if there is no data, or it is "never" */
export function number(value: number | "never" | null | undefined): number {
  if (typeof value === "number") return value;
  throw new RangeError(`Cannot use a figure of a report: it is ${value}`);
}

/** The percentage of the chains that did not complete. */
export function lost({ report: { chains } }: Run): number {
  return 100 * (chains.submitted - chains.completed) / chains.submitted;
}

/** The percentage of the chains that were dropped in the middle. */
export function midChain({ midChainDrops, report: { chains } }: Run): number {
  return 100 * midChainDrops / chains.submitted;
}
