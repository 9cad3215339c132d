import { type FunctionSpec, meanMs } from "../../lib/model/mod.ts";

interface Known {
  readonly declaredMs: number | undefined;
  /** All its real run times. */
  readonly realMs: number[];
  priorMs: number;
  announcedMs: number;
  leaptMs: number;
}

/** Expected run times once more, for the oracle: everything is reckoned from all run times, each time. */
export class OracleTimes {
  readonly #known = new Map<string, Known>();
  #ratio = 1;
  #hasLeapt = false;

  expectedMs(spec: FunctionSpec): number {
    return this.#of(spec).announcedMs;
  }

  /** @returns whether one is expected to run for 1.25 times as long as before, or as short */
  observe(spec: FunctionSpec, runMs: number): boolean {
    this.#hasLeapt = false;
    this.#observe(spec, runMs);
    return this.#hasLeapt;
  }

  #observe(spec: FunctionSpec, runMs: number): void {
    const of = this.#of(spec);
    of.realMs.push(runMs);
    this.#announce(of);
    const ratio = this.#ratioWithout(undefined);
    if (Math.abs(ratio - this.#ratio) <= 0.02 * this.#ratio) return;
    this.#ratio = ratio;
    for (const of of this.#known.values()) {
      if (of.declaredMs !== undefined) of.priorMs = of.declaredMs * this.#ratioWithout(of);
      this.#announce(of);
    }
  }

  #of(spec: FunctionSpec): Known {
    let of = this.#known.get(spec.name);
    if (of === undefined) {
      const declaredMs = spec.time && meanMs(spec.time);
      const priorMs = declaredMs === undefined ? 1000 : declaredMs * this.#ratio;
      this.#known.set(
        spec.name,
        of = { declaredMs, realMs: [], priorMs, announcedMs: priorMs, leaptMs: priorMs },
      );
    }
    return of;
  }

  #announce(of: Known): void {
    const { declaredMs, priorMs, announcedMs } = of, latest = latestOf(of);
    const worth = declaredMs === undefined || latest.length >= 32 ? 0 : 5;
    const reckoned = (priorMs * worth + winsorisedSum(latest)) / (worth + latest.length);
    const mean = latest.length === 0 ? priorMs : reckoned;
    if (Math.abs(mean - announcedMs) <= 0.02 * announcedMs) return;
    of.announcedMs = mean;
    if (mean < 1.25 * of.leaptMs && of.leaptMs < 1.25 * mean) return;
    of.leaptMs = mean;
    this.#hasLeapt = true;
  }

  /** The geometric mean of real ÷ declared times, each function by at most 8 run times, and 5 that say 1. */
  #ratioWithout(one: Known | undefined): number {
    let worths = 5, sum = 0;
    for (const of of this.#known.values()) {
      const { declaredMs = 0 } = of, latest = latestOf(of), mean = winsorisedSum(latest) / latest.length;
      if (of === one || !(declaredMs > 0 && mean > 0)) continue;
      const worth = Math.min(latest.length, 8);
      const log = Math.log(Math.min(1000, Math.max(1 / 1000, mean / declaredMs)));
      worths += worth;
      sum += worth * Math.round(log * 2 ** 20) / 2 ** 20;
    }
    return Math.exp(sum / worths);
  }
}

/** The latest 64; beyond that they are looked at again with every eighth only. */
function latestOf({ realMs }: Known): readonly number[] {
  const seen = realMs.length <= 64 ? realMs.length : realMs.length - realMs.length % 8;
  return realMs.slice(0, seen).slice(-64);
}

/** All of them together, the longest of twenty as the next one. */
function winsorisedSum(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b), outliers = Math.floor(times.length * (1 - 0.95));
  const high = sorted[times.length - 1 - outliers] ?? 0;
  return sorted.slice(0, times.length - outliers).reduce((sum, ms) => sum + ms, outliers * high);
}
