/** The name of the limit on all attempts in flight. */
export const GLOBAL = "global";

/** The part that a scheduler may use of limits that it keeps to together with others. */
export interface LimitPart {
  /**
   * Tells the part of one limit.
   *
   * @param name the limit, as {@linkcode LimitUse} names it
   * @param whole the most that all may use together, a whole number: attempts in flight, slots that are reserved, or starts in a
   *   window of a rate
   * @returns a whole number from 0 to the whole
   */
  of(name: string, whole: number): number;
  /**
   * When others were lost who may have used their parts of rates until then: killed, stopped, or from before anybody knew of
   * them. Whoever gives up a part of a rate in order has let it rest. (Default: just now)
   */
  readonly lostAtMs?: readonly number[];
}

/** All of every limit: nobody else keeps to them. */
export const WHOLE: LimitPart = { of: (_, whole) => whole };

/** The present use of a limit, or of a floor. */
export interface LimitUse {
  /**
   * `global`, `function NAME`, `chain NAME`, `label LABEL VALUE`, `platform NAME`, `rate`, or `rate of FUNCTION`; of a floor:
   * `floor function NAME`, `floor chain NAME`, or `floor label LABEL VALUE`.
   */
  readonly name: string;
  /** The most that all who keep to it may use together. */
  readonly whole: number;
  /** Attempts in flight, of a floor no more than the whole; of a rate: starts in the last window. */
  readonly used: number;
  /**
   * The least part of it that can be kept at present: attempts in flight; none of a floor; of a rate: a share of it can be given
   * up when what came together under it has been earned back by waiting.
   */
  readonly held: number;
  /**
   * Whether something waits that only this part of the limit keeps from starting, or from going first, as far as is known from the
   * last `next`.
   */
  readonly isShort: boolean;
  /** For the global limit: the slots that floors reserve here, of values of one kind with work in flight or waiting. (Default: 0) */
  readonly reserved?: number;
  /** For a rate: the length of its window, in milliseconds. */
  readonly windowMs?: number;
  /** For a rate: when more than its part can be given up, if that is known. */
  readonly heldUntilMs?: number;
  /** For a rate: whether calls are to leave that its part has no room for. (Default: false) */
  readonly isOverdrawn?: boolean;
  /** For a rate: the names of limits against which everything counts that starts under it. (Default: none) */
  readonly within?: readonly string[];
}
