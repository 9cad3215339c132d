import {
  answered,
  type Baseline,
  type Lab,
  median,
  mostAtOnce,
  type PlannedCall,
  refusedOf,
  startOf,
  together,
} from "./lab.ts";
import { type LimitFinding, warmed } from "./limit.ts";
import type { RampFinding } from "./ramp.ts";

/** The treatment of background calls beside HTTP calls. */
export interface BackgroundFinding {
  /** Whether they wait when they cannot start; false: they are refused. Undefined: nothing limits them. */
  readonly waits: boolean | undefined;
  /** The part of the limit that they can have; 1: all of it. */
  readonly share: number;
  /** Whether HTTP calls that come later start before them; undefined: HTTP calls never wait, so none can be overtaken. */
  readonly httpFirst: boolean | undefined;
  /** Whether they starve behind HTTP calls. */
  readonly starve: boolean;
}

/** Parts of the limit that are asked for in the background: few enough that what waits is no overload. */
const PARTS = [0.7, 0.95];

/** Looks at how background calls fare beside HTTP calls. */
export async function findBackground(
  lab: Lab,
  base: Baseline,
  limit: LimitFinding,
  ramp: RampFinding | undefined,
): Promise<BackgroundFinding> {
  if (limit.refusal === "none") return { waits: undefined, share: 1, httpFirst: undefined, starve: false };
  const { share, waits } = limit.limit < Infinity
    ? await findShare(lab, base, limit.limit)
    : { share: 1, waits: true };
  const httpFirst = limit.refusal === "queued" ? await findOrder(lab, base, limit.limit, ramp) : undefined;
  return { share, waits, httpFirst, starve: share < 1 || httpFirst === true };
}

/** Finds the part of the limit that background calls can take, and whether more of them wait. */
async function findShare(
  lab: Lab,
  base: Baseline,
  limit: number,
): Promise<{ share: number; waits: boolean }> {
  const { holdMs, overheadMs } = base;
  let share = 1;
  for (const part of PARTS) {
    await warmed(lab, base, limit);
    const asked = Math.floor(limit * part);
    const calls = await lab.run([
      ...together(asked, { atMs: 0, runMs: 2 * holdMs, function: "probe", isBackground: true }),
      ...together(limit, { atMs: holdMs, runMs: holdMs / 4, function: "probe" }),
    ]);
    const ran = limit - mostAtOnce(calls, overheadMs, holdMs, holdMs * 1.5);
    await lab.rest(3 * holdMs);
    if (ran < asked * 0.95 - 1) {
      share = ran / limit;
      break;
    }
  }
  return { share, waits: share < 1 || await waitsWhenFull(lab, holdMs, limit) };
}

/** Whether background calls are taken while HTTP calls have all places. */
async function waitsWhenFull(lab: Lab, holdMs: number, limit: number): Promise<boolean> {
  const calls = await lab.run([
    ...together(limit, { atMs: 0, runMs: holdMs, function: "probe" }),
    ...together(Math.max(2, Math.ceil(limit * 0.1)), {
      atMs: holdMs / 2,
      runMs: 0,
      function: "probe",
      isBackground: true,
    }),
  ]);
  return refusedOf(calls.filter(({ isBackground }) => isBackground)) === 0;
}

/**
 * Whether HTTP calls that come after background ones start before them: they start as late as without any, or later. Where
 * containers are made slowly, they wait for those of a function that has none.
 */
async function findOrder(
  lab: Lab,
  { holdMs, overheadMs }: Baseline,
  limit: number,
  ramp: RampFinding | undefined,
): Promise<boolean | undefined> {
  const first = Math.round(ramp?.burst ?? limit), waiting = Math.floor(ramp?.queue ?? limit);
  if (first === Infinity || waiting === 0) return undefined;
  const runMs = ramp === undefined ? holdMs : 5 * holdMs;
  /** Measures how late the last HTTP calls start, with or without background calls that have come before them. */
  const lateness = async (hasBackground: boolean): Promise<number> => {
    const name = ramp === undefined ? "probe" : `probe-order-${hasBackground}`;
    const call: PlannedCall = { atMs: 0, runMs, function: name };
    const few = Math.ceil(waiting / 5), lateAtMs = holdMs / 4;
    if (ramp !== undefined) await lab.rest(first / ramp.perS * 1500);
    const calls = await lab.run([
      ...together(first, call),
      ...together(few, { ...call, atMs: holdMs / 10 }),
      ...hasBackground ? together(waiting, { ...call, atMs: holdMs / 5, isBackground: true }) : [],
      ...together(few, { ...call, atMs: lateAtMs }),
    ]);
    await lab.rest(2 * runMs + (ramp === undefined ? 0 : waiting / ramp.perS * 1000));
    const late = answered(calls).filter(({ atMs }) => atMs === lateAtMs);
    return median(late.map((each) => startOf(each, overheadMs))) - lateAtMs;
  };
  const alone = await lateness(false), beside = await lateness(true);
  const expectedMs = ramp === undefined ? holdMs : waiting / (ramp.perS * ramp.allocation) * 1000;
  return beside - alone < expectedMs / 2;
}
