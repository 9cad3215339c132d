import type { Scale } from "./scale.ts";
import { type Content, el, type Markup } from "./svg.ts";

/** The frame of a chart, in the units of its drawing (pixels at full width). */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** An axis: its scale, the names of its ticks, and its quantity and unit. */
export interface Axis {
  readonly scale: Scale;
  readonly title: string;
  label(tick: number): string;
}

/** A frame of a size, with room for the axes. */
export function frame(width: number, height: number, left = 52): Frame {
  return { width, height, left, right: width - 16, top: 14, bottom: height - 42 };
}

/** A chart with a caption, its axes and grid, and the content between them. */
export function chart(
  caption: string,
  of: Frame,
  x: Axis,
  y: Axis | undefined,
  ...content: Content[]
): Markup {
  const attributes = { viewBox: `0 0 ${of.width} ${of.height}`, role: "img", "aria-label": caption };
  const axes = [xAxis(of, x), y === undefined ? undefined : yAxis(of, y)];
  return el("figure", {}, el("figcaption", {}, caption), el("svg", attributes, axes, content));
}

function xAxis(of: Frame, { scale, title, label }: Axis): Content {
  const ticks = scale.ticks.map((tick) => {
    const x = scale.at(tick);
    return [
      el("line", { class: "grid", x1: x, x2: x, y1: of.top, y2: of.bottom }),
      el("text", { class: "tick", x, y: of.bottom + 15, "text-anchor": "middle" }, label(tick)),
    ];
  });
  const middle = (of.left + of.right) / 2;
  return [
    ticks,
    el("line", { class: "axis", x1: of.left, x2: of.right, y1: of.bottom, y2: of.bottom }),
    el("text", { class: "title", x: middle, y: of.height - 8, "text-anchor": "middle" }, title),
  ];
}

function yAxis(of: Frame, { scale, title, label }: Axis): Content {
  const ticks = scale.ticks.map((tick) => {
    const y = scale.at(tick);
    return [
      el("line", { class: "grid", x1: of.left, x2: of.right, y1: y, y2: y }),
      el("text", { class: "tick", x: of.left - 6, y: y + 4, "text-anchor": "end" }, label(tick)),
    ];
  });
  const middle = (of.top + of.bottom) / 2;
  const turned = `rotate(-90 12 ${middle})`;
  return [
    ticks,
    el("text", { class: "title", x: 12, y: middle, "text-anchor": "middle", transform: turned }, title),
  ];
}

/** The meaning of the colours of a chart. `line`: drawn as a line, not as an area. */
export function legend(entries: readonly { name: string; colour: string; line?: boolean }[]): Markup {
  return el(
    "ul",
    { class: "legend" },
    entries.map(({ name, colour, line }) =>
      el("li", { class: `${colour}${line ? " line" : ""}` }, el("i"), name)
    ),
  );
}
