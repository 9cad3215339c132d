import { formatDuration } from "../../model/mod.ts";
import { PlatformError } from "../../platform/mod.ts";
import { type BackgroundFinding, findBackground } from "./background.ts";
import { type CollapseFinding, findCollapse } from "./collapse.ts";
import { type ColdStartFinding, findColdStart } from "./cold_start.ts";
import { findKeepAlive, type KeepAliveFinding } from "./keep_alive.ts";
import { answered, type Baseline, type Lab, median, OutOfCallsError, showsWaiting } from "./lab.ts";
import { findLimit, FIRST_STEP, type LimitFinding } from "./limit.ts";
import { findRamp, type RampFinding } from "./ramp.ts";

/** The properties that a probe looks for, in the order that makes an experiment disturb the later ones least. */
export const PROPERTIES = ["limit", "ramp", "coldStart", "background", "collapse", "keepAlive"] as const;
/** One of {@linkcode PROPERTIES}. */
export type Property = typeof PROPERTIES[number];

/** The findings of a probe; `skipped` has the reason for each missing one. */
export interface Findings {
  baseline?: Baseline;
  limit?: LimitFinding;
  coldStart?: ColdStartFinding;
  ramp?: RampFinding;
  background?: BackgroundFinding;
  collapse?: CollapseFinding;
  keepAlive?: KeepAliveFinding;
  readonly skipped: Partial<Record<Property, string>>;
}

/** The bounds of a probe. */
export interface ProbeOptions {
  /** The time that calls are held, in milliseconds. (Default: 2,000) */
  readonly holdMs: number;
  /** Most calls at once: no limit above it can be found. (Default: 2,000) */
  readonly most: number;
  /** The longest idle time that is tried, in milliseconds; 0: the keep-alive time is not looked for. */
  readonly longestIdleMs: number;
}

/** Calls one after the other, by which it is known what a call takes by itself. */
const BASELINE_CALLS = 25;

/**
 * Finds out how a platform behaves, one experiment after the other.
 *
 * @param starting called with the property that is looked for next
 * @throws {PlatformError} if the platform cannot be called at all
 * @returns the findings, also if the calls were used up, or the signal ended the probe, before everything was found
 */
export async function probe(
  lab: Lab,
  options: ProbeOptions,
  signal: AbortSignal,
  starting: (property: Property) => void = () => {},
): Promise<Findings> {
  const found: Findings = { skipped: {} };
  try {
    const { base, timed } = await findBaseline(lab, options);
    found.baseline = base;
    for (const property of PROPERTIES) {
      const why = whyNot(property, found, lab, options);
      if (why !== undefined) {
        found.skipped[property] = why;
        continue;
      }
      starting(property);
      await find(property, found, timed, base, options);
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof OutOfCallsError)) throw error;
    const why = signal.aborted ? "it was interrupted" : (error as Error).message;
    for (const property of PROPERTIES) {
      if (found[property] === undefined) found.skipped[property] ??= why;
    }
  }
  return found;
}

async function find(
  property: Property,
  found: Findings,
  lab: Lab,
  base: Baseline,
  { longestIdleMs }: ProbeOptions,
): Promise<void> {
  const { limit, ramp, coldStart } = found;
  switch (property) {
    case "limit":
      found.limit = await findLimit(lab, base);
      return;
    case "coldStart":
      found.coldStart = await findColdStart(lab, base, limit!, ramp);
      return;
    case "ramp":
      found.ramp = await findRamp(lab, base, limit!);
      return;
    case "background":
      found.background = await findBackground(lab, base, limit!, ramp);
      return;
    case "collapse":
      found.collapse = await findCollapse(lab, base, limit!);
      return;
    case "keepAlive":
      found.keepAlive = await findKeepAlive(lab, coldStart!, limit!, longestIdleMs);
  }
}

/** Why something cannot be found, if it cannot. */
function whyNot(
  property: Property,
  found: Findings,
  lab: Lab,
  { longestIdleMs }: ProbeOptions,
): string | undefined {
  const { limit, coldStart, baseline } = found;
  const tooShort = `its function ends too soon, after ${formatDuration(baseline!.ownRunMs ?? 0)}`;
  switch (property) {
    case "ramp":
      if (!limit!.isRamped) return "what can start at once is the limit";
      return lab.hasFunctions ? undefined : "it takes functions that have no containers yet";
    case "background":
      if (!lab.hasBackground) return "it is not known how to call in the background here";
      return showsWaiting(baseline!) ? undefined : tooShort;
    case "collapse":
      if (limit!.limit === Infinity) return "no limit was met that could collapse";
      return showsWaiting(baseline!) ? undefined : tooShort;
    case "keepAlive":
      if (coldStart!.samples === 0) return "no cold start was seen";
      return longestIdleMs > 0 ? undefined : "it takes long. Say how long may be waited: --idle 15m";
  }
  return undefined;
}

/** Calls one after the other; where functions choose their run time themselves, that is measured. */
async function findBaseline(
  lab: Lab,
  { holdMs, most }: ProbeOptions,
): Promise<{ readonly base: Baseline; readonly timed: Lab }> {
  const tookMs: number[] = [];
  let reason = "";
  for (let i = 0; i < BASELINE_CALLS; i++) {
    const toCome = BASELINE_CALLS - i - 1 + FIRST_STEP;
    const calls = await lab.run([{ atMs: 0, runMs: 0, function: "probe" }], toCome);
    for (const { sentAtMs, endedAtMs } of answered(calls)) tookMs.push(endedAtMs - sentAtMs);
    reason = calls[0]!.reason ?? reason;
  }
  if (tookMs.length === 0) {
    throw new PlatformError("bad-platform", `Cannot probe: no single call went well (${reason})`);
  }
  const [first, ...warm] = tookMs;
  const middle = median(warm.length > 0 ? warm : [first!]);
  if (lab.setsTime) return { base: { overheadMs: middle, holdMs, most }, timed: lab };
  return { base: { overheadMs: 0, holdMs, most, ownRunMs: middle }, timed: runningFor(lab, middle) };
}

/** A lab whose functions run for `runMs`, whatever a plan says. */
function runningFor(lab: Lab, runMs: number): Lab {
  return {
    setsTime: false,
    hasFunctions: lab.hasFunctions,
    hasBackground: lab.hasBackground,
    get nowMs() {
      return lab.nowMs;
    },
    run: async (plan) => (await lab.run(plan)).map((call) => ({ ...call, runMs })),
    rest: (ms) => lab.rest(ms),
  };
}

/** Steps of the search for a limit, looks at what follows it, and what else takes its time, in holds. */
const HOLDS_AT_MOST = 300;
/** New containers for the cold start, and rests until a burst is whole again, in milliseconds. */
const RESTS_MS = 500_000;

/** The longest time that a probe takes, in milliseconds; usually it takes half of that. */
export function longestProbeMs({ holdMs, longestIdleMs }: ProbeOptions, hasFunctions: boolean): number {
  return HOLDS_AT_MOST * holdMs + RESTS_MS + longestIdleMs * (hasFunctions ? 1.1 : 4);
}
