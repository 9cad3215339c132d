import { type JsonText, listText, type NodeRecord, type OnFailure, writeJson } from "../model/mod.ts";

/** Longest that the outputs of a map's items may be together, in characters. */
const MAX_LENGTH = 16 * 2 ** 20;

/** What an item takes beside its texts, as if it were text, in characters: its task, or its call, and what the scheduler keeps. */
const ITEM_WEIGHT = 192;

/** What the items of a map have come to so far. */
export class HeldMap {
  /** What expressions of its templates have come to that are the same for all items. */
  readonly named = new Map<string, JsonText | undefined>();
  /** Attempts of all items. */
  attempts = 0;
  /** When the last item ended that has settled, in milliseconds since 1970. */
  endedAtMs: number | undefined;
  readonly #records = new Map<number, NodeRecord>();
  #list: readonly JsonText[] = [];
  /** How much its items take. */
  #items = 0;
  /** How long its outputs are together. */
  #length = 0;

  /** The items of the list it runs over, as they came, once that is known. */
  get list(): readonly JsonText[] {
    return this.#list;
  }

  /** Takes on the list. @returns how much that adds to its weight */
  begin(list: readonly JsonText[]): number {
    const before = this.#items;
    this.#list = list;
    this.#items = list.reduce((sum, item) => sum + ITEM_WEIGHT + item.length, 0);
    return this.#items - before;
  }

  /** The records of the items that have settled, by item. */
  get records(): ReadonlyMap<number, NodeRecord> {
    return this.#records;
  }

  /** Whether an item has been done. */
  get hasDone(): boolean {
    return [...this.#records.values()].some(({ state }) => state === "ok");
  }

  /** How much its items and their outputs take, as if it were text, in characters. */
  get weight(): number {
    return this.#items + this.#length;
  }

  /** Whether an output is too long to be kept with those that are there. */
  hasNoRoomFor(output: JsonText): boolean {
    return this.#length + output.length > MAX_LENGTH;
  }

  add(item: number, record: NodeRecord): void {
    this.attempts += record.attempts;
    this.endedAtMs = Math.max(this.endedAtMs ?? 0, record.endedAtMs ?? 0);
    this.#length += record.output.length;
    this.#records.set(item, record);
  }

  /** The outputs in the order of the items; what stands for one that failed is as `onFailure` says. */
  outputs(onFailure: OnFailure): JsonText {
    const outputs: JsonText[] = [];
    for (const [, { state, output, reason = "" }] of [...this.#records].sort(([a], [b]) => a - b)) {
      if (state === "ok") outputs.push(output);
      else if (onFailure === "continue") outputs.push(writeJson({ error: reason }));
    }
    return listText(outputs);
  }
}
