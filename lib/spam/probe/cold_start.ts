import { answered, type Baseline, type Lab, median, type SeenCall, together } from "./lab.ts";
import type { LimitFinding } from "./limit.ts";
import type { RampFinding } from "./ramp.ts";

/** The time that a new container takes, as a log-normal one. */
export interface ColdStartFinding {
  /** In milliseconds; 0: there are no cold starts. */
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly samples: number;
}

/** The 99th percentile of the standard normal distribution. */
const Z99 = 2.3263478740408408;
/** The 99th percentile is known well enough when its standard error is below this part of it. */
const WELL_KNOWN = 0.035;
const [LEAST_SAMPLES, MOST_ROUNDS, MOST_A_ROUND] = [20, 100, 25];
/** Of more calls at once the last ones would be late by their number. */
const MOST_A_STEP = 128;
/** With this many samples no more are taken once the experiment has lasted this long, in milliseconds. */
const [ENOUGH_SAMPLES, LONG_MS] = [100, 120_000];
/** Times that differ by less are always the same: what differs is the measuring. */
const CONSTANT_SPREAD = 0.05;

/** Makes containers of functions that have none, fewer at once than can be had, until it is known how long they take. */
export async function findColdStart(
  lab: Lab,
  base: Baseline,
  { steps, refusal, atFirst }: LimitFinding,
  ramp: RampFinding | undefined,
): Promise<ColdStartFinding> {
  // Where calls wait for containers, it cannot be told how much of the time was waiting.
  const isWaiting = refusal === "queued" && (ramp !== undefined || !lab.hasFunctions);
  const timesMs = isWaiting
    ? []
    : steps.filter(({ asked, ok, ran }) => asked <= MOST_A_STEP && ok <= ran * 1.02 + 1)
      .flatMap(({ calls }) => coldTimes(calls, base.overheadMs));
  const atOnce = Math.min(MOST_A_ROUND, ramp === undefined ? atFirst * 0.8 : ramp.burst / 2);
  const size = Math.max(1, Math.floor(atOnce));
  const hasAny = steps.some(({ colds }) => colds > 0);
  const startMs = lab.nowMs;
  for (let round = 0; lab.hasFunctions && hasAny && round < MOST_ROUNDS && !isWellKnown(timesMs); round++) {
    if (timesMs.length >= ENOUGH_SAMPLES && lab.nowMs - startMs > LONG_MS) break;
    if (ramp !== undefined) await lab.rest(size / ramp.perS * 1200);
    const calls = await lab.run(together(size, { atMs: 0, runMs: 0, function: `probe-cold-${round}` }));
    timesMs.push(...coldTimes(calls, base.overheadMs));
  }
  return timesOf(timesMs);
}

/** The log-normal time that some times are most likely from. */
export function timesOf(timesMs: readonly number[]): ColdStartFinding {
  const samples = timesMs.length;
  if (samples === 0) return { medianMs: 0, p99Ms: 0, samples };
  const { mean, deviation } = logs(timesMs);
  if (deviation < CONSTANT_SPREAD) return { medianMs: median(timesMs), p99Ms: median(timesMs), samples };
  return { medianMs: Math.exp(mean), p99Ms: Math.exp(mean + Z99 * deviation), samples };
}

function coldTimes(calls: readonly SeenCall[], overheadMs: number): number[] {
  return answered(calls).filter(({ isCold }) => isCold)
    .map(({ endedAtMs, sentAtMs, runMs }) => Math.max(0.1, endedAtMs - sentAtMs - runMs - overheadMs));
}

/** Of mean + z σ the standard error is σ √((1 + z²/2) / n). */
function isWellKnown(timesMs: readonly number[]): boolean {
  if (timesMs.length < LEAST_SAMPLES) return false;
  return logs(timesMs).deviation * Math.sqrt((1 + Z99 ** 2 / 2) / timesMs.length) < WELL_KNOWN;
}

function logs(timesMs: readonly number[]): { mean: number; deviation: number } {
  const values = timesMs.map(Math.log), n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1),
  );
  return { mean, deviation };
}
