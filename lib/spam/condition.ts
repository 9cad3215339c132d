import { nearest, ownOf } from "../model/mod.ts";
import { comparisonParts, holds, type Operator, type Quantity, writtenQuantity } from "../report/mod.ts";

/** The figures of the calls of chains that were meant to start within a time. */
export interface WindowFigures {
  /** Those that have ended, and those that are under way since the starts. */
  readonly calls: number;
  readonly throttled: number;
  readonly failed: number;
  /** From the intended start to the answer, of calls that went well; those under way count with their time until now. */
  readonly latency_ms: Quantity;
}

/** A condition under which a load ends. */
export interface Condition {
  /** As it was written. */
  readonly text: string;
  readonly figure: string;
  readonly operator: Operator;
  /** In milliseconds, or a share from 0 to 1. */
  readonly value: number;
}

interface Figure {
  readonly unit: "ms" | "share";
  readonly of: (figures: WindowFigures) => number | null;
}

const share = (part: (figures: WindowFigures) => number): Figure => ({
  unit: "share",
  of: (figures) => figures.calls === 0 ? null : part(figures) / figures.calls,
});

const FIGURES: Readonly<Record<string, Figure>> = {
  ...Object.fromEntries(
    (["mean", "p50", "p90", "p95", "p99", "max"] as const).map((key) => [
      `latency_ms.${key}`,
      { unit: "ms", of: ({ latency_ms }: WindowFigures) => latency_ms[key] } satisfies Figure,
    ]),
  ),
  throttledShare: share(({ throttled }) => throttled),
  failedShare: share(({ failed }) => failed),
};

/** The figures that a condition may name. */
export const CONDITION_FIGURES: readonly string[] = Object.keys(FIGURES);

const EXAMPLE =
  "Write a figure, <, <=, > or >=, and a value: 'latency_ms.p99 > 500' or 'throttledShare > 5%'";

/**
 * Reads a condition: `latency_ms.p99 > 500`, `latency_ms.mean >= 1.5s`, `failedShare > 5%`.
 *
 * @throws {SyntaxError} naming what to write
 */
export function parseCondition(text: string): Condition {
  const parts = comparisonParts(text);
  if (parts === undefined) throw new SyntaxError(`Cannot read "${text}" as a condition. ${EXAMPLE}`);
  const { path, operator, value: written } = parts;
  const figure = ownOf(FIGURES, path);
  if (figure === undefined) {
    const guess = nearest(path, CONDITION_FIGURES);
    throw new SyntaxError(
      `Cannot read "${text}": there is no figure "${path}"${
        guess === undefined ? "" : `; did you mean "${guess}"?`
      } ` +
        `Choose from ${CONDITION_FIGURES.join(", ")}`,
    );
  }
  const value = writtenQuantity(written, figure.unit);
  if (value !== undefined && figure.unit === "share" && value > 1) {
    throw new SyntaxError(
      `Cannot use "${written}" in the condition "${text}": a share is at most 1, or 100%. Write 0.05 or 5%`,
    );
  }
  if (value !== undefined) return { text, figure: path, operator, value };
  const example = figure.unit === "ms" ? "500 (milliseconds) or 1.5s" : "0.05 or 5%";
  throw new SyntaxError(`Cannot read "${written}" in the condition "${text}". Write ${example}`);
}

/** The value of a condition's figure; null: nothing was measured. */
export function valueOf({ figure }: Condition, figures: WindowFigures): number | null {
  return FIGURES[figure]!.of(figures);
}

/** Whether a condition is true of a value. */
export function isTrue({ operator, value }: Condition, actual: number | null): boolean {
  return actual !== null && holds(actual, operator, value);
}

/** Whether calls under way can make a condition only truer: they take longer, or fail. */
export function isRising({ operator }: Condition): boolean {
  return operator === ">" || operator === ">=";
}
