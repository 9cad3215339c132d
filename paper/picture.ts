/** Draws a plot as one SVG that needs nothing else, in a theme. */
import { type Content, el, type Markup, pathThrough } from "../tools/picture/svg.ts";
import { styleOf, type Theme } from "../tools/picture/theme.ts";
import type { Bars, Lines, Plot } from "./plot.ts";

const WIDTH = 640, HEIGHT = 300;
/** Where the values stand. */
const BOX = { left: 64, right: 620, top: 78, bottom: 246 };
/** Wanted distance of ticks, in pixels. */
const TICKS = { x: 90, y: 45 };

/** Draws a plot as a file of its own. */
export function pictureOf(plot: Plot, theme: Theme): string {
  return `${drawingOf(plot, styleOf(theme)).html}\n`;
}

/** Draws a plot. @param style that of the file, if it is not a part of a page */
export function drawingOf(plot: Plot, style?: string): Markup {
  return el(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": plot.title,
    },
    style === undefined ? undefined : el("style", {}, { html: style }),
    el("rect", { class: "page", width: WIDTH, height: HEIGHT, rx: 8 }),
    text(24, 30, plot.title, "caption"),
    plot.kind === "lines" ? lines(plot) : bars(plot),
  );
}

function text(x: number, y: number, words: string, style: string, anchor = "start"): Markup {
  return el("text", { class: style, x, y, "text-anchor": anchor }, words);
}

/** The names of lines or bars, with their colours. */
function legend(names: readonly string[]): Content {
  let x = 24;
  return names.map((name, i) => {
    const at = x;
    x += 30 + 7 * name.length;
    return [
      el("rect", { class: `c${i}`, x: at, y: 43, width: 12, height: 12, rx: 3 }),
      text(at + 18, 53, name, "tick"),
    ];
  });
}

function lines({ lines, x: xName, y: yName, mark }: Lines): Content {
  const points = lines.flatMap(({ points, halfWidths = [] }) =>
    points.map(([x, y], i) => [x, y + (halfWidths[i] ?? 0)] as const)
  );
  const xs = points.map(([x]) => x), first = Math.min(...xs), last = Math.max(...xs);
  const highest = Math.max(...points.map(([, y]) => y), mark?.at ?? 0) * 1.05 || 1;
  const x = (of: number) => BOX.left + (BOX.right - BOX.left) * (of - first) / (last - first || 1);
  const y = (of: number) => BOX.bottom - (BOX.bottom - BOX.top) * of / highest;
  return [
    legend(lines.map(({ name }) => name)),
    yAxis(highest, y, yName),
    ticksOf(first, last, (BOX.right - BOX.left) / TICKS.x).map((of) =>
      text(x(of), BOX.bottom + 18, of.toLocaleString("en-US"), "tick", "middle")
    ),
    text((BOX.left + BOX.right) / 2, BOX.bottom + 40, xName, "tick", "middle"),
    markAcross(mark, y),
    lines.map(({ points, halfWidths }, i) => [
      el("path", { class: `curve c${i}`, d: pathThrough(points.map(([px, py]) => [x(px), y(py)])) }),
      halfWidths &&
      points.map(([px, py], at) => whisker(x(px), y(py - halfWidths[at]!), y(py + halfWidths[at]!), i)),
    ]),
  ];
}

function bars({ bars, groups, y: yName, mark }: Bars): Content {
  const tops = groups.flatMap(({ values }) => values.map(({ mean, halfWidth }) => mean + halfWidth));
  const highest = Math.max(...tops, mark?.at ?? 0) * 1.05 || 1;
  const y = (of: number) => BOX.bottom - (BOX.bottom - BOX.top) * of / highest;
  const wide = (BOX.right - BOX.left) / groups.length, width = Math.min(60, wide * 0.7 / bars.length);
  return [
    bars.length > 1 ? legend(bars) : undefined,
    yAxis(highest, y, yName),
    groups.map(({ name, values }, group) => {
      const middle = BOX.left + wide * (group + 0.5), left = middle - width * values.length / 2;
      return [
        text(middle, BOX.bottom + 18, name, "tick", "middle"),
        values.map(({ mean, halfWidth }, i) => [
          el("rect", {
            class: `c${i}`,
            x: left + width * i + 1,
            y: y(mean),
            width: width - 2,
            height: BOX.bottom - y(mean),
            rx: 2,
          }),
          whisker(left + width * (i + 0.5), y(mean - halfWidth), y(mean + halfWidth)),
        ]),
      ];
    }),
    markAcross(mark, y),
  ];
}

function yAxis(highest: number, y: (of: number) => number, name: string): Content {
  return [
    ticksOf(0, highest, (BOX.bottom - BOX.top) / TICKS.y).map((of) => [
      el("path", { class: "grid", d: `M${BOX.left} ${y(of)}H${BOX.right}` }),
      text(BOX.left - 8, y(of) + 4, of.toLocaleString("en-US"), "tick", "end"),
    ]),
    text(BOX.left - 8, BOX.top - 8, name, "tick", "start"),
  ];
}

/** A line as long as the interval of a value. */
function whisker(x: number, low: number, high: number, colour?: number): Content {
  if (Math.abs(high - low) < 1) return undefined;
  return el("path", {
    class: colour === undefined ? "whisker" : `whisker c${colour}`,
    d: `M${x} ${low}V${high}`,
  });
}

function markAcross(mark: Plot["mark"], y: (of: number) => number): Content {
  return mark && [
    el("path", { class: "fair", d: `M${BOX.left} ${y(mark.at)}H${BOX.right}` }),
    text(BOX.right, y(mark.at) - 5, mark.words, "tick", "end"),
  ];
}

/** Round values between two, about as many as are wanted. */
function ticksOf(from: number, to: number, wanted: number): number[] {
  const rough = (to - from) / Math.max(1, wanted), power = 10 ** Math.floor(Math.log10(rough || 1));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from(
    { length: Math.floor(to / step + 1e-9) - first + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(12)),
  );
}
