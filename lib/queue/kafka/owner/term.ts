import type { Clock } from "../../../model/mod.ts";
import { lostError } from "../client/errors.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { PartitionState } from "../log/partition_state.ts";
import { FENCE, type Fence, type FencePlace, LEFT, outgoing, OWNER } from "../log/records.ts";
import { isOfTerm } from "../log/terms.ts";
import type { Claims } from "./claims.ts";
import type { Journal } from "./journal.ts";
import type { LeftRecord } from "./left_record.ts";
import type { OwnerRecord } from "./owner_record.ts";

/** The parts that stand again in the changelog when former owners have overwritten them. */
export interface TermOptions {
  readonly clock: Clock;
  readonly partition: number;
  /** The owner. */
  readonly member: string;
  /** The number of the term. */
  readonly term: number;
  readonly state: Pick<PartitionState, "fencing" | "takeRunning" | "takeFinished">;
  readonly journal: Pick<Journal, "append" | "restate">;
  readonly claims: Pick<Claims, "held">;
  readonly owner: Pick<OwnerRecord, "overwritten" | "write">;
  readonly left: Pick<LeftRecord, "write">;
}

/**
 * The term in which a partition has one owner: a fence in the changelog begins it, behind which records of former owners do not
 * count. The owner writes again what they overwrite there.
 */
export class Term {
  readonly #options: TermOptions;

  constructor(options: TermOptions) {
    this.#options = options;
  }

  /**
   * Begins it, and writes again what has been overwritten before.
   *
   * @param finishedStart where `finished` begins: fences that are no longer needed to read it are forgotten
   */
  async begin(finishedStart: number): Promise<void> {
    const { fences } = this.#options.state.fencing;
    const first = fences.findLastIndex(([offset]) => offset <= finishedStart);
    await this.#writeFence(fences.slice(Math.max(0, first)));
    await this.restate();
  }

  async #writeFence(fences: readonly FencePlace[]): Promise<void> {
    const { member, clock, journal } = this.#options;
    const fence: Fence = { member, fences };
    await journal.append("running", [outgoing(FENCE, fence, clock.wallMs())]);
  }

  /**
   * Takes records that somebody has written behind the fence: those of former owners do not count.
   *
   * @throws {QueueError} `lease-lost`, if one is of a later owner
   */
  takeOthers(topic: "running" | "finished", records: readonly IncomingRecord[]): void {
    const { partition, term, state } = this.#options;
    const others = records.filter((record) => !isOfTerm(record, term));
    if (topic === "running") state.takeRunning(others);
    else state.takeFinished(others);
    if (state.fencing.term > term) throw lostError(partition);
  }

  /** Writes again what former owners have overwritten: compaction keeps the last record of a key, whoever wrote it. */
  async restate(): Promise<void> {
    const { state: { fencing }, journal, claims, owner, left } = this.#options;
    const keys = fencing.takeOverwritten();
    if (keys.size === 0) return;
    const writes: Promise<void>[] = [];
    if (keys.delete(FENCE)) {
      writes.push(this.#writeFence(fencing.fences));
      keys.add(OWNER); // whoever reads a fence takes nothing for held that stands before it
      for (const { hasHead, instance: { id } } of claims.held()) if (hasHead) keys.add(id);
    }
    if (keys.delete(OWNER)) owner.overwritten();
    if (keys.delete(LEFT)) writes.push(left.write());
    writes.push(journal.restate(keys), owner.write());
    await Promise.all(writes);
  }
}
