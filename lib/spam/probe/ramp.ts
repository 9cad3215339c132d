import {
  answered,
  type Baseline,
  type Lab,
  lineThrough,
  type PlannedCall,
  refusedOf,
  type SeenCall,
  startOf,
  together,
} from "./lab.ts";
import type { LimitFinding } from "./limit.ts";

/** The speed at which containers can be made. */
export interface RampFinding {
  /** At once, after a rest. */
  readonly burst: number;
  /** Beyond the burst, per second. */
  readonly perS: number;
  /** Calls that wait for a container, at most; 0: none waits. */
  readonly queue: number;
  /** Containers that are made for each that a call had to wait for, at least 1. */
  readonly allocation: number;
}

/** The number of holds for which the flow of calls goes on. */
const HOLDS = 5;
/** Longest rest in which the burst is to become whole again, in milliseconds. */
const LONGEST_REST_MS = 300_000;
/** The first part of the flow, in milliseconds: containers started in it belong to the burst, if calls wait. */
const SETTLED_MS = 500;
/** Cold starts by which it is told when a container was asked for, if calls wait. */
const COLD_STARTS = 40;

/**
 * Looks at a function that has no containers yet, after a rest, and counts the calls of it that can start at once, and per
 * second after that. No call ends meanwhile, so that each needs a container of its own.
 */
export async function findRamp(lab: Lab, base: Baseline, limit: LimitFinding): Promise<RampFinding> {
  const { holdMs, overheadMs } = base, { atFirst, rampPerS, refusal } = limit;
  await lab.rest(Math.min(LONGEST_REST_MS, atFirst / rampPerS * 1200));
  const coldMs = refusal === "queued" ? await aColdStart(lab, base) : 0;
  const tickMs = holdMs / 2, forMs = HOLDS * holdMs;
  const call: PlannedCall = { atMs: 0, runMs: forMs + 2 * holdMs, function: "probe-ramp" };
  const plan = together(Math.ceil(atFirst * 1.5), call);
  const more = Math.ceil(Math.max(3 * rampPerS * tickMs / 1000, atFirst / 4)) + 2;
  for (let atMs = tickMs; atMs <= forMs; atMs += tickMs) plan.push(...together(more, { ...call, atMs }));
  const calls = await lab.run(plan);
  /** When the container of a call was asked for. */
  const takenAtMs = (each: SeenCall) =>
    refusal === "hard" ? each.sentAtMs : startOf(each, overheadMs) - (each.isCold ? coldMs : 0);
  const started = answered(calls).filter((each) => takenAtMs(each) <= forMs);
  // Where containers take no time, none of the calls is cold, and each has needed one all the same.
  const hasCold = started.some(({ isCold }) => isCold);
  const made = started.filter(({ isCold }) => isCold || !hasCold).map(takenAtMs).toSorted((a, b) => a - b);
  // Of calls that left together the last one counts; while the burst itself is being started nothing is known of the rate.
  const points = made.flatMap((ms, i): [number, number][] => {
    const counts = refusal === "hard" ? (made[i + 1] ?? Infinity) - ms > tickMs / 2 : ms > SETTLED_MS;
    return counts ? [[ms, i + 1]] : [];
  });
  const { at0, slope } = lineThrough(points);
  const burst = Math.max(1, at0);
  const first = calls.filter(({ atMs }) => atMs === 0);
  return {
    burst,
    perS: slope * 1000,
    queue: refusal === "queued" && refusedOf(first) > 0 ? answered(first).length - burst : 0,
    allocation: Math.max(1, started.length / made.length),
  };
}

/** Measures the time that a container takes until it runs, of functions that have none. */
async function aColdStart(lab: Lab, { holdMs, overheadMs }: Baseline): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < COLD_STARTS; i++) {
    const [call] = await lab.run([{ atMs: 0, runMs: 0, function: `probe-ramp-${i}` }]);
    if (call!.isCold) times.push(call!.endedAtMs - call!.sentAtMs - overheadMs);
    await lab.rest(holdMs / 10);
  }
  return times.length === 0 ? 0 : times.reduce((sum, ms) => sum + ms) / times.length;
}
