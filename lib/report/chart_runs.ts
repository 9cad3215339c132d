import { formatDuration } from "../model/mod.ts";
import { chart, frame } from "./chart.ts";
import { linearScale, logScale } from "./scale.ts";
import type { Step } from "./series.ts";
import { type Content, el, type Markup, pathThrough } from "./svg.ts";
import { fit } from "./table.ts";
import { formatCount, formatNumber } from "./text.ts";
import type { RunView } from "./view.ts";

/** Shorter times are drawn as this one, in milliseconds: a logarithm has no zero. */
const SHORTEST_MS = 0.1;
/** More rows than these are not drawn; the table has them all. */
const MOST_CHAINS = 16;

/** The distribution of the times of `what`, a line for each run; undefined if there are none. */
export function distributionChart(
  caption: string,
  title: string,
  what: string,
  runs: readonly (readonly Step[])[],
  width: number,
): Markup | undefined {
  const all = runs.flat().map(({ ms }) => Math.max(SHORTEST_MS, ms));
  if (all.length === 0) return undefined;
  const least = all.reduce((a, b) => Math.min(a, b)), most = all.reduce((a, b) => Math.max(a, b));
  const of = frame(width, 260);
  const x = logScale(least, most, [of.left, of.right]);
  const y = linearScale(100, [of.bottom, of.top], 5);
  const label = (ms: number) =>
    (ms === SHORTEST_MS && least === SHORTEST_MS ? "≤ " : "") + formatDuration(ms);
  return chart(
    caption,
    of,
    { scale: x, title: `${title} (logarithmic)`, label },
    { scale: y, title: `${what} within it, %`, label: String },
    runs.map((steps, run) => {
      const points = steps.flatMap(({ ms, part }, i): [number, number][] => [
        [x.at(ms), y.at(100 * (steps[i - 1]?.part ?? 0))],
        [x.at(ms), y.at(100 * part)],
      ]);
      const last = points.at(-1);
      const path = pathThrough(last === undefined ? [] : [...points, [of.right, last[1]]]);
      return el("path", { class: `curve c${run % 8} d${Math.floor(run / 8) % 3}`, d: path });
    }),
  );
}

/** The chains that each run lost, by how; undefined if none was lost. */
export function lostChart(runs: readonly RunView[], width: number): Markup | undefined {
  const lost = runs.map((
    { report: { chains } },
  ) => [chains.failed, chains.dropped, chains.shed, chains.unfinished]);
  const total = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
  const most = Math.max(...lost.map(total));
  if (most === 0) return undefined;
  const of = frame(width, 30 * runs.length + 62, 150);
  const x = linearScale(most, [of.left, of.right - 130], 5, true);
  return chart(
    "Chains that did not complete",
    of,
    { scale: x, title: "chains", label: formatCount },
    undefined,
    lost.map((counts, run) => {
      const y = of.top + 30 * run + 5;
      const { submitted } = runs[run]!.report.chains;
      const sum = total(counts);
      const share = submitted > 0 ? ` (${formatNumber(100 * sum / submitted)}%)` : "";
      return [
        name(runs[run]!.name, of.left, y + 14),
        bars(counts, y, x.at),
        el(
          "text",
          { class: "note", x: x.at(sum) + 6, y: y + 14 },
          `${formatCount(sum)} of ${formatCount(submitted)}${share}`,
        ),
      ];
    }),
  );
}

/** The kinds of loss, with the classes of their colours. */
export const LOSSES = [
  { name: "failed", colour: "failed" },
  { name: "dropped", colour: "dropped" },
  { name: "shed", colour: "shed" },
  { name: "unfinished when the log ended", colour: "unfinished" },
] as const;

function bars(counts: readonly number[], y: number, at: (value: number) => number): Content {
  let from = 0;
  return counts.map((count, kind) => {
    const x = at(from), width = at(from += count) - x;
    return width > 0
      ? el("rect", { class: `band ${LOSSES[kind]!.colour}`, x, y, width, height: 20 })
      : undefined;
  });
}

/** Each chain's part of its fair share, a mark for each run; undefined if no run had contention. */
export function shareChart(runs: readonly RunView[], width: number): Markup | undefined {
  const rows = chainsByShare(runs);
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, MOST_CHAINS);
  const of = frame(width, 26 * shown.length + 62, 150);
  const most = shown.flatMap(({ shares }) => shares).reduce((a: number, b) => Math.max(a, b ?? 0), 1);
  const x = linearScale(Math.max(2, most), [of.left, of.right - 20], 6);
  const more = rows.length > shown.length ? ` (the ${shown.length} furthest from it, of ${rows.length})` : "";
  return chart(
    `Service under contention: what each chain received of its fair share${more}`,
    of,
    { scale: x, title: "part of its fair share (1: exactly its share)", label: formatNumber },
    undefined,
    el("line", { class: "limit", x1: x.at(1), x2: x.at(1), y1: of.top - 4, y2: of.bottom }),
    shown.map(({ chain, shares }, row) => {
      const y = of.top + 26 * row + 13;
      const marks = shares.map((share, run) => share === null ? undefined : mark(run, x.at(share), y, share));
      return [
        name(chain, of.left, y + 4),
        el("line", { class: "grid", x1: of.left, x2: of.right - 20, y1: y, y2: y }),
        marks,
      ];
    }),
  );
}

function chainsByShare(runs: readonly RunView[]): { chain: string; shares: (number | null)[] }[] {
  const names = new Set(runs.flatMap(({ report }) => Object.keys(report.byChain)));
  const rows = [...names].map((chain) => ({
    chain,
    shares: runs.map(({ report }) =>
      Object.hasOwn(report.byChain, chain) ? report.byChain[chain]!.share : null
    ),
  })).filter(({ shares }) => shares.some((share) => share !== null));
  const distance = (shares: (number | null)[]) =>
    shares.reduce((a: number, share) => Math.max(a, Math.abs((share ?? 1) - 1)), 0);
  return rows.sort((a, b) => distance(b.shares) - distance(a.shares) || (a.chain < b.chain ? -1 : 1));
}

/** Runs differ by shape too, for print and for eyes that do not tell the colours. */
function mark(run: number, x: number, y: number, share: number): Markup {
  const r = 5.5;
  const shapes: [number, number][][] = [
    [[-r, 0], [0, -r], [r, 0], [0, r]],
    [[-r, -r], [r, -r], [r, r], [-r, r]],
    [[0, -r], [r, r], [-r, r]],
  ];
  const points = shapes[run % 3]!.map(([dx, dy]): [number, number] => [x + dx, y + dy]);
  const title = el("title", {}, `run ${run + 1}: ${share.toFixed(2)}`);
  return el("path", { class: `band mark c${run % 8}`, d: `${pathThrough(points)}Z` }, title);
}

function name(text: string, right: number, y: number): Markup {
  return el(
    "text",
    { class: "name", x: right - 8, y, "text-anchor": "end" },
    fit(text, 20),
    el("title", {}, text),
  );
}
