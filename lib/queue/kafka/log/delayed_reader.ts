import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Chunk } from "./log.ts";

/** Reads messages of one partition of `delayed` where they stand, side by side ones at once. */
export class DelayedReader {
  readonly #readAt: (offset: number) => Promise<Chunk>;
  /** The records that were read last, by offset, and the range that they are all of. */
  #chunk:
    | { readonly from: number; readonly to: number; readonly records: Map<number, IncomingRecord> }
    | undefined;

  /** @param readAt reads some messages from an offset on */
  constructor(readAt: (offset: number) => Promise<Chunk>) {
    this.#readAt = readAt;
  }

  /** @returns undefined if it has been deleted */
  async read(offset: number): Promise<IncomingRecord | undefined> {
    if (this.#chunk === undefined || offset < this.#chunk.from || offset >= this.#chunk.to) {
      let chunk = await this.#readAt(offset);
      while (chunk.next <= offset) chunk = await this.#readAt(offset); // a broker that has come back may show less than it has
      const of = new Map(chunk.records.map((record) => [record.offset, record]));
      this.#chunk = { from: offset, to: chunk.next, records: of };
    }
    return this.#chunk.records.get(offset);
  }
}
