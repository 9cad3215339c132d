/** The signs that small charts are drawn with, from empty to full. */
export interface Signs {
  readonly levels: string;
  readonly bar: string;
}

/** Block elements, an eighth of a line high each. */
export const UNICODE: Signs = { levels: " ▁▂▃▄▅▆▇█", bar: "█" };
/** For terminals without them. */
export const ASCII: Signs = { levels: " .:-=+*#@", bar: "#" };

/**
 * A line of bars: `values` over time, as high as their part of `top`. A value above 0 is never drawn as empty.
 *
 * @param width columns; each value takes several if there are fewer values
 */
export function sparkline(values: readonly number[], top: number, width: number, { levels }: Signs): string {
  const signs = [...levels];
  return resample(values, width).map((value) => {
    if (!(value > 0) || !(top > 0)) return signs[0]!;
    return signs[Math.max(1, Math.min(signs.length - 1, Math.round(value / top * (signs.length - 1))))]!;
  }).join("");
}

/** The means of as many equal stretches of the values; where they are shorter than a value, that value. */
function resample(values: readonly number[], count: number): number[] {
  return Array.from({ length: values.length === 0 ? 0 : count }, (_, i) => {
    const from = Math.floor(i * values.length / count);
    const to = Math.max(from + 1, Math.floor((i + 1) * values.length / count));
    return values.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
  });
}

/** A bar as long as its part of `top`; a value above 0 has one sign at least. */
export function bar(value: number, top: number, width: number, signs: Signs): string {
  const length = value > 0 && top > 0 ? Math.max(1, Math.round(value / top * width)) : 0;
  return signs.bar.repeat(length);
}
