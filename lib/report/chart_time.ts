import { formatDuration } from "../model/mod.ts";
import { chart, frame } from "./chart.ts";
import { linearScale, type Scale, timeScale } from "./scale.ts";
import type { Series } from "./series.ts";
import { type Content, el, type Markup, pathThrough } from "./svg.ts";
import { formatCount, formatNumber } from "./text.ts";

/** The axes that the charts of several runs have in common, so that they can be compared by eye. */
export interface TimeAxes {
  readonly durationMs: number;
  /** The top of the charts of concurrency; a limit above it is not drawn, but named. */
  readonly maxRunning: number;
  readonly maxWaiting: number;
  /** The class of a band's colour. */
  colourOf(band: string): string;
}

/** Concurrency over time, a band for each chain, and the limit. */
export function concurrencyChart(series: Series, axes: TimeAxes, width: number): Markup {
  const limits = series.limit.filter((limit) => limit !== null);
  const limit = limits.reduce((a, b) => Math.max(a, b), 0);
  const drawn = limit > 0 && limit <= axes.maxRunning;
  const far = limit > 0 && !drawn ? `; the limit, ${formatCount(limit)}, is above the chart` : "";
  const { of, x, y } = place(axes, axes.maxRunning, width);
  return chart(
    `Concurrency by chain${far}`,
    of,
    timeAxis(x),
    { scale: y, title: "calls in flight", label: formatNumber },
    stacked(series, "running", x, y, axes),
    drawn ? limitLine(series, limit, x, y) : undefined,
  );
}

/** Invocations ready and waiting over time, a band for each chain. */
export function waitingChart(series: Series, axes: TimeAxes, width: number): Markup {
  const { of, x, y } = place(axes, axes.maxWaiting, width);
  return chart(
    "Waiting by chain",
    of,
    timeAxis(x),
    { scale: y, title: "calls ready and waiting", label: formatNumber },
    stacked(series, "waiting", x, y, axes),
  );
}

function place(axes: TimeAxes, max: number, width: number) {
  const of = frame(width, 230);
  return {
    of,
    x: timeScale(axes.durationMs, [of.left, of.right], width > 600 ? 8 : 5),
    y: linearScale(max, [of.bottom, of.top], 4, true),
  };
}

function timeAxis(scale: Scale) {
  return {
    scale,
    title: "time since the first event",
    label: (ms: number) => ms === 0 ? "0" : formatDuration(ms),
  };
}

/** Bands on top of each other, the first at the bottom, as steps: each bucket has one value, its mean. */
function stacked(series: Series, of: "running" | "waiting", x: Scale, y: Scale, axes: TimeAxes): Content {
  const base = new Array<number>(series.buckets).fill(0);
  return series.bands.map((band) => {
    const low = steps(base, series, x, y);
    band[of].forEach((value, i) => base[i]! += value);
    const path = pathThrough([...steps(base, series, x, y), ...low.reverse()]) + "Z";
    return el("path", { class: `band ${axes.colourOf(band.name)}`, d: path }, el("title", {}, band.name));
  });
}

function steps(values: readonly number[], { bucketMs }: Series, x: Scale, y: Scale): [number, number][] {
  return values.flatMap((value, i): [number, number][] => [
    [x.at(i * bucketMs), y.at(value)],
    [x.at((i + 1) * bucketMs), y.at(value)],
  ]);
}

function limitLine({ limit, bucketMs }: Series, greatest: number, x: Scale, y: Scale): Content {
  const points = limit.flatMap((value, i): ([number, number] | undefined)[] =>
    value === null
      ? [undefined]
      : [[x.at(i * bucketMs), y.at(value)], [x.at((i + 1) * bucketMs), y.at(value)]]
  );
  const at = limit.lastIndexOf(greatest);
  const label = {
    class: "note",
    x: x.at((at + 1) * bucketMs) - 2,
    y: y.at(greatest) - 4,
    "text-anchor": "end",
  };
  return [
    el("path", { class: "limit", d: pathThrough(points) }),
    el("text", label, `limit ${formatCount(greatest)}`),
  ];
}
