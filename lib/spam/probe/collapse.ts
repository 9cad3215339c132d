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

/** What an overload does to a limit. */
export interface CollapseFinding {
  /** The part of the limit that is left; 1: all of it. */
  readonly to: number;
  /** How long the overload lasted before, in milliseconds. NaN: there was no collapse. */
  readonly afterMs: number;
  /** How long the limit took to be itself again, in milliseconds; NaN: there was no collapse, or it was not seen. */
  readonly recoveryMs: number;
}

/** For how long the platform is overloaded, in holds, and how far the bursts are apart that do it. */
const [OVERLOAD_HOLDS, APART] = [3, 0.05];
/** How many calls, in limits, come at first and with each further burst. */
const [FIRST, MORE] = [2.5, 0.2];
/** How long the calls run, in holds: not a multiple of how far the bursts are apart, lest some end as others come. */
const RUN_HOLDS = 0.525;
/** A place is empty until the next burst: how much longer it is taken by a call than the call runs. */
const UNTIL_NEXT = Math.ceil(RUN_HOLDS / APART) * APART / RUN_HOLDS;
/** If more than this part of the limit runs under an overload, it has not collapsed. */
const COLLAPSED = 0.8;
/** How many windows of the overload's end are looked at, of so many bursts each. */
const [WINDOWS, WINDOW] = [5, 4];
/** Less than this part of the limit runs: no others take the places of those that have ended. */
const FALLEN = 0.7;
/** At so many bursts in a row, lest a hesitation of the network passes for it. */
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

/** What part of the limit comes back in a millisecond: it is asked for now and then, with short calls. NaN: not seen. */
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
