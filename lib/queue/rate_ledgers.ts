/** Texts that the consumers of a queue change one after the other: what they have together of rates. */
export interface RateLedgers {
  /**
   * Changes some of them in one step.
   *
   * @param change gets the text of each name, undefined: there is none; returns what is to be written instead. It may be called again
   * if the step is taken again
   * @throws {QueueError} if it is not known whether they were changed
   */
  change(
    names: readonly string[],
    change: (texts: readonly (string | undefined)[]) => readonly string[],
  ): Promise<void>;
}
