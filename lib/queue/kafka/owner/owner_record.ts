import type { Clock } from "../../../model/mod.ts";
import type { PartitionCallbacks } from "../log/partition_callbacks.ts";
import type { PartitionState } from "../log/partition_state.ts";
import { outgoing, OWNER, type Owner } from "../log/records.ts";
import type { Backlog } from "./backlog.ts";
import type { Coverage } from "./coverage.ts";
import type { Journal } from "./journal.ts";

/** The parts with which the record of an owner is kept. */
export interface OwnerRecordOptions {
  readonly clock: Clock;
  /** Who owns the partition: what the record says of it at all times. */
  readonly who: Pick<Owner, "member" | "group" | "words"> & { readonly isGuest?: boolean | undefined };
  /** Messages in the original's format before this offset are passed over. (Default: 0) */
  readonly passBefore?: number | undefined;
  readonly state: Pick<PartitionState, "pendingAt" | "handedOut" | "setOwner"> & {
    readonly callbacks: Pick<PartitionCallbacks, "from">;
  };
  readonly backlog: Pick<Backlog, "leftFrom">;
  readonly coverage: Pick<Coverage<unknown>, "from" | "resultsFrom">;
  readonly journal: Pick<Journal, "append" | "finishedEnd">;
}

/** Keeps the record of who owns a partition and how far it has come: where whoever owns it next begins to read. */
export class OwnerRecord {
  readonly #options: OwnerRecordOptions;
  /** All of `pending` before has been handed out, or has a head. */
  #claimed: number;
  #written = "";

  constructor(options: OwnerRecordOptions) {
    this.#options = options;
    this.#claimed = options.state.pendingAt;
  }

  /** The message of an offset is handed out: the first that waited. */
  claimed(offset: number): void {
    this.#claimed = Math.max(this.#claimed, offset + 1);
  }

  /** All of `pending` before has ended or stands in the changelog. */
  get from(): number {
    const { coverage, backlog } = this.#options;
    return Math.min(coverage.from, backlog.leftFrom);
  }

  /** Somebody else has written under its key: it is to be written again. */
  overwritten(): void {
    this.#written = "";
  }

  /** Writes it, unless it stands so. @param released whether the partition is given up */
  async write(released = false): Promise<void> {
    const { who: { isGuest, ...who }, passBefore = 0, clock, state, coverage, journal } = this.#options;
    const { from } = this;
    const owner: Owner = {
      ...who,
      from,
      results: Math.min(coverage.resultsFrom(journal.finishedEnd, from), state.callbacks.from),
      claimed: this.#claimed,
      ...state.handedOut > this.#claimed && { handedOut: state.handedOut },
      ...released && { released },
      ...isGuest && { isGuest },
      ...passBefore > from && { passBefore },
    };
    const text = JSON.stringify(owner);
    if (text === this.#written) return;
    this.#written = text;
    await journal.append("running", [outgoing(OWNER, owner, clock.wallMs())]);
    state.setOwner(owner);
  }
}
