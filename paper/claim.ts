/** The form of a claim: what was said, how it is tried, and what its figures must reach. */
import type { Plot, Point } from "./plot.ts";

/** The parts of the table. */
export const PARTS = {
  providers: "What the paper saw at providers",
  policies: "Policies",
  mix: "The realistic mix",
  beyond: "Beyond the paper",
} as const;

/** The units of figures. */
export type Unit = "ms" | "%" | "×" | "1";

/** A figure that an experiment finds. */
export interface Measure {
  readonly key: string;
  readonly name: string;
  readonly unit: Unit;
  /** The figure of the paper, or of whom the claim is by. (Default: it has none) */
  readonly paper?: string;
  /** The least that it must be for the claim to hold, … */
  readonly atLeast?: number;
  /** … and the most. (Default: it is only shown) */
  readonly atMost?: number;
}

/** The figures of one run of an experiment, by their keys, and curves for its plot. */
export interface Finding {
  readonly figures: Readonly<Record<string, number>>;
  readonly curves?: Readonly<Record<string, readonly Point[]>>;
}

/** A figure over all seeds. */
export interface Estimated {
  readonly mean: number;
  /** Half of the 95 % confidence interval. */
  readonly halfWidth: number;
}

/** The data of a plot: the figures over all seeds, and the curves of the first. */
export interface Found {
  figure(key: string): Estimated;
  curve(name: string): readonly Point[];
}

/** A claim, and the experiment that tries it. */
export interface Claim {
  readonly id: string;
  readonly part: keyof typeof PARTS;
  readonly title: string;
  /** The claim of the paper, in our words; or of another paper, which is named. */
  readonly says: string;
  /** The comparison that is made here, and where and why it is not the paper's. */
  readonly differs: string;
  readonly measures: readonly Measure[];
  /** The same seed gives the same figures. */
  run(seed: string): Promise<Finding>;
  readonly plots?: readonly ((found: Found) => Plot)[];
}
