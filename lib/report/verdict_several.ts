import { counted } from "../model/mod.ts";
import { compareReports } from "./compare.ts";
import type { NamedReport } from "./csv.ts";
import { figure, type FigureValue, type Metric, RUN_METRICS } from "./metrics.ts";
import { formatCount, formatFigure } from "./text.ts";
import { unlikeRuns } from "./unlike.ts";
import { caveatsOf, listed, nameOf } from "./verdict_words.ts";

/** The figures whose best and worst run are named, in words, the weightiest first. */
const RANKED: Readonly<Record<string, string>> = {
  "deadlines.met": "deadlines met",
  "fairness.minShare": "the least share of what is fair",
  "chain_ms.p50": "the median chain time",
  "chain_ms.p99": "the time of 99 % of chains",
  "run_ms.p50": "the median call",
  "functions.throttled": "refused attempts",
};
const MOST_RANKED = 2;

/** The verdict on three runs or more, clause by clause: who lost what, and who is best and worst in what differs most. */
export function severalVerdict(runs: readonly NamedReport[]): string[] {
  const [first, ...others] = runs.map(({ report }) => report);
  const reason = others.map((other) => unlikeRuns(first!, other)).find((reason) => reason !== undefined);
  if (reason !== undefined) return [`No verdict on these ${runs.length} runs: ${reason}`];
  const isOfChains = runs.some(({ report }) => report.chains.submitted > 0);
  const losses = isOfChains ? [lossWords(runs)] : [];
  const ranked = Object.keys(RANKED).flatMap((path) => rankedWords(runs, path)).slice(0, MOST_RANKED);
  const areAlike = ranked.length === 0 && !isAnyMarked(runs);
  const words = areAlike
    ? [`No difference beyond chance between the ${runs.length} runs`, ...losses]
    : losses;
  return [...words, ...ranked, ...caveatsOf(runs)];
}

function lossWords(runs: readonly NamedReport[]): string {
  const losses = runs.map((run) => ({ name: nameOf(run), lost: run.report.chains.lost, run }));
  const losers = losses.filter(({ lost }) => lost > 0).sort((a, b) => a.lost - b.lost);
  if (losers.length === 0) return `none of the ${runs.length} runs lost a chain`;
  const none = losses.filter(({ lost }) => lost === 0).map(({ name }) => name);
  const of = ({ run: { report } }: (typeof losses)[number]) => counted(report.chains.submitted, "chain");
  return [
    ...none.length > 0 ? [`${listed(none)} lost no chain`] : [],
    ...losers.map((loser) => `${loser.name} lost ${formatCount(loser.lost)} of ${of(loser)}`),
  ].join(", ");
}

/** The best and the worst run in a figure; nothing if they do not differ by more than chance. */
function rankedWords(runs: readonly NamedReport[], path: string): string[] {
  const metric = RUN_METRICS.find((metric) => metric.path === path)!;
  const known = runs.map((run) => ({ run, value: figure(run.report, path) })).filter(({ value }) =>
    value !== null
  );
  if (known.length < 2) return [];
  const order = known.sort((a, b) => rank(metric, a.value) - rank(metric, b.value));
  const best = order[0]!, worst = order.at(-1)!;
  const row = compareReports([worst.run.report, best.run.report]).find(({ metric }) => metric.path === path);
  if ((row?.runs[1]?.mark ?? "same") === "same") return [];
  const words = ({ value }: typeof best) => {
    const text = formatFigure(value, metric.unit);
    const alike = known.filter((other) => formatFigure(other.value, metric.unit) === text);
    return `${text} (${alike.map(({ run }) => nameOf(run)).join(", ")})`;
  };
  return [`${RANKED[path]} from ${words(worst)} to ${words(best)}`];
}

/** The lower, the better. */
function rank({ better }: Metric, value: FigureValue): number {
  const number = value === "never" ? Infinity : value ?? NaN;
  return better === "higher" ? -number : number;
}

function isAnyMarked(runs: readonly NamedReport[]): boolean {
  return compareReports(runs.map(({ report }) => report)).some(({ runs }) =>
    runs.some(({ mark }) => mark !== "same")
  );
}
