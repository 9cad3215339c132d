import {
  type Baseline,
  type Lab,
  lineThrough,
  meanAtOnce,
  median,
  mostAtOnce,
  type PlannedCall,
  startOf,
  together,
} from "./lab.ts";
import { answered, type SeenCall } from "./lab.ts";
import { type LimitFinding, warmed } from "./limit.ts";

/** The effect of an overload on a limit. */
export interface CollapseFinding {
  /** The part of the limit that is left; 1: all of it. */
  readonly to: number;
  /** The time that the overload lasted before, in milliseconds. NaN: there was no collapse. */
  readonly afterMs: number;
  /** The time until the limit was back at its full value, in milliseconds; NaN: there was no collapse, or it was not seen. */
  readonly recoveryMs: number;
}

/** The time for which the platform is overloaded, and the time between the bursts that do it, both in holds. */
const [OVERLOAD_HOLDS, APART] = [3, 0.05];
/** The number of calls, in limits, that come at first and with each further burst. */
const [FIRST, MORE] = [2.5, 0.2];
/** The run time of the calls, in holds: not a multiple of the time between bursts, so that none ends just as others come. */
const RUN_HOLDS = 0.525;
/** A place is empty until the next burst: the time that a call takes it, as a multiple of the call's run time. */
const UNTIL_NEXT = Math.ceil(RUN_HOLDS / APART) * APART / RUN_HOLDS;
/** If more than this part of the limit runs under an overload, it has not collapsed. */
const COLLAPSED = 0.8;
/** The number of windows at the overload's end that are looked at, and the number of bursts in each. */
const [WINDOWS, WINDOW] = [5, 4];
/** Less than this part of the limit runs: no others take the places of those that have ended. */
const FALLEN = 0.7;
/** The number of bursts in a row for which that holds, so that a hesitation of the network does not pass for a collapse. */
const LASTING = 4;
/** Looks at the recovery, in holds apart. */
const [LOOKS, LOOK_HOLDS] = [30, 2];

/** Overloads the platform for a while: a few times as many calls as its limit, and more for each that ends. */
export async function findCollapse(
  lab: Lab,
  base: Baseline,
  finding: LimitFinding,
): Promise<CollapseFinding> {
  const { limit } = finding;
  const { holdMs, overheadMs } = base;
  await warmed(lab, base, limit);
  const forMs = OVERLOAD_HOLDS * holdMs, apartMs = APART * holdMs, first = Math.ceil(limit * FIRST);
  // They end one after the other, so that it is seen at once when no others may take their places.
  const plan: PlannedCall[] = Array.from({ length: first }, (_, i) => ({
    atMs: 0,
    runMs: holdMs * RUN_HOLDS * (0.1 + 0.9 * (i % Math.ceil(limit)) / limit),
    function: "probe",
  }));
  for (let atMs = apartMs; atMs < forMs; atMs += apartMs) {
    plan.push(...together(Math.ceil(limit * MORE), { atMs, runMs: holdMs * RUN_HOLDS, function: "probe" }));
  }
  const calls = await lab.run(plan);
  // The middle one of some windows, as the sender, or the network, may hesitate in one or the other.
  const windows = Array.from({ length: WINDOWS }, (_, i) => forMs - apartMs * (1 + (i + 1) * WINDOW));
  const mean = median(windows.map((ms) => meanAtOnce(calls, overheadMs, ms, ms + apartMs * WINDOW)));
  const ran = Math.min(limit, mean * UNTIL_NEXT);
  if (ran > limit * COLLAPSED) return { to: 1, afterMs: NaN, recoveryMs: NaN };
  const to = ran / limit;
  return {
    to,
    afterMs: collapsedAtMs(calls, finding, base),
    recoveryMs: (1 - to) / await recoveredPerMs(lab, base, limit),
  };
}

/** When the places of calls that had ended were not given to others any more, although there were enough, and not for long. */
function collapsedAtMs(
  calls: readonly SeenCall[],
  { limit, refusal }: LimitFinding,
  { overheadMs, holdMs }: Baseline,
): number {
  // Where none waits, a call runs from when it was sent; its answer may have been late for other reasons.
  const begunAtMs = (call: SeenCall) => refusal === "hard" ? call.sentAtMs : startOf(call, overheadMs);
  const ok = answered(calls).map((call) => ({ begunAtMs: begunAtMs(call), endedAtMs: call.endedAtMs }));
  const bursts = Map.groupBy(calls.toSorted((a, b) => a.atMs - b.atMs), ({ atMs }) => atMs);
  const sentAtMs = [...bursts.values()].map((burst) => Math.max(...burst.map((call) => call.sentAtMs)));
  const isFallen = sentAtMs.map((ms) =>
    ok.filter((call) => call.begunAtMs <= ms && call.endedAtMs > ms).length < limit * FALLEN
  );
  const first = isFallen.findIndex((_, i) => i > 0 && isFallen.slice(i, i + LASTING).every(Boolean));
  const lagMs = ((1 - FALLEN) * RUN_HOLDS + APART / 2) * holdMs;
  const fallenAtMs = sentAtMs[first] ?? NaN;
  return fallenAtMs < lagMs ? NaN : fallenAtMs - lagMs;
}

/** Measures the part of the limit that comes back in a millisecond, with short calls now and then. NaN: not seen. */
async function recoveredPerMs(lab: Lab, { holdMs, overheadMs }: Baseline, limit: number): Promise<number> {
  const startMs = lab.nowMs;
  const points: [atMs: number, part: number][] = [];
  for (let look = 0; look < LOOKS; look++) {
    await lab.rest(LOOK_HOLDS * holdMs);
    const atMs = lab.nowMs - startMs;
    const calls = await lab.run(
      together(Math.ceil(limit), { atMs: 0, runMs: holdMs / 4, function: "probe" }),
    );
    const part = mostAtOnce(calls, overheadMs) / limit;
    if (part > 0.97) break;
    points.push([atMs, part]);
  }
  if (points.length < 3) return NaN;
  const { slope } = lineThrough(points);
  return slope > 0 ? slope : NaN;
}
