/** A picture of a comparison of two runs, as one SVG that needs nothing else: what each lost, how long it took, who got what. */
import { formatDuration } from "../../lib/model/mod.ts";
import { type DrawnRun, type PageRun, pageRun } from "../../lib/report/mod.ts";
import { type Content, el, type Markup, pathThrough } from "./svg.ts";
import { styleOf, type Theme } from "./theme.ts";

const WIDTH = 940, HEIGHT = 400;
/** Where the parts stand. */
const BARS = { left: 250, right: 700, top: 66 }, CURVES = { left: 66, right: 420, top: 190, bottom: 340 };
const SHARES = { left: 620, right: 916, top: 190 };

/** A run, and its words and colour in the picture. */
interface Named {
  readonly run: PageRun;
  readonly name: string;
  readonly colour: string;
}

/**
 * Draws a run without Sequoia, and the same chains with it.
 *
 * @throws {Error} if a run has no chains
 */
export function pictureOf(without: DrawnRun, withIt: DrawnRun, theme: Theme): string {
  const runs: Named[] = [
    { run: pageRun(without), name: "without Sequoia", colour: "c0" },
    { run: pageRun(withIt), name: "with Sequoia", colour: "c1" },
  ];
  const drawing = el(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-labelledby": "t",
    },
    el("title", { id: "t" }, "A report that compares the same chains without and with Sequoia"),
    el("style", {}, { html: styleOf(theme) }),
    el("rect", { class: "page", width: WIDTH, height: HEIGHT, rx: 8 }),
    text(24, 32, "The same chains, on a platform that runs 20 calls at once and refuses the others", "head"),
    runs.map(lossBar),
    curves(runs),
    shares(runs),
  );
  return `${drawing.html}\n`;
}

/** The number of chains that a run lost, of all: `67 of 240`. @throws {Error} if it has no chains */
export function lostIn({ report: { chains } }: DrawnRun): string {
  if (chains.submitted === 0) throw new Error("Cannot say what the run has lost: it has no chains");
  return `${chains.submitted - chains.completed} of ${chains.submitted}`;
}

function text(x: number, y: number, words: string, style: string, anchor = "start"): Markup {
  return el("text", { class: style, x, y, "text-anchor": anchor }, words);
}

function lossBar({ run, name, colour }: Named, row: number): Content {
  const { submitted, completed } = run.report.chains, y = BARS.top + 40 * row;
  const at = (count: number) => BARS.left + (BARS.right - BARS.left) * count / submitted;
  const lost = submitted - completed;
  const words = lost === 0 ? "none lost" : `${lostIn(run)} (${Math.round(100 * lost / submitted)} %) lost`;
  return [
    el("rect", { class: colour, x: 24, y: y - 11, width: 12, height: 12, rx: 3 }),
    text(44, y, name, "name"),
    el("rect", {
      class: colour,
      x: BARS.left,
      y: y - 15,
      width: at(completed) - BARS.left,
      height: 20,
      rx: 2,
    }),
    el("rect", {
      class: "lost",
      x: at(completed),
      y: y - 15,
      width: BARS.right - at(completed),
      height: 20,
      rx: 2,
    }),
    text(BARS.right + 12, y, words, lost === 0 ? "name" : "lost strong"),
  ];
}

/** The percentage of the chains that took at most a time; a curve that ends lower lost the rest. */
function curves(runs: readonly Named[]): Content {
  const all = runs.map(({ run }) => run.picture.chainTimes[0]!);
  const classes = all.flatMap(({ counts }) => counts.filter((_, i) => i % 2 === 0));
  const first = Math.min(...classes) - 8, last = Math.max(...classes) + 12;
  const { left, right, top, bottom } = CURVES;
  const x = (of: number) => left + (right - left) * (of - first) / (last - first);
  const y = (part: number) => bottom - (bottom - top) * part;
  // the classes of chain times are 2^(1/32) wide, from 2^-4 ms on
  const ticks = [10, 100, 1000, 10_000, 100_000].map((ms) => ({ ms, of: (Math.log2(ms) + 4) * 32 - 1 }))
    .filter(({ of }) => of > first && of < last);
  return [
    text(24, 160, "Chains that completed within a time", "caption"),
    [0, 0.5, 1].map((part) => [
      el("path", { class: "grid", d: `M${left} ${y(part)}H${right}` }),
      text(left - 8, y(part) + 4, `${100 * part}%`, "tick", "end"),
    ]),
    ticks.map(({ ms, of }) => [
      el("path", { class: "grid", d: `M${x(of)} ${top}V${bottom}` }),
      text(x(of), bottom + 18, formatDuration(ms), "tick", "middle"),
    ]),
    text((left + right) / 2, bottom + 38, "submitted to completed (logarithmic)", "tick", "middle"),
    runs.map(({ colour }, i) => {
      const { counts, total } = all[i]!, points: [number, number][] = [[left, bottom]];
      let passed = 0;
      for (let at = 0; at < counts.length; at += 2) {
        passed += counts[at + 1]!;
        points.push([x(counts[at]!), y(passed / total)]);
      }
      const d = pathThrough([...points, [right, y(passed / total)]]);
      const never = Math.round(100 * (1 - passed / total));
      return [
        el("path", { class: `curve ${colour}`, d }),
        never === 0 ? undefined : [
          text(right + 8, y(passed / total), `${never} %`, "lost strong"),
          text(right + 8, y(passed / total) + 15, "never", "lost strong"),
        ],
      ];
    }),
  ];
}

/** Each chain's part of its fair share. */
function shares(runs: readonly Named[]): Content {
  const names = Object.keys(runs[0]!.run.report.byChain);
  const shareOf = (run: DrawnRun, chain: string) =>
    Object.hasOwn(run.report.byChain, chain) ? run.report.byChain[chain]!.share : null;
  const known = runs.flatMap(({ run }) => names.map((chain) => shareOf(run, chain) ?? 0));
  const full = Math.max(2, ...known);
  const { left, right, top } = SHARES, width = right - left;
  const bottom = top + 46 * names.length;
  return [
    text(510, 160, "What each chain got of its fair share", "caption"),
    names.map((chain, row) => [
      text(left - 12, top + 46 * row + 20, chain, "name", "end"),
      runs.map(({ run, colour }, i) => {
        const share = shareOf(run, chain), y = top + 46 * row + 4 + 14 * i;
        return [
          el("rect", { class: "track", x: left, y, width, height: 11, rx: 2 }),
          share === null
            ? undefined
            : el("rect", { class: colour, x: left, y, width: width * share / full, height: 11, rx: 2 }),
        ];
      }),
    ]),
    el("path", { class: "fair", d: `M${left + width / full} ${top - 4}V${bottom}` }),
    text(left + width / full, bottom + 16, "its share", "tick", "middle"),
  ];
}
