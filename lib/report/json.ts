import type { NamedReport } from "./csv.ts";
import type { Report } from "./schema.ts";
import { verdictOf } from "./verdict.ts";
import { nameOf } from "./verdict_words.ts";

/** A report as `sequoia report --json` prints it. */
export type PrintedReport = Report & {
  /** The verdict on the run, a sentence. */
  readonly verdict: string;
  /** Of runs after the first: how they differ from it. */
  readonly comparison?: {
    /** The name of the first run. */
    readonly with: string;
    /** The verdict on the two, a sentence. */
    readonly verdict: string;
  };
};

/** Runs as JSON has them: one as itself, several as a list, with their verdicts. */
export function printedReports(runs: readonly NamedReport[]): PrintedReport | PrintedReport[] {
  const printed = runs.map((run, i): PrintedReport => {
    const { schema, run: described, ...figures } = run.report;
    return {
      schema,
      run: described,
      verdict: verdictOf([run]),
      ...i > 0 && { comparison: { with: nameOf(runs[0]!), verdict: verdictOf([runs[0]!, run]) } },
      ...figures,
    };
  });
  return printed.length === 1 ? printed[0]! : printed;
}
