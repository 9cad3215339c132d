/** One measured figure and what it must reach, if anything. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Whether a figure misses what it must reach. */
export function missed({ value, atLeast = -Infinity, atMost = Infinity }: Figure): boolean {
  return !(value >= atLeast && value <= atMost);
}

/** The middle one of some figures. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
