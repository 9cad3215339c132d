import { type ConsumerRecord, type ConsumerView, SILENT_MS } from "../consumers.ts";

/** The latest record of a consumer, and when it was written, on a monotonic clock in milliseconds. */
interface Beat {
  readonly view: Omit<ConsumerView, "beatAgoMs">;
  readonly atMs: number;
}

/** The records of the consumers of a queue in memory: one for each that is open. */
export class MemoryBeats {
  readonly #byOwner = new Map<object, Beat>();

  /** Writes the record of a consumer. @param nowMs on a monotonic clock */
  beat(owner: object, id: string, record: ConsumerRecord, nowMs: number): void {
    this.#byOwner.set(owner, { view: { id, ...record }, atMs: nowMs });
  }

  /** Forgets the record of a consumer. */
  end(owner: object): void {
    this.#byOwner.delete(owner);
  }

  /** The consumers that have beaten lately. @param nowMs on a monotonic clock */
  living(nowMs: number): ConsumerView[] {
    return [...this.#byOwner.values()].map(({ view, atMs }) => ({ ...view, beatAgoMs: nowMs - atMs }))
      .filter(({ beatAgoMs }) => beatAgoMs < SILENT_MS);
  }
}
