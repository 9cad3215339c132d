/** Where values stand along an axis, and where its ticks are. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  /** The place of a value; values beyond the ends stand at the ends. */
  at(value: number): number;
}

const TIME_STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap((ms) => [ms]),
  ...[1, 2, 5, 10, 15, 30].map((s) => s * 1000),
  ...[1, 2, 5, 10, 15, 30].map((m) => m * 60_000),
  ...[1, 2, 6, 12, 24, 48, 168].map((h) => h * 3_600_000),
];

/** From 0 to a round number that is not below `max`, with ticks at multiples of 1, 2 or 5 × 10^n. */
export function linearScale(max: number, place: readonly [number, number], ticks = 4, whole = false): Scale {
  const rough = max > 0 ? max / ticks : 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999)!;
  const step = whole ? Math.max(1, round) : round;
  const to = Math.max(1, Math.ceil(max / step - 1e-9)) * step;
  const count = Math.round(to / step);
  return scale(0, to, Array.from({ length: count + 1 }, (_, i) => i * step), place, (value) => value);
}

/** From 0 to exactly `durationMs`, with ticks at round times. */
export function timeScale(durationMs: number, place: readonly [number, number], ticks = 6): Scale {
  const step = TIME_STEPS_MS.find((ms) => ms >= durationMs / ticks) ?? durationMs;
  const count = Math.floor(durationMs / step + 1e-9);
  return scale(0, durationMs, Array.from({ length: count + 1 }, (_, i) => i * step), place, (value) => value);
}

/** By the logarithm, from a power of ten to a power of ten, with a tick at each. */
export function logScale(min: number, max: number, place: readonly [number, number]): Scale {
  const low = Math.floor(Math.log10(min) + 1e-9), high = Math.max(low + 1, Math.ceil(Math.log10(max) - 1e-9));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return scale(ticks[0]!, ticks.at(-1)!, ticks, place, Math.log);
}

function scale(
  from: number,
  to: number,
  ticks: readonly number[],
  [start, end]: readonly [number, number],
  map: (value: number) => number,
): Scale {
  const low = map(from), size = map(to) - low;
  const at = (value: number) => {
    const inside = Math.min(to, Math.max(from, value));
    return size > 0 ? start + (end - start) * (map(inside) - low) / size : start;
  };
  return { from, to, ticks, at };
}
