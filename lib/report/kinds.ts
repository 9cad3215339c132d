/** Calls and instances as counts see them: of a few kinds, each with a number, so that a run keeps a byte for each. */
import type { AttemptEvent, ChainOutcome } from "./events.ts";

/** A kind of attempts. */
export interface CallKind {
  readonly outcome: AttemptEvent["outcome"];
  /** Whether the invocation settled with it. */
  readonly isSettled: boolean;
  /** Whether the platform started a container for it. */
  readonly isCold: boolean;
}

/** The state of an instance's deadline. `open`: it has none, or it was not decided. */
export type DeadlineState = "open" | "met" | "missed";

/** The pace of a completed instance: whether it took at most a multiple of its ideal time. `unknown`: of others, too. */
export type Pace = "unknown" | "timely" | "slow";

/** A kind of instances. */
export interface InstanceKind {
  readonly outcome: ChainOutcome | "unfinished";
  readonly deadline: DeadlineState;
  readonly pace: Pace;
  /** Whether another instance called it. */
  readonly isCalled: boolean;
}

const CALL_OUTCOMES = ["ok", "failed", "throttled", "cancelled"] as const;
const CHAIN_OUTCOMES = ["completed", "failed", "cancelled", "dropped", "unfinished", "shed"] as const;
const DEADLINE_STATES = ["open", "met", "missed"] as const;
const PACES = ["unknown", "timely", "slow"] as const;

/** The ways in which a chain is lost: it will never complete. One that had not ended when the log ended may still. */
export const LOSSES = ["failed", "dropped", "shed", "cancelled"] as const;

/** Whether a chain that ended in a way, or had not ended, is lost. */
export function isLost(outcome: string): boolean {
  return LOSSES.some((loss) => loss === outcome);
}

/** The kinds of attempts, by their numbers: 16. */
export const CALL_KINDS: readonly CallKind[] = [false, true].flatMap((isCold) =>
  [false, true].flatMap((isSettled) => CALL_OUTCOMES.map((outcome) => ({ outcome, isSettled, isCold })))
);

/** The kinds of instances, by their numbers: 108. */
export const INSTANCE_KINDS: readonly InstanceKind[] = [false, true].flatMap((isCalled) =>
  PACES.flatMap((pace) =>
    DEADLINE_STATES.flatMap((deadline) =>
      CHAIN_OUTCOMES.map((outcome) => ({ outcome, deadline, pace, isCalled }))
    )
  )
);

/** The number of an attempt's kind. */
export function callKind({ outcome, settled, cold }: AttemptEvent): number {
  return (cold ? 8 : 0) + (settled ? 4 : 0) + (outcome === "ok" ? 0 : CALL_OUTCOMES.indexOf(outcome));
}

/** Whether an invocation settled with an attempt of a kind, given by its number. */
export function isSettled(kind: number): boolean {
  return CALL_KINDS[kind]!.isSettled;
}

/** Whether attempts of a kind, given by its number, were refused for capacity. */
export function isThrottled(kind: number): boolean {
  return CALL_KINDS[kind]!.outcome === "throttled";
}

/** The number of an instance's kind. */
export function instanceKind({ outcome, deadline, pace, isCalled }: InstanceKind): number {
  const paces = PACES.indexOf(pace) + (isCalled ? PACES.length : 0);
  const states = paces * DEADLINE_STATES.length + DEADLINE_STATES.indexOf(deadline);
  return states * CHAIN_OUTCOMES.length + CHAIN_OUTCOMES.indexOf(outcome);
}

/** Whether other instances called those of a kind, given by its number. */
export function isCalled(kind: number): boolean {
  return INSTANCE_KINDS[kind]!.isCalled;
}

/** The multiple of its ideal time within which a completed instance counts for goodput, if no other is asked for. */
export const GOODPUT_TIMES = 2;

/**
 * The pace of an instance.
 *
 * @param slowdown its time ÷ its ideal time; NaN: not known; Infinity: it did not complete
 * @param most the most that is timely
 */
export function paceOf(slowdown: number, most: number): Pace {
  return !Number.isFinite(slowdown) ? "unknown" : slowdown <= most ? "timely" : "slow";
}

/** Counts the samples of each kind among some rows. */
export function kindCounts(kinds: Uint8Array, rows: Uint32Array, most: number): Float64Array {
  const counts = new Float64Array(most);
  for (const row of rows) counts[kinds[row]!]!++;
  return counts;
}
