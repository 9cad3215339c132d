import { partBlocks, type PartRows } from "./blocks.ts";
import { rowsByGroup } from "./column.ts";
import type { AskedShare } from "./fairness.ts";
import type { Figure } from "./figure.ts";
import { type Correlations, type KnownIntervals, partIntervals } from "./intervals.ts";
import { CHAIN_METRICS, FUNCTION_METRICS } from "./metrics.ts";
import type { Groups, RowGroups, Samples } from "./samples.ts";

/** Figures of one chain, value of a label or function. */
interface Part {
  readonly scope: Figure["scope"];
  readonly name: string;
  readonly figures: Figure[];
}

/**
 * Confidence intervals of the figures of chains, values of labels and functions that are asked for, by their paths; those of
 * what is not in the run are left out, and those of shares: they are told from the windows of fairness.
 *
 * @param correlations those of the run
 */
export function intervalsOfParts(
  samples: Samples,
  groups: Groups,
  correlations: Correlations,
): KnownIntervals {
  const found = partsOf(samples.intervalsOf).flatMap(({ scope, name, figures }) => {
    const rows = rowsOf(samples, groups, scope, name);
    if (rows === undefined) return [];
    const metrics = scope === "byFunction" ? FUNCTION_METRICS : CHAIN_METRICS;
    const paths = figures.map(({ metric }) => metric.path);
    const of = partIntervals(partBlocks(samples, rows), metrics, paths, correlations);
    return figures.map(({ path, metric }) => [path, of[metric.path]] as const);
  });
  return Object.fromEntries(found);
}

/** The shares that are asked for. */
export function askedShares({ intervalsOf }: Samples, groups: Groups): AskedShare[] {
  return intervalsOf.filter(({ scope, metric }) =>
    metric.path === "share" && scope === (groups.label === undefined ? "byChain" : "byLabel")
  ).map(({ path, name = "" }) => ({ path, group: groupNumber(groups, groups.label, name) }))
    .filter(({ group }) => group >= 0);
}

function partsOf(figures: readonly Figure[]): Part[] {
  const parts: Part[] = [];
  for (const figure of figures) {
    const { scope, name, metric } = figure;
    if (name === undefined || metric.path === "share") continue;
    const known = parts.find((part) => part.scope === scope && part.name === name);
    if (known === undefined) parts.push({ scope, name, figures: [figure] });
    else known.figures.push(figure);
  }
  return parts;
}

function rowsOf(
  samples: Samples,
  groups: Groups,
  scope: Figure["scope"],
  name: string,
): PartRows | undefined {
  if (scope === "byFunction") {
    const names = samples.functions.list(), number = names.indexOf(name);
    const rows = (of: Uint32Array) => rowsByGroup(of, names.length)[number]!;
    return number < 0 ? undefined : {
      attempts: rows(samples.attempts.function.view()),
      functionRuns: rows(samples.functionRuns.function.view()),
      instances: new Uint32Array(),
    };
  }
  if (scope === "byLabel" && groups.label === undefined) return undefined;
  const of: RowGroups = scope === "byChain" ? samples.byChain() : groups;
  const number = groupNumber(of, scope === "byChain" ? undefined : groups.label, name);
  const rows = (groups: Uint32Array) => rowsByGroup(groups, of.names.length)[number]!;
  return number < 0 ? undefined : {
    attempts: rows(of.ofAttempts),
    functionRuns: rows(of.ofRuns),
    instances: rows(of.ofInstances),
  };
}

/** The number of a chain, or of a value of a label, which is named with that: `tenant.acme`; -1: it is not in the run. */
function groupNumber({ names }: RowGroups, label: string | undefined, name: string): number {
  return names.findIndex((value) => (label === undefined ? value : `${label}.${value}`) === name);
}
