import type { ChainReport, Figures, FunctionReport, Report } from "./schema.ts";

/** Counts of instances, each with the number of what is counted: as parts of it, runs of different lengths are alike. */
const PARTS: readonly { readonly path: RegExp; readonly of: (figures: Figures) => number }[] = [
  { path: /^chains\.(?!submitted|called)/, of: ({ chains }) => chains.submitted },
  { path: /^deadlines\./, of: ({ deadlines }) => deadlines.met + deadlines.missed },
];

/** Whether a figure counts instances that ended in one way or other, as a part of those that arrived. */
export function isPart(path: string): boolean {
  return PARTS.some((part) => part.path.test(path));
}

/** The number of instances that a count is a part of; undefined: the figure is no such count, or there are none. */
export function wholeOf(figures: Report | ChainReport | FunctionReport, path: string): number | undefined {
  if (!("chains" in figures)) return undefined;
  return PARTS.find((part) => part.path.test(path))?.of(figures) || undefined;
}
