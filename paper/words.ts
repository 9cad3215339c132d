/** Figures as people read them. */
import { formatDuration } from "../lib/model/mod.ts";
import type { Estimated, Measure, Unit } from "./claim.ts";
import { isMet, type Result } from "./results.ts";

/** A figure of a claim as it stands in a table. */
export interface FigureRow {
  readonly name: string;
  readonly paper: string;
  readonly virtual: string;
  /** Of the load of the real part, in virtual time. */
  readonly sameLoad: string;
  /** Behind it a ✘, if it misses what the claim says. */
  readonly real: string;
  /** Of the virtual figure. */
  readonly mark: string;
}

/** Writes a figure of a claim. */
export function figureRow(measure: Measure, { figures, real, sameLoad }: Result): FigureRow {
  const { key, name, unit, paper = "" } = measure, estimate = figures[key]!;
  const once = (found: Result["real"]) => {
    const value = found?.[key];
    if (value === undefined) return "";
    const misses = isMet(measure, { mean: value, halfWidth: 0 }) === false;
    return `${valueWords(value, unit)}${misses ? " ✘" : ""}`;
  };
  return {
    name,
    paper,
    virtual: estimateWords(estimate, unit),
    sameLoad: once(sameLoad),
    real: once(real),
    mark: markOf(isMet(measure, estimate)),
  };
}

/** The mark of a figure that reaches what it must, or does not; none, if it need not. */
export function markOf(isMet: boolean | undefined): string {
  return isMet === undefined ? "" : isMet ? "✔" : "✘";
}

/** A value with its unit: `12.9 %`. */
export function valueWords(value: number, unit: Unit): string {
  switch (unit) {
    case "ms":
      return formatDuration(value < 1 ? 0 : Number(value.toPrecision(3)));
    case "%":
      return `${digits(value)} %`;
    case "×":
      return `${digits(value)}×`;
    case "1":
      return digits(value);
  }
}

/** A mean and how far it may be off: `12.9 % ± 0.4`. */
export function estimateWords({ mean, halfWidth }: Estimated, unit: Unit): string {
  const off = unit === "ms" ? valueWords(halfWidth, unit) : digits(halfWidth);
  return off === "0" || off === "0ms" ? valueWords(mean, unit) : `${valueWords(mean, unit)} ± ${off}`;
}

/** About three digits. */
function digits(value: number): string {
  if (Math.abs(value) < 0.005) return "0";
  const places = Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: places });
}
