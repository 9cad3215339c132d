/** The mean is that of about this many calls: it follows changes within as many. */
const KEPT = 200;
/** Calls with less than this part in flight that were shorter say that those before were hindered. */
const LESS = 0.8;
/** A call takes longer if it does so by this part. */
const LONGER = 0.01;
/** Of few calls, one in two may be longer than those before: this number, of one more. */
const PRIOR = 2;

/**
 * The time of a function's calls with as little in flight as ever: their geometric mean, which is near what most of them take
 * though some take a hundred times as long, and the share of those that take longer. Calls with more in flight may have waited.
 */
export class CalmTimes {
  /** The most that was in flight when these were started; Infinity: there are none. */
  inFlight = Infinity;
  /** The number of calls, up to {@linkcode KEPT}. */
  count = 0;
  /** Their geometric mean, in milliseconds. */
  ms = 0;
  /** The natural logarithm of the probability that a call takes longer, times -1. */
  evidence = 0;
  /** The mean logarithm of their times and 1 ms, and the share of those that took longer. */
  #log = 0;
  #longer = 0;
  /** Of the present round: number, sum of logarithms, and number of those that took longer. */
  #roundCount = 0;
  #roundLog = 0;
  #roundLonger = 0;

  /** Another round begins. */
  enter(): void {
    this.#roundCount = this.#roundLog = this.#roundLonger = 0;
  }

  /** A call of the round took this time. */
  took(runMs: number): void {
    const log = Math.log1p(runMs);
    const usual = this.count > 0 ? this.#log : this.#roundCount > 0 ? this.#roundLog / this.#roundCount : log;
    this.#roundCount++;
    this.#roundLog += log;
    if (log > usual + LONGER) this.#roundLonger++;
  }

  /** A call of an earlier round took this time. @param inFlight the most that was in flight when a call of that round was started */
  tookLate(runMs: number, inFlight: number): void {
    if (this.count === 0 || inFlight > this.inFlight) return;
    const log = Math.log1p(runMs);
    this.#add(1, log, log > this.#log + LONGER ? 1 : 0);
  }

  /** Learns from the round if no more was in flight in it than ever. @param inFlight as above, in this round @returns whether it has */
  learn(inFlight: number): boolean {
    const count = this.#roundCount;
    if (count === 0 || inFlight > this.inFlight) return false;
    const log = this.#roundLog / count;
    if (this.count === 0 || (inFlight < LESS * this.inFlight && log < this.#log)) {
      this.count = this.#longer = 0;
      this.inFlight = inFlight;
    }
    this.#add(count, log, this.#roundLonger);
    return true;
  }

  #add(count: number, log: number, longer: number): void {
    const share = count / (this.count + count);
    this.#log += (log - this.#log) * share;
    this.#longer += (longer / count - this.#longer) * share;
    this.count = Math.min(KEPT, this.count + count);
    this.ms = Math.expm1(this.#log);
    this.evidence = -Math.log((this.#longer * this.count + PRIOR) / (this.count + PRIOR + 1));
  }

  /** Forgets all times. */
  forget(): void {
    this.count = 0;
    this.inFlight = Infinity;
  }
}
