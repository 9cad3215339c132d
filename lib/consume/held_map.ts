import type { Json, NodeRecord, OnFailure } from "../model/mod.ts";

/** Longest that the outputs of a map's items may be together, as JSON, in characters. */
const MAX_LENGTH = 16 * 2 ** 20;

/** What the items of a map have come to so far. */
export class HeldMap {
  /** The list it runs over, once that is known. */
  list: readonly Json[] = [];
  /** Attempts of all items. */
  attempts = 0;
  readonly #records = new Map<number, NodeRecord>();
  #length = 0;

  /** The records of the items that have settled, by item. */
  get records(): ReadonlyMap<number, NodeRecord> {
    return this.#records;
  }

  /** Whether an output is too long to be kept with those that are there. */
  hasNoRoomFor(output: Json): boolean {
    return this.#length + lengthOf(output) > MAX_LENGTH;
  }

  add(item: number, record: NodeRecord): void {
    this.attempts += record.attempts;
    this.#length += lengthOf(record.output);
    this.#records.set(item, record);
  }

  /** The outputs in the order of the items; what stands for one that failed is as `onFailure` says. */
  outputs(onFailure: OnFailure): Json[] {
    const outputs: Json[] = [];
    for (const [, { state, output, reason = "" }] of [...this.#records].sort(([a], [b]) => a - b)) {
      if (state === "ok") outputs.push(output);
      else if (onFailure === "continue") outputs.push({ error: reason });
    }
    return outputs;
  }
}

function lengthOf(output: Json): number {
  return output === null ? 4 : JSON.stringify(output).length;
}
