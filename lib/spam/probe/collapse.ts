import {
  type Baseline,
  type Lab,
  lineThrough,
  meanAtOnce,
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
/** If more than this part of the limit runs under an overload, it has not collapsed. */
const COLLAPSED = 0.8;
/** Less than this part of the limit runs: no others take the places of those that have ended. */
const FALLEN = 0.85;
/** Looks at the recovery, in holds apart. */
const [LOOKS, LOOK_HOLDS] = [30, 2];

/** Overloads the platform for a while: a few times as many calls as its limit, and more for each that ends. */
export async function findCollapse(
  lab: Lab,
  base: Baseline,
  { limit }: LimitFinding,
): Promise<CollapseFinding> {
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
  const ran = meanAtOnce(calls, overheadMs, forMs * 0.75, forMs - apartMs);
  if (ran > limit * COLLAPSED) return { to: 1, afterMs: NaN, recoveryMs: NaN };
  const to = ran / limit;
  return {
    to,
    afterMs: collapsedAtMs(calls, limit, base),
    recoveryMs: (1 - to) / await recoveredPerMs(lab, base, limit),
  };
}

/** When the places of calls that had ended were not given to others any more, although there were enough. */
function collapsedAtMs(calls: readonly SeenCall[], limit: number, { overheadMs, holdMs }: Baseline): number {
  const ok = answered(calls);
  const bursts = [...new Set(calls.map(({ atMs }) => atMs))].toSorted((a, b) => a - b);
  const fallenAtMs = bursts.find((atMs) =>
    atMs > 0 &&
    ok.filter((call) => startOf(call, overheadMs) <= atMs + 1 && call.endedAtMs > atMs).length <
      limit * FALLEN
  );
  const lagMs = ((1 - FALLEN) * RUN_HOLDS + APART / 2) * holdMs;
  return fallenAtMs === undefined || fallenAtMs < lagMs ? NaN : fallenAtMs - lagMs;
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
