import { type Random, seededRandom, standardNormal } from "../../model/mod.ts";

const MINUTES_OF_DAY = 1440;
const MINUTE_MS = 60_000;

/** The size of a sample. */
export interface SampleSize {
  /** Number of apps. */
  readonly apps: number;
  /** Its length, at most a day. */
  readonly minutes: number;
}

/** A function of a sample, and its calls. */
export interface SampleFunction {
  /** 64 hexadecimal digits, as all ids. */
  readonly owner: string;
  readonly app: string;
  readonly id: string;
  readonly trigger: string;
  /** Of its app. */
  readonly memoryMb: number;
  /** In the order of time, one at least. */
  readonly calls: readonly SampleCall[];
}

/** A call of a sample. Times are whole milliseconds, from the beginning. */
export interface SampleCall {
  readonly atMs: number;
  readonly runMs: number;
}

/** Most calls of a function in a minute: a few apps of the published distribution would be all of a sample. */
const MOST_IN_MINUTE = 600;
/** Most calls of a sample, in memory at some 50 bytes each. */
const MAX_CALLS = 5_000_000;

/** The numbers of functions that an app has, by share of apps in percent (Figure 1). */
const SIZES = [[1, 1, 54], [2, 2, 16], [3, 3, 10], [4, 5, 8], [6, 10, 7], [11, 100, 5]] as const;
/** The triggers of functions, by share of functions in percent (Figure 2). */
const TRIGGERS = [
  ["http", 55],
  ["timer", 15.6],
  ["queue", 15.2],
  ["orchestration", 6.9],
  ["storage", 2.8],
  ["event", 2.2],
  ["others", 2.2],
] as const;

/** Spread of a function's run times around their average (σ of a log-normal): our own, as only the averages' is published. */
const RUN_SIGMA = 0.5;

/**
 * The calls of made-up functions, distributed as those of Azure Functions in July 2019 (Shahrad et al., "Serverless in the
 * Wild", USENIX ATC 2020):
 *
 * - functions of an app, and triggers, by the shares of Figures 1 and 2;
 * - an app's calls a day are log-normal, with the two quantiles that Figure 5 names: 45 % of apps at most one an hour, 81 % at
 *   most one a minute (ln: μ 3.69, σ 4.08). Its functions share them in random parts. Timers fire at even intervals of whole
 *   minutes, other calls are a Poisson process; the rhythm of the day is left out;
 * - average run times are log-normal, ln s: μ −0.38, σ 2.36 (Figure 7);
 * - memory of apps in MB is of a Burr distribution: c 11.652, k 0.221, λ 107.083 (Figure 8).
 *
 * @throws {RangeError} if there are too many calls
 */
export function population({ apps, minutes }: SampleSize, random: Random): SampleFunction[] {
  const functions: SampleFunction[] = [];
  let total = 0;
  for (let i = 0; i < apps; i++) {
    const owner = hash(random), app = hash(random);
    const perDay = Math.exp(3.691 + 4.079 * standardNormal(random));
    const memoryMb = Math.round(107.083 * ((1 - random.next()) ** (-1 / 0.221) - 1) ** (1 / 11.652));
    const parts = Array.from({ length: sizeOfApp(random) }, () => 1 - random.next());
    const whole = parts.reduce((sum, part) => sum + part);
    for (const part of parts) {
      const id = hash(random), trigger = drawn(TRIGGERS, random);
      const perMinute = Math.min(MOST_IN_MINUTE, perDay * part / whole / MINUTES_OF_DAY);
      const averageMs = 1000 * Math.exp(-0.38 + 2.36 * standardNormal(random));
      const seed = random.next(); // so that the length of a sample changes neither apps nor calls
      const own = seededRandom(seed), runs = seededRandom(`${seed}/runs`);
      const times = trigger === "timer"
        ? timerTimes(perMinute, minutes, own)
        : poissonTimes(perMinute, minutes, own);
      const calls = times.map((atMs) => ({ atMs, runMs: runOf(averageMs, runs) }));
      total += calls.length;
      if (total > MAX_CALLS) {
        throw new RangeError(`Cannot make more than ${MAX_CALLS} calls. Take fewer apps or minutes`);
      }
      if (calls.length > 0) functions.push({ owner, app, id, trigger, memoryMb, calls });
    }
  }
  return functions;
}

function sizeOfApp(random: Random): number {
  const [low, high] = drawn(
    SIZES.map(([low, high, share]) => [[low, high] as const, share] as const),
    random,
  );
  return low + Math.floor(random.next() * (high - low + 1));
}

function drawn<T>(shares: readonly (readonly [T, number])[], random: Random): T {
  let left = random.next() * shares.reduce((sum, [, share]) => sum + share, 0);
  return (shares.find(([, share]) => (left -= share) < 0) ?? shares.at(-1)!)[0];
}

function timerTimes(perMinute: number, minutes: number, random: Random): number[] {
  const interval = Math.max(1, Math.round(1 / perMinute)), times: number[] = [];
  for (let minute = Math.floor(random.next() * interval); minute < minutes; minute += interval) {
    times.push(minute * MINUTE_MS);
  }
  return times;
}

function poissonTimes(perMinute: number, minutes: number, random: Random): number[] {
  const times: number[] = [], endMs = minutes * MINUTE_MS;
  for (let atMs = 0;;) {
    atMs -= Math.log(1 - random.next()) * MINUTE_MS / perMinute;
    if (atMs >= endMs) return times;
    times.push(Math.floor(atMs));
  }
}

function runOf(averageMs: number, random: Random): number {
  return Math.round(averageMs * Math.exp(RUN_SIGMA * standardNormal(random) - RUN_SIGMA ** 2 / 2));
}

function hash(random: Random): string {
  return Array.from({ length: 64 }, () => Math.floor(random.next() * 16).toString(16)).join("");
}

/** The calls of each minute. */
export function byMinute({ calls }: SampleFunction, minutes: number): SampleCall[][] {
  const each: SampleCall[][] = Array.from({ length: minutes }, () => []);
  for (const call of calls) each[Math.floor(call.atMs / MINUTE_MS)]!.push(call);
  return each;
}
