import type { Clock } from "../../../model/mod.ts";
import { type CallbackRoom, type SettledCallback, type TakenCallback, toldEnd } from "../../callbacks.ts";
import type { Bell } from "../../bell.ts";
import { type DueCallbacks, pickDue, type WaitingCallback } from "../../due_callbacks.ts";
import { rungOrDue } from "../../rung_or_due.ts";
import { isLoss } from "../client/errors.ts";
import type { EndReader } from "../log/end_reader.ts";
import type { PartitionCallback } from "../log/partition_callbacks.ts";
import type { OwnedPartition } from "./owned_partition.ts";
import type { Ownership } from "./ownership.ts";

/** The parts with which callbacks are taken and settled. */
export interface DeliveriesOptions {
  readonly ownership: Pick<Ownership, "all" | "refused">;
  readonly ends: Pick<EndReader, "read">;
  readonly clock: Clock;
  readonly bell: Bell;
}

/** A callback, and the partition that its end is in. */
interface Owned {
  readonly owned: OwnedPartition;
  readonly callback: PartitionCallback;
}

/** Least time between two looks for callbacks that are due, in milliseconds: each goes through all that wait. */
const PAUSE_MS = 20;
/** The failure of a callback whose end was deleted by age. */
const DELETED =
  "its end has been deleted from the topic: callbacks wait no longer than ended instances are kept";

/** The callbacks of the partitions that this consumer owns: whoever owns a partition delivers them. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  /** Those that are being delivered, by id: at most as many as there was room for. */
  readonly #taken = new Map<string, Owned>();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /**
   * Takes callbacks that are due, as far as there is room; waits until there is one, or `signal` is aborted.
   *
   * @param check throws if the queue is closed
   */
  async pull(room: CallbackRoom, signal: AbortSignal, check: () => void): Promise<TakenCallback[]> {
    const { bell, clock } = this.#options;
    while (!signal.aborted) {
      const { rings } = bell;
      const { due, nextMs } = await this.#take(room);
      if (due.length > 0) return due;
      await rungOrDue(bell, rings, clock, nextMs, signal);
      await clock.until(clock.nowMs() + PAUSE_MS, signal); // most rings are about instances
      check();
    }
    return [];
  }

  async #take(room: CallbackRoom): Promise<DueCallbacks<TakenCallback>> {
    const nowMs = this.#options.clock.wallMs(), due: TakenCallback[] = [];
    const { due: picked, nextMs } = pickDue(this.#waiting(), room, nowMs);
    for (const { callback } of picked) callback.isTaken = true;
    try {
      for (const each of picked) {
        const whole = await this.#read(each);
        if (whole === undefined) continue;
        due.push(whole);
        this.#taken.set(whole.id, each);
      }
      return { due, nextMs: picked.length === 0 ? nextMs : nowMs }; // if all were given up, others may be due behind them
    } catch (error) {
      for (const { callback } of picked) callback.isTaken = false;
      throw error;
    }
  }

  *#waiting(): Generator<Owned & WaitingCallback> {
    for (const owned of this.#options.ownership.all()) {
      if (owned.isLeaving) continue;
      for (const callback of owned.state.callbacks.open()) {
        const { origin, atMs } = callback;
        yield { owned, callback, origin, atMs };
      }
    }
  }

  async #read({ owned, callback: of }: Owned): Promise<TakenCallback | undefined> {
    const { ends, clock } = this.#options, { id, attempts, endedAtMs, outcome, sinceMs } = of;
    const whole = await ends.read(owned.partition, of);
    if (whole?.instance.callback === undefined) {
      await this.#mark(owned, [[of, {
        id,
        state: "given-up",
        attempts,
        atMs: clock.wallMs(),
        failure: DELETED,
      }]]);
      return undefined;
    }
    const { instance, reason, output } = whole;
    const end = toldEnd(instance, { outcome, endedAtMs, reason, output });
    return { id, callback: instance.callback!, end, attempts, sinceMs };
  }

  /** Writes the outcomes of attempts; those of partitions that are another's now are passed over. */
  async settle(settled: readonly SettledCallback[]): Promise<void> {
    const all = new Set(this.#options.ownership.all());
    const own = settled.flatMap((each) => {
      const of = this.#taken.get(each.id);
      this.#taken.delete(each.id);
      return of === undefined || !all.has(of.owned) ? [] : [{ ...of, each }];
    });
    await Promise.all(
      [...Map.groupBy(own, ({ owned }) => owned)].map(([owned, some]) =>
        this.#mark(owned, some.map(({ callback, each }) => [callback, each] as const))
      ),
    );
    this.#options.bell.ring(); // there may be a later instant to wait for, and more room
  }

  async #mark(
    owned: OwnedPartition,
    some: readonly (readonly [PartitionCallback, SettledCallback])[],
  ): Promise<void> {
    try {
      await owned.journal.mark(
        some.map(([{ instance, offset: of }, { id: _, ...mark }]) => ({ instance, of, ...mark })),
      );
    } catch (error) {
      if (!isLoss(error)) throw error;
      this.#options.ownership.refused(owned, error);
    }
  }
}
