import type { Clock } from "../../../model/mod.ts";
import type { Backlog } from "./backlog.ts";
import type { ChainPool } from "../log/chain_pool.ts";
import type { Coverage } from "./coverage.ts";
import type { Journal } from "./journal.ts";
import type { PartitionState } from "../log/partition_state.ts";
import type { OwnerRecord } from "./owner_record.ts";
import { LEFT, outgoing } from "../log/records.ts";
import type { Left } from "../log/settled.ts";

/** The parts with which messages that are left in their topic are recorded. */
export interface LeftRecordOptions {
  readonly clock: Clock;
  readonly chains: ChainPool;
  readonly state: PartitionState;
  readonly backlog: Backlog;
  readonly coverage: Coverage<unknown>;
  readonly journal: Journal;
  /** Knows before where all is over. */
  readonly owner: Pick<OwnerRecord, "from">;
  /** The record is written when this number of messages are over since it was written last, (Default: 10,000) */
  readonly settledBehind?: number | undefined;
  /** or when the first of these has been over for this time, in milliseconds: ends are kept for a limited time. */
  readonly settledAfterMs: number;
}

const SETTLED_BEHIND = 10_000;

/**
 * Keeps the record of the messages that are left in their topic: whoever owns the partition next reads on from the first of it,
 * and knows by this which of the messages behind it are over, when their ends are forgotten.
 */
export class LeftRecord {
  readonly #options: LeftRecordOptions;
  /** Number of messages that are over since it was written. */
  #behind = 0;
  #sinceMs = Infinity;
  #isWriting = false;

  constructor(options: LeftRecordOptions) {
    this.#options = options;
  }

  /** A message is over. */
  covered(): void {
    const { backlog, clock } = this.#options;
    if (backlog.left === 0) return;
    if (this.#behind++ === 0) this.#sinceMs = clock.wallMs();
  }

  /** Writes it when it is time, or deletes it. */
  async upkeep(): Promise<void> {
    const { clock, settledBehind = SETTLED_BEHIND, settledAfterMs, backlog, coverage, state } = this.#options;
    if (this.#isWriting) return;
    if (backlog.left === 0) {
      this.#behind = 0;
      if (state.settled !== undefined && coverage.from >= state.settled.before) await this.#append(null);
    } else if (
      this.#behind >= settledBehind || (this.#behind > 0 && clock.wallMs() - this.#sinceMs >= settledAfterMs)
    ) await this.write();
  }

  /** Writes it. */
  async write(): Promise<void> {
    const { coverage } = this.#options;
    const settled = coverage.settle();
    this.#behind = 0;
    await this.#append(this.#left());
    settled();
  }

  #left(): Left {
    const { state, backlog, coverage, chains, owner } = this.#options;
    const kinds = backlog.leftKinds().map(({ chain, labels, from }) =>
      [chains.hashOf(chain), labels, from] as const
    );
    return { before: state.pendingAt, open: coverage.open(), kinds, among: backlog.among(owner.from) };
  }

  async #append(left: Left | null): Promise<void> {
    const { journal, clock, state } = this.#options;
    this.#isWriting = true;
    try {
      await journal.append("running", [outgoing(LEFT, left, clock.wallMs())]);
      state.setLeft(left ?? undefined);
    } finally {
      this.#isWriting = false;
    }
  }
}
