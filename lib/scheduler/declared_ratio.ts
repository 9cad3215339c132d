/** The ratio 1 is worth this number of observations. */
const PRIOR_WORTH = 5;
/** Each function counts with at most this number of its observations: none decides alone once there are several. */
const MOST_OF_ONE = 8;
/** Logarithms are whole multiples of this, so that their sums are exact, in whatever order they come and go. */
const GRAIN = 2 ** -20;
/** A function counts as wrong by at most this factor, as its time may be declared in another unit. */
const MOST_WRONG = 1000;
/** It is put in force again when it has moved by more than this share: values derived from it are cached. */
const NOTED_CHANGE = 0.02;

/** The evidence of one function for the ratio. */
export interface RatioEvidence {
  /** Its observations, as far as they count. */
  readonly worth: number;
  /** The logarithm of its real mean ÷ its declared mean. */
  readonly log: number;
}

/**
 * The evidence of a function.
 *
 * @param observations at least 1
 * @returns undefined if a mean is 0, which is no evidence
 */
export function evidenceOf(
  declaredMs: number,
  realMs: number,
  observations: number,
): RatioEvidence | undefined {
  if (!(declaredMs > 0 && realMs > 0)) return undefined;
  const ratio = Math.min(MOST_WRONG, Math.max(1 / MOST_WRONG, realMs / declaredMs));
  return {
    worth: Math.min(observations, MOST_OF_ONE),
    log: Math.round(Math.log(ratio) / GRAIN) * GRAIN,
  };
}

/**
 * The real run times of functions ÷ their declared ones: where all are declared in another unit, or for another machine, the
 * functions whose run times are known tell those of the others. It is the geometric mean of the functions' ratios, each weighed by
 * its observations, and shrunk towards 1 while there are few (of logarithms, the posterior mean under a normal prior of mean 0).
 */
export class DeclaredRatio {
  /** The ratio in force. */
  inForce = 1;
  #worth = PRIOR_WORTH;
  #sum = 0;

  /** Takes evidence of a function in, instead of what it had said before. @returns whether another ratio is in force */
  replace(before: RatioEvidence | undefined, now: RatioEvidence | undefined): boolean {
    if (before === now) return false; // as nearly always
    this.#add(before, -1);
    this.#add(now, 1);
    const ratio = this.without(undefined);
    if (Math.abs(ratio - this.inForce) <= NOTED_CHANGE * this.inForce) return false;
    this.inForce = ratio;
    return true;
  }

  /** The ratio by what all functions say but one, which knows better what it says itself. @param evidence of that one */
  without(evidence: RatioEvidence | undefined): number {
    const { worth, log } = evidence ?? { worth: 0, log: 0 };
    return Math.exp((this.#sum - worth * log) / (this.#worth - worth));
  }

  #add(evidence: RatioEvidence | undefined, sign: 1 | -1): void {
    if (evidence === undefined) return;
    this.#worth += sign * evidence.worth;
    this.#sum += sign * evidence.worth * evidence.log;
  }
}
