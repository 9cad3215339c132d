/** Runs the comparisons, and estimates their figures. */
import { estimate } from "../../lib/simulate/mod.ts";
import { type Comparison, COMPARISONS, type Figure, systemsOf } from "./loads.ts";
import { runJobs } from "./world.ts";

/** The seeds of the loads: each system gets the same ones. */
export const SEEDS: readonly string[] = ["1", "2", "3", "4", "5", "6"];

/** A mean over the seeds, and half of its 95 % confidence interval. */
export interface Estimated {
  readonly mean: number;
  readonly halfWidth: number;
}

/** The figures of all comparisons: by comparison, system and figure. */
export type Figures = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Estimated>>>>>>;

/** Runs all comparisons with all systems and seeds. */
export function allFigures(comparisons: readonly Comparison[] = COMPARISONS): Figures {
  return Object.fromEntries(comparisons.map((comparison) => [comparison.id, compare(comparison)]));
}

function compare(comparison: Comparison): Figures[string] {
  const systems = systemsOf(comparison);
  const found = systems.map((system) =>
    SEEDS.map((seed) => comparison.measure(runJobs(comparison.jobs(seed), system.make(comparison))))
  );
  return Object.fromEntries(systems.map(({ name }, i) => [
    name,
    Object.fromEntries(
      comparison.figures.map((figure) => [figure.key, estimateOf(figure, found[i]!, found[0]!)]),
    ),
  ]));
}

type Found = readonly Readonly<Record<string, number>>[];

function estimateOf({ key, isOfFirst = false }: Figure, own: Found, first: Found): Estimated {
  const values = own.map((figures, i) => isOfFirst ? figures[key]! / first[i]![key]! * 100 : figures[key]!);
  const { mean, halfWidth } = estimate(values);
  return { mean: rounded(mean), halfWidth: rounded(halfWidth) };
}

/** The last digits differ with the order of sums. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** The part by which a mean may be off its interval without having moved. */
const SLACK = 0.005;

/** The figures that have left the intervals that are written for them. */
export function moved(written: Figures, now: Figures): string[] {
  return Object.entries(now).flatMap(([id, systems]) =>
    Object.entries(systems).flatMap(([system, figures]) =>
      Object.entries(figures).flatMap(([key, { mean }]) => {
        const was = written[id]?.[system]?.[key];
        if (was !== undefined && Math.abs(mean - was.mean) <= was.halfWidth + SLACK * Math.abs(was.mean)) {
          return [];
        }
        return [`${id}, ${system}: ${key} was ${was?.mean ?? "not there"}, and is ${mean}`];
      })
    )
  );
}
