/** Plots as plain data: pictures, and charts of the page, are drawn from them. */

/** A place in a plot. */
export type Point = readonly [x: number, y: number];

/** Lines over an axis. */
export interface Lines {
  readonly kind: "lines";
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** A value that is drawn across, with its words. */
  readonly mark?: { readonly at: number; readonly words: string };
}

/** A line, and perhaps how far each of its points may be off. */
export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
  /** Half of the 95 % confidence interval of each point. */
  readonly halfWidths?: readonly number[];
}

/** Bars of several groups. */
export interface Bars {
  readonly kind: "bars";
  readonly title: string;
  readonly y: string;
  /** The names of the bars in each group. */
  readonly bars: readonly string[];
  readonly groups: readonly {
    readonly name: string;
    readonly values: readonly { readonly mean: number; readonly halfWidth: number }[];
  }[];
  /** A value that is drawn across, with its words. */
  readonly mark?: { readonly at: number; readonly words: string };
}

/** A plot. */
export type Plot = Lines | Bars;
