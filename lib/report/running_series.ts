import type { AttemptEvent } from "./events.ts";
import type { Histogram } from "./histogram.ts";
import type { TimesTally } from "./times_tally.ts";
import { bucketUs, Latest, Level } from "./level.ts";
import type { Band } from "./band.ts";
import { DECADES_MS, groupedBands, type Series, type Step, stepRanks } from "./series.ts";

/** An instance that has waited since then without one attempt. */
export interface Starved {
  readonly chain: number;
  readonly fromUs: number;
}

/** The values that the series of a run need and that are computed elsewhere. */
export interface SeriesParts {
  /** Of the chains, by number. */
  readonly names: readonly string[];
  /** The time that the attempts of each chain ran, summed up. */
  readonly work: readonly number[];
  readonly starved: readonly Starved[];
  readonly queueing: Histogram;
  readonly chainTime: TimesTally;
  /** When the run ends, in microseconds. */
  readonly toUs: number;
  /** The limit, where none was recorded. */
  readonly limit: number;
}

/** The data of a run's charts while the run goes on: 13 KB for each chain, however long the run is. */
export class RunningSeries {
  readonly #fromUs: number;
  readonly #running: Level[] = [];
  readonly #waiting: Level[] = [];
  readonly #limit: Latest;

  /** @param fromUs when the run starts, in microseconds */
  constructor(fromUs: number) {
    this.#fromUs = fromUs;
    this.#limit = new Latest(fromUs);
  }

  attempt(chain: number, startUs: number, endUs: number, { settled, queuedMs, outcome }: AttemptEvent): void {
    this.#cover(chain + 1);
    if (outcome !== "throttled") this.#running[chain]!.add(startUs, endUs);
    // The attempt that settles an invocation has waited since it was ready; the earlier ones would count double.
    if (settled && queuedMs > 0) this.#waiting[chain]!.add(startUs - queuedMs * 1000, startUs);
  }

  limit(atUs: number, limit: number): void {
    this.#limit.record(atUs, limit);
  }

  series({ names, work, starved, queueing, chainTime, toUs, limit }: SeriesParts): Series {
    this.#cover(names.length);
    const sizeUs = bucketUs(toUs - this.#fromUs);
    const limits = this.#limit.values(toUs, limit);
    return {
      bucketMs: sizeUs / 1000,
      buckets: limits.length,
      bands: groupedBands(names, work, (name, chains) => this.#band(name, chains, starved, toUs)),
      limit: limits.map((limit) => Number.isFinite(limit) ? limit : null),
      queueing: stepsOf(queueing, queueing.count),
      queueingCounts: decades(queueing),
      chainTime: stepsOf(chainTime.known, chainTime.total),
    };
  }

  /** The memory that they take, about. */
  get bytes(): number {
    return this.#running.length * 2 * 6400;
  }

  #cover(chains: number): void {
    while (this.#running.length < chains) {
      this.#running.push(new Level(this.#fromUs));
      this.#waiting.push(new Level(this.#fromUs));
    }
  }

  #band(name: string, chains: readonly number[], starved: readonly Starved[], toUs: number): Band {
    const unstarted = new Level(this.#fromUs), members = new Set(chains);
    for (const { chain, fromUs } of starved) if (members.has(chain)) unstarted.add(fromUs, toUs);
    const sum = (levels: readonly Level[]) =>
      levels.map((level) => level.means(toUs)).reduce((a, b) => a.map((mean, i) => mean + b[i]!));
    return {
      name,
      running: sum(chains.map((chain) => this.#running[chain]!)),
      waiting: sum([unstarted, ...chains.map((chain) => this.#waiting[chain]!)]),
    };
  }
}

function decades(histogram: Histogram): number[] {
  const counts = DECADES_MS.map(() => 0);
  let before = 0;
  for (const { sample, passed } of histogram.cumulated()) {
    counts[DECADES_MS.findIndex((below) => sample < below)]! += passed - before;
    before = passed;
  }
  return counts;
}

/** @param total the number of samples, those included that the histogram has not */
function stepsOf(histogram: Histogram, total: number): Step[] {
  const ranks = stepRanks(histogram.count, total);
  return histogram.samplesAt(ranks).map((ms, i) => ({ ms, part: ranks[i]! / total }));
}
