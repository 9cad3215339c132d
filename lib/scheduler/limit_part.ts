/** The name of the limit on all attempts in flight. */
export const GLOBAL = "global";

/** The part that a scheduler may use of limits that it keeps to together with others. */
export interface LimitPart {
  /**
   * Tells the part of one limit.
   *
   * @param name the limit, as {@linkcode LimitUse} names it
   * @param whole the most that all may use together, a whole number: attempts in flight, or slots that are reserved
   * @returns a whole number from 0 to the whole
   */
  of(name: string, whole: number): number;
}

/** All of every limit: nobody else keeps to them. */
export const WHOLE: LimitPart = { of: (_, whole) => whole };

/** The present use of a limit, or of a floor. */
export interface LimitUse {
  /**
   * `global`, `function NAME`, `chain NAME`, `label LABEL VALUE`, or `platform NAME`; of a floor: `floor function NAME`,
   * `floor chain NAME`, or `floor label LABEL VALUE`.
   */
  readonly name: string;
  /** The most that all who keep to it may use together. */
  readonly whole: number;
  /** Attempts in flight, of a floor no more than the whole. */
  readonly used: number;
  /** The least part of it that can be kept at present: attempts in flight; none of a floor. */
  readonly held: number;
  /**
   * Whether something waits that only this part of the limit keeps from starting, or from going first, as far as is known from the
   * last `next`.
   */
  readonly isShort: boolean;
  /** Whether something waits for a rate alone that will count against it. (Default: false) */
  readonly isAwaited?: boolean;
  /** For the global limit: the slots that floors reserve here, of values of one kind with work in flight or waiting. (Default: 0) */
  readonly reserved?: number;
}
