import { type Distribution, quantileMs } from "../../model/mod.ts";

/** The longest run time, in milliseconds: a year, as of all times. */
export const LONGEST_MS = 365 * 86_400_000;

/** The quantiles that are kept of a function's run times, as parts. */
const PARTS = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

/**
 * The distribution of run times: each quantile is the least of them that the part of the calls does not exceed.
 *
 * @param sortedMs the times in milliseconds, ascending; one at least
 * @param callsAt the number of calls that took one of them. (Default: one each)
 */
export function distributionOfTimes(
  sortedMs: Float64Array,
  callsAt: (index: number) => number = () => 1,
): Distribution {
  const total = sortedMs.reduce((sum, _, i) => sum + callsAt(i), 0);
  let at = 0, calls = callsAt(0);
  return distributionOf(PARTS.map((part) => {
    while (at < sortedMs.length - 1 && calls < part * total) calls += callsAt(++at);
    return [part, sortedMs[at]!];
  }));
}

/** A distribution of quantiles; if all are the same, a constant. */
export function distributionOf(quantiles: readonly (readonly [part: number, ms: number])[]): Distribution {
  const first = quantiles[0]![1];
  return quantiles.every(([, ms]) => ms === first)
    ? { kind: "constant", ms: first }
    : { kind: "quantiles", quantiles };
}

/** Mean run times, each with the number of calls that took it. */
export class MeanTimes {
  readonly #means: (readonly [ms: number, calls: number])[] = []; // at most one a minute

  /** Adds the mean time of some calls, in milliseconds. */
  add(ms: number, calls: number): void {
    this.#means.push([ms, calls]);
  }

  /** Their distribution; undefined: there are none. */
  distribution(): Distribution | undefined {
    if (this.#means.length === 0) return undefined;
    const means = this.#means.toSorted(([a], [b]) => a - b);
    return distributionOfTimes(Float64Array.from(means, ([ms]) => ms), (i) => means[i]![1]);
  }
}

/** A distribution is mixed with another one by its percentiles, 0 and 100 included. */
const PERCENTS = 100;

/** The run times of functions whose days have their own. */
export class MixedTimes {
  readonly #known = new Map<number, { readonly time: Distribution; readonly calls: number }>();

  /** Adds the distribution of some calls of a function, as quantiles or a constant. @returns that of all its calls so far */
  add(fn: number, time: Distribution, calls: number): Distribution {
    const before = this.#known.get(fn);
    const mixed = before === undefined ? time : mixture([before, { time, calls }]);
    this.#known.set(fn, { time: mixed, calls: calls + (before?.calls ?? 0) });
    return mixed;
  }
}

function mixture(parts: readonly { readonly time: Distribution; readonly calls: number }[]): Distribution {
  const points = parts.flatMap(({ time, calls }) =>
    Array.from({ length: PERCENTS + 1 }, (_, percent) => ({ ms: msAt(time, percent), calls }))
  ).sort((a, b) => a.ms - b.ms);
  return distributionOfTimes(Float64Array.from(points, ({ ms }) => ms), (i) => points[i]!.calls);
}

function msAt(time: Distribution, percent: number): number {
  if (time.kind === "constant") return time.ms;
  if (time.kind !== "quantiles") throw new TypeError(`Cannot mix run times of the kind ${time.kind}`);
  return percent === PERCENTS ? time.quantiles.at(-1)![1] : quantileMs(time.quantiles, percent / PERCENTS);
}
