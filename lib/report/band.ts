/** One band of a chart over time: a chain, or the smaller chains together. */
export interface Band {
  /** The name of the chain, or words for the smaller ones. */
  readonly name: string;
  /** Attempts in flight that were not refused, the mean of each bucket. */
  readonly running: readonly number[];
  /** Invocations ready and waiting, the mean of each bucket. */
  readonly waiting: readonly number[];
}
