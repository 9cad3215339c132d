import type { Context } from "../shell/command.ts";
import { compareRuns, renderRepeated, type RunView, type TestedRow } from "../../lib/report/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { terminalOptions } from "../words/report_output.ts";

/** The schema of a comparison of repeated runs. */
const SCHEMA = "sequoia.comparison/1";

/** The values of the options that a comparison of repeated runs has to do with. */
export interface RepeatedValues {
  readonly base: readonly string[];
  readonly against: readonly string[];
  readonly json: boolean;
  readonly ascii: boolean;
  readonly csv: boolean;
  readonly merge: boolean;
  readonly html?: string | undefined;
}

/**
 * Whether repeated runs are to be compared.
 *
 * @throws {UsageError} if a side is missing, or something is asked for beside them
 */
export function areRepeated(values: RepeatedValues, rest: readonly string[]): boolean {
  const { base, against } = values;
  if (base.length + against.length === 0) return false;
  if (base.length === 0 || against.length === 0) {
    throw new UsageError("Name runs for both sides: report --base a1.json a2.json --against b1.json b2.json");
  }
  if (rest.length > 0) {
    throw new UsageError(`${rest[0]} is on no side. Name runs behind --base and --against only`);
  }
  const other = values.csv
    ? "--csv"
    : values.html !== undefined
    ? "--html"
    : values.merge
    ? "--merge"
    : undefined;
  if (other !== undefined) {
    throw new UsageError(`${other} does not go with --base and --against. Leave it out`);
  }
  return true;
}

/** Prints a comparison of repeated runs. */
export function showRepeated(
  base: readonly RunView[],
  against: readonly RunView[],
  { json, ascii }: RepeatedValues,
  { print, printEscaped }: Pick<Context, "print" | "printEscaped">,
): void {
  const [a, b] = [base, against].map((views) => views.map(({ report }) => report)) as [
    RunView["report"][],
    RunView["report"][],
  ];
  if (!json) return printEscaped(renderRepeated(a, b, terminalOptions(ascii)).trimEnd());
  const named = (views: readonly RunView[]) => views.map(({ name }) => name);
  const figures = Object.fromEntries(compareRuns([a, b]).map((row) => [row.metric.path, figureOf(row)]));
  print(JSON.stringify({ schema: SCHEMA, base: named(base), against: named(against), figures }));
}

function figureOf({ runs: [base, against] }: TestedRow) {
  const { value, change, bounds, p, mark } = against!;
  return { base: base!.value, against: value, change, bounds, p, mark };
}
