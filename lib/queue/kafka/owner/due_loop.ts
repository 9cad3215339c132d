import type { Clock } from "../../../model/mod.ts";
import type { Bell } from "../../bell.ts";
import { rungOrDue } from "../../rung_or_due.ts";
import type { OwnedPartition } from "./owned_partition.ts";

/** The parts with which delayed instances are woken. */
export interface DueLoopOptions {
  readonly clock: Clock;
  /** Rings when the next one may be due sooner. */
  readonly due: Bell;
  /** The partitions that this consumer owns. */
  owned(): Iterable<OwnedPartition>;
}

/** Goes on with the delayed instances of all owned partitions when they are due, until a signal ends it. */
export async function wakeWhenDue({ clock, due, owned }: DueLoopOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { rings } = due, nowMs = clock.wallMs();
    let nextMs = Infinity;
    for (const each of owned()) {
      each.fallDue(nowMs);
      nextMs = Math.min(nextMs, each.dueMs);
    }
    await rungOrDue(due, rings, clock, nextMs === Infinity ? undefined : nextMs, signal);
  }
}
