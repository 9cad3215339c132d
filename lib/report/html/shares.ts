import { formatCount } from "../text.ts";
import type { ChainReport, Report } from "../schema.ts";
import type { RunView } from "../view.ts";
import { bar } from "./bars.ts";
import { type Content, el } from "./markup.ts";
import { runColour } from "./run_colour.ts";
import { tableOf } from "./tables.ts";

/** More rows than these are not drawn; the table of chains has them all. */
const MOST_GROUPS = 16;

/** Each group's part of its fair share in every run, the furthest from it first. */
export function shares(runs: readonly RunView[]): Content {
  const rows = groupsByShare(runs);
  const kind = runs.find(({ report }) => report.fairness.by !== null)?.report.fairness.by ?? "chain";
  if (rows.length === 0) {
    return el("p", { class: "dim" }, "There was never a moment when several wanted more than they got.");
  }
  const shown = rows.slice(0, MOST_GROUPS);
  const full = Math.max(2, ...shown.flatMap(({ shares }) => shares.map((share) => share ?? 0)));
  const more = rows.length - shown.length;
  return [
    el(
      "p",
      { class: "dim" },
      `What each ${kind} received of its fair share while it and others wanted more: 1 (the line) is its share.${
        more > 0 ? ` The ${shown.length} furthest from it, of ${formatCount(rows.length)}.` : ""
      }`,
    ),
    tableOf(
      "Fair shares",
      [kind, ...runs.map(({ name }) => runs.length === 1 ? "part of its fair share" : name)],
      shown.map(({ group, shares }): Content[] => [
        group,
        ...shares.map((share, run): Content =>
          share === null ? "–" : el(
            "div",
            { class: "share" },
            bar([{ part: share / full, colour: runColour(run) }], 1 / full),
            el("span", {}, share.toFixed(2)),
          )
        ),
      ]),
    ),
  ];
}

/** The groups that fairness is judged by: the chains of a run, or the values of a label. */
function groupsOf({ byChain, byLabel, fairness }: Report): Readonly<Record<string, ChainReport>> {
  return fairness.by === null ? byChain : byLabel?.[fairness.by] ?? {};
}

function groupsByShare(runs: readonly RunView[]): { group: string; shares: (number | null)[] }[] {
  const groups = runs.map(({ report }) => groupsOf(report));
  const names = new Set(groups.flatMap((of) => Object.keys(of)));
  const rows = [...names].map((group) => ({
    group,
    shares: groups.map((of) => Object.hasOwn(of, group) ? of[group]!.share : null),
  })).filter(({ shares }) => shares.some((share) => share !== null));
  const distance = (shares: (number | null)[]) =>
    shares.reduce((a: number, share) => Math.max(a, Math.abs((share ?? 1) - 1)), 0);
  return rows.sort((a, b) => distance(b.shares) - distance(a.shares) || (a.group < b.group ? -1 : 1));
}
