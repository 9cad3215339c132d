/** The figures that the task has found, as `figures.json` keeps them, and what follows from them. */
import { estimate } from "../lib/simulate/mod.ts";
import type { Claim, Estimated, Finding, Found, Measure } from "./claim.ts";
import type { Point } from "./plot.ts";

/** The seeds of the virtual part. */
export const SEEDS: readonly string[] = Array.from({ length: 6 }, (_, i) => String(i + 1));

/** The figures of a claim. */
export interface Result {
  /** In virtual time, by key, over all seeds. */
  readonly figures: Readonly<Record<string, Estimated>>;
  /** The curves of the first seed, by name. */
  readonly curves: Readonly<Record<string, readonly Point[]>>;
  /** Over real HTTP, by key; a claim that is not tried so has none. */
  readonly real?: Readonly<Record<string, number>>;
  /** The load of the real part in virtual time, by key: where it differs from the other figures, so do the loads. */
  readonly sameLoad?: Readonly<Record<string, number>>;
}

/** The figures of all claims, by their ids. */
export type Results = Readonly<Record<string, Result>>;

/** Most points of a curve that is kept: a picture has not many more. */
const MOST_POINTS = 120;
/** Figures are kept to this number of digits: the last ones differ with the order of sums. */
const DIGITS = 6;

/** Makes the result of a claim of what was found with each seed. */
export function resultOf(findings: readonly Finding[]): Result {
  const [first] = findings, figures: Record<string, Estimated> = {};
  for (const key of Object.keys(first!.figures)) {
    const { mean, halfWidth } = estimate(findings.map((finding) => finding.figures[key]!));
    figures[key] = { mean: rounded(mean), halfWidth: rounded(halfWidth) };
  }
  const curves = Object.entries(first!.curves ?? {}).map(([name, points]) => [name, thinned(points)]);
  return { figures, curves: Object.fromEntries(curves) };
}

/** Rounded to the digits that are kept. */
export function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

function thinned(points: readonly Point[]): Point[] {
  const step = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  return points.filter((_, i) => i % step === 0 || i === points.length - 1)
    .map(([x, y]) => [Number(x.toPrecision(4)), Number(y.toPrecision(4))]);
}

/** Returns the figures and curves that plots are drawn from. @throws {RangeError} if the result lacks a figure or curve */
export function foundIn({ figures, curves }: Result): Found {
  const in_ = <T>(all: Readonly<Record<string, T>>, key: string): T => {
    if (all[key] === undefined) {
      throw new RangeError(`Cannot draw: there is no "${key}". Run deno task paper again`);
    }
    return all[key];
  };
  return { figure: (key) => in_(figures, key), curve: (name) => in_(curves, name) };
}

/** Whether a figure reaches what it must, with its whole interval; undefined: it is only shown. */
export function isMet(
  { atLeast = -Infinity, atMost = Infinity }: Pick<Measure, "atLeast" | "atMost">,
  { mean, halfWidth }: Estimated,
): boolean | undefined {
  if (atLeast === -Infinity && atMost === Infinity) return undefined;
  return mean - halfWidth >= atLeast && mean + halfWidth <= atMost;
}

/** Whether a claim holds here; one whose figures need not reach anything is only measured. */
export type State = "holds" | "holds in part" | "does not hold" | "measured";

/** Whether all, some or none of the figures of a claim reach what they must. */
export function stateOf({ measures }: Claim, { figures }: Result): State {
  const met = measures.map((measure) => isMet(measure, figures[measure.key]!)).filter((of) =>
    of !== undefined
  );
  if (met.length === 0) return "measured";
  if (met.every((of) => of)) return "holds";
  return met.some((of) => of) ? "holds in part" : "does not hold";
}

/** Figures of a claim that have left the interval that is written for them. */
export function moved(
  { id, measures }: Claim,
  written: Result,
  now: Result,
): string[] {
  return measures.flatMap((measure) => {
    if (isMet(measure, now.figures[measure.key]!) === undefined) return [];
    const was = written.figures[measure.key], is = now.figures[measure.key]!;
    if (was === undefined) return [`${id}: "${measure.name}" is not written`];
    const slack = 10 ** (1 - DIGITS) * Math.abs(was.mean);
    if (Math.abs(is.mean - was.mean) <= was.halfWidth + slack) return [];
    return [`${id}: "${measure.name}" was ${was.mean} ± ${was.halfWidth}, and is ${is.mean}`];
  });
}
