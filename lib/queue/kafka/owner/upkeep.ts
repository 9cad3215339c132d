import type { Clock } from "../../../model/mod.ts";
import { QueueError } from "../../errors.ts";
import type { Link } from "../client/link.ts";
import type { OwnedPartition } from "./owned_partition.ts";
import { isLoss } from "../client/errors.ts";
import type { Ownership } from "./ownership.ts";
import { LEAST_UNCOMPACTED_MS, type TopicNames } from "../log/topics.ts";

/** The parts that upkeep works on. */
export interface UpkeepOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly names: TopicNames;
  readonly group: string;
  readonly ownership: Ownership;
  /** Time between two reminders of owners to brokers, in milliseconds. */
  readonly renewMs: number;
  readonly onNote?: ((words: string) => void) | undefined;
}

const TICK_MS = 500;
/** Time between two looks of an owner for records of others, in milliseconds: shorter than until the changelog is compacted. */
const LOOK_MS = LEAST_UNCOMPACTED_MS / 3;
/** Messages that are over are deleted in portions of this number. */
const TRIM = 5000;

/** The regular work of the owner of partitions: it records its progress, and deletes messages that are over. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #committed = new Map<number, number>();
  readonly #trimmed = new Map<number, number>();
  #mayTrim = true;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Goes on until the signal ends it. */
  async run(closing: AbortSignal): Promise<void> {
    const { clock, ownership, renewMs } = this.#options;
    const lookEvery = Math.ceil(Math.min(LOOK_MS, renewMs) / TICK_MS); // ticks
    for (let ticks = 1; !closing.aborted; ticks++) {
      await clock.until(clock.nowMs() + TICK_MS, closing);
      const isToLook = ticks % lookEvery === 0;
      for (const owned of ownership.all()) {
        if (owned.isLeaving || closing.aborted) continue;
        try {
          await owned.upkeep();
          if (isToLook) await owned.look();
          await this.#trim(owned);
        } catch (error) {
          ownership.refused(owned, error);
        }
      }
      if (!closing.aborted) await this.commit();
    }
  }

  /**
   * Tells the group how far its consumers have come: for whoever looks at its lag. Sequoia itself goes by the changelog.
   *
   * @param of partitions that this consumer owns, or has just released (Default: those that it owns)
   */
  async commit(of: Iterable<OwnedPartition> = this.#options.ownership.all()): Promise<void> {
    const { link, names, group, ownership: { allotment } } = this.#options;
    const news = [...of].filter(({ partition, from }) => this.#committed.get(partition) !== from);
    if (allotment === undefined || news.length === 0) return;
    const partitions = news.map(({ partition, from }) => ({ partition, offset: String(from) }));
    try {
      await link.coordinator("commit offsets", "group", group, (broker) =>
        broker.offsetCommit({
          groupId: group,
          groupGenerationId: allotment.generation,
          memberId: allotment.member,
          topics: [{ topic: names.pending, partitions }],
        }));
      for (const { partition, offset } of partitions) this.#committed.set(partition, Number(offset));
    } catch (error) {
      if (error instanceof QueueError) throw error; // else the group is being divided again: offsets are told again afterwards
    }
  }

  async #trim({ partition, from }: OwnedPartition): Promise<void> {
    const { link, names, onNote } = this.#options;
    if (!this.#mayTrim || from < (this.#trimmed.get(partition) ?? 0) + TRIM) return;
    this.#trimmed.set(partition, from);
    const topics = [{ topic: names.pending, partitions: [{ partition, offset: String(from) }] }];
    try {
      await link.leader(
        `delete what is over in ${names.pending}`,
        [{ topic: names.pending, partition }],
        (broker) => broker.deleteRecords({ topics }),
      );
    } catch (error) {
      if (
        isLoss(error) ||
        (error instanceof QueueError && error.code !== "unauthorized" && error.code !== "failed")
      ) throw error;
      this.#mayTrim = false;
      onNote?.(`${(error as Error).message}. It stays there; everything else goes on`);
    }
  }
}
