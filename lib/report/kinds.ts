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

/** A kind of instances. */
export interface InstanceKind {
  readonly outcome: ChainOutcome | "unfinished";
  readonly deadline: DeadlineState;
}

const CALL_OUTCOMES = ["ok", "failed", "throttled", "cancelled"] as const;
const CHAIN_OUTCOMES = ["completed", "failed", "cancelled", "dropped", "unfinished", "shed"] as const;
const DEADLINE_STATES = ["open", "met", "missed"] as const;

/** The kinds of attempts, by their numbers: 16. */
export const CALL_KINDS: readonly CallKind[] = [false, true].flatMap((isCold) =>
  [false, true].flatMap((isSettled) => CALL_OUTCOMES.map((outcome) => ({ outcome, isSettled, isCold })))
);

/** The kinds of instances, by their numbers: 18. */
export const INSTANCE_KINDS: readonly InstanceKind[] = DEADLINE_STATES.flatMap((deadline) =>
  CHAIN_OUTCOMES.map((outcome) => ({ outcome, deadline }))
);

/** The number of an attempt's kind. */
export function callKind({ outcome, settled, cold }: AttemptEvent): number {
  return (cold ? 8 : 0) + (settled ? 4 : 0) + (outcome === "ok" ? 0 : CALL_OUTCOMES.indexOf(outcome));
}

/** Whether an invocation settled with an attempt of a kind, given by its number. */
export function isSettled(kind: number): boolean {
  return CALL_KINDS[kind]!.isSettled;
}

/** The number of an instance's kind. */
export function instanceKind(outcome: InstanceKind["outcome"], deadline: DeadlineState): number {
  return DEADLINE_STATES.indexOf(deadline) * CHAIN_OUTCOMES.length + CHAIN_OUTCOMES.indexOf(outcome);
}

/** Counts the samples of each kind among some rows. */
export function kindCounts(kinds: Uint8Array, rows: Uint32Array, most: number): Float64Array {
  const counts = new Float64Array(most);
  for (const row of rows) counts[kinds[row]!]!++;
  return counts;
}
