/** Writes the generated parts of `docs/related.md`. */
import { formatDuration } from "../../lib/model/mod.ts";
import { formatted } from "../../tools/formatted.ts";
import { table, withParts } from "../../tools/manual/markdown.ts";
import type { Estimated, Figures } from "./figures.ts";
import { type Comparison, COMPARISONS, type Figure, systemsOf } from "./loads.ts";

/** The page, with its parts as the figures are. */
export async function pageWith(page: string, figures: Figures): Promise<string> {
  const parts = Object.fromEntries(COMPARISONS.map((each) => [each.id, partOf(each, figures[each.id]!)]));
  return await formatted(withParts(page, parts), "md");
}

function partOf(comparison: Comparison, found: Figures[string]): string {
  const { about, figures } = comparison;
  const sentence = `${about[0]!.toUpperCase()}${about.slice(1)}.`;
  const ideals = figures.flatMap(({ ideal }) => ideal === undefined ? "" : ideal);
  const rows = systemsOf(comparison).map((
    { name },
  ) => [name, ...figures.map((figure) => words(figure, found[name]![figure.key]!))]);
  const ideal = ideals.some((text) => text !== "") ? [["_fair_", ...ideals]] : [];
  return `${sentence}\n\n${table(["", ...figures.map(({ name }) => name)], [...ideal, ...rows])}`;
}

function words({ unit }: Figure, { mean, halfWidth }: Estimated): string {
  if (unit === "ms") return `${formatDuration(mean)} ± ${formatDuration(halfWidth)}`;
  if (unit === "×") return `${mean.toFixed(2)}× ± ${halfWidth.toFixed(2)}`;
  const off = halfWidth.toFixed(1);
  return off === "0.0" ? `${mean.toFixed(1)} %` : `${mean.toFixed(1)} % ± ${off}`;
}
