import { ATTEMPT, type Samples } from "./samples.ts";
import type { Fairness } from "./schema.ts";

/** Whether a chain waits is looked at at so many instants of a window; it is wanting if it does at half of them. */
const INSTANTS = 20;
const WANTING = INSTANTS / 2;
/** How long a window is, in microseconds, unless the run is so long that there would be more than MOST_WINDOWS. */
const WINDOW_US = 1_000_000;
const MOST_WINDOWS = 200;

/** The fairness of a run, and each chain's part of its fair share (null: it never wanted more while others did). */
export interface Shares extends Fairness {
  /** By the chain's number in the samples. */
  readonly byChain: readonly (number | null)[];
}

/**
 * How evenly chains were served while there was not enough for all.
 *
 * The run is cut into windows of a second (longer, if it takes more than 200). In a window a chain is *wanting* if during
 * at least half of it some invocation of its waited to be started, or if one was throttled in it. Only windows with two or
 * more wanting chains count: who gets what it wants is not treated unfairly, however little that is. What chain c received in a
 * window is x_c, the time its attempts ran in it ÷ its weight (throttled attempts are not work).
 *
 * - `jain` = mean over those windows, by their length, of (Σ x_c)² ÷ (n Σ x_c²) over their n wanting chains: Jain, Chiu
 *   and Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared Computer
 *   Systems" (DEC-TR-301, 1984);
 * - the share of a chain = Σ x_c over the windows in which it was wanting ÷ Σ of the mean x of these windows.
 */
export function sharesOf(samples: Samples): Shares {
  const chains = samples.chains.length;
  const windows = new Windows(samples.firstUs, samples.lastUs, chains);
  addWork(windows, samples);
  addWants(windows, samples);
  const received = new Float64Array(chains), fair = new Float64Array(chains);
  let jainTime = 0, time = 0;
  for (let w = 0; w < windows.count; w++) {
    const wanting = windows.wantingIn(w);
    const x = wanting.map((chain) => windows.workOf(w, chain) / samples.weights[chain]!);
    const sum = x.reduce((a, b) => a + b, 0);
    if (wanting.length < 2 || sum === 0) continue;
    const squares = x.reduce((a, b) => a + b * b, 0);
    jainTime += windows.lengthUs(w) * sum * sum / (wanting.length * squares);
    time += windows.lengthUs(w);
    wanting.forEach((chain, i) => {
      received[chain]! += x[i]!;
      fair[chain]! += sum / wanting.length;
    });
  }
  const byChain = Array.from(received, (got, chain) => fair[chain]! > 0 ? got / fair[chain]! : null);
  const shares = byChain.filter((share) => share !== null);
  if (time === 0) return { jain: 1, minShare: 1, maxShare: 1, byChain };
  return { jain: jainTime / time, minShare: least(shares), maxShare: -least(shares.map((x) => -x)), byChain };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

function addWork(windows: Windows, { attempts }: Samples): void {
  const chain = attempts.chain.view(), outcome = attempts.outcome.view();
  const start = attempts.startUs.view(), end = attempts.endUs.view();
  for (let i = 0; i < chain.length; i++) {
    if (outcome[i] !== ATTEMPT.throttled) windows.work(chain[i]!, start[i]!, end[i]!);
  }
}

function addWants(windows: Windows, { attempts, starved, lastUs }: Samples): void {
  const chain = attempts.chain.view(), outcome = attempts.outcome.view();
  const start = attempts.startUs.view(), queued = attempts.queuedMs.view();
  for (let i = 0; i < chain.length; i++) {
    if (queued[i]! > 0) windows.wait(chain[i]!, start[i]! - queued[i]! * 1000, start[i]!);
    if (outcome[i] === ATTEMPT.throttled) windows.refuse(chain[i]!, start[i]!);
  }
  const starvedFrom = starved.fromUs.view();
  starved.chain.view().forEach((chain, i) => windows.wait(chain, starvedFrom[i]!, lastUs));
}

/** The windows of a run: what each chain received in them, and whether it wanted more. */
class Windows {
  readonly count: number;
  readonly #fromUs: number;
  readonly #toUs: number;
  readonly #sizeUs: number;
  readonly #chains: number;
  readonly #work: Float64Array;
  /** A bit for each instant at which the chain waits. */
  readonly #waiting: Uint32Array;

  constructor(fromUs: number, toUs: number, chains: number) {
    const duration = Math.max(0, toUs - fromUs);
    this.#sizeUs = Math.max(WINDOW_US, duration / MOST_WINDOWS);
    this.count = Number.isFinite(duration) ? Math.ceil(duration / this.#sizeUs) : 0;
    this.#fromUs = fromUs;
    this.#toUs = toUs;
    this.#chains = chains;
    this.#work = new Float64Array(this.count * chains);
    this.#waiting = new Uint32Array(this.count * chains);
  }

  /** The last window ends with the run. */
  lengthUs(window: number): number {
    return Math.min(this.#sizeUs, this.#toUs - this.#fromUs - window * this.#sizeUs);
  }

  workOf(window: number, chain: number): number {
    return this.#work[window * this.#chains + chain]!;
  }

  wantingIn(window: number): number[] {
    const row = this.#waiting.subarray(window * this.#chains, (window + 1) * this.#chains);
    return Array.from(row.keys()).filter((chain) => bits(row[chain]!) >= WANTING);
  }

  work(chain: number, startUs: number, endUs: number): void {
    this.#each(startUs, endUs, (window, us) => this.#work[window * this.#chains + chain]! += us);
  }

  /** The chain waited from `startUs` on, until `endUs`. */
  wait(chain: number, startUs: number, endUs: number): void {
    this.#each(startUs, endUs, (window, us, offsetUs) => {
      const instantUs = this.lengthUs(window) / INSTANTS;
      const from = Math.ceil(offsetUs / instantUs - 0.5), to = Math.ceil((offsetUs + us) / instantUs - 0.5);
      this.#waiting[window * this.#chains + chain]! |= mask(to) & ~mask(from);
    });
  }

  /** The chain was refused: it wants more in all of that window. */
  refuse(chain: number, atUs: number): void {
    this.#each(atUs, atUs + 1, (window) => this.#waiting[window * this.#chains + chain] = mask(INSTANTS));
  }

  #each(startUs: number, endUs: number, visit: (window: number, us: number, offsetUs: number) => void): void {
    const start = Math.max(0, startUs - this.#fromUs), end = Math.min(endUs, this.#toUs) - this.#fromUs;
    for (let w = Math.floor(start / this.#sizeUs); w < this.count && w * this.#sizeUs < end; w++) {
      const fromUs = Math.max(start, w * this.#sizeUs);
      const us = Math.min(end, (w + 1) * this.#sizeUs) - fromUs;
      if (us > 0) visit(w, us, fromUs - w * this.#sizeUs);
    }
  }
}

/** So many low bits. */
function mask(bits: number): number {
  return 2 ** bits - 1;
}

/** How many bits are set (Kernighan). */
function bits(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count++;
  return count;
}
