import { type JsonText, listText, type NodeRecord, type OnFailure, writeJson } from "../model/mod.ts";

/** Longest that the outputs of a map's items may be together, in characters. */
const MAX_LENGTH = 16 * 2 ** 20;

/** The memory of an item beside its texts, counted as text, in characters: its task or call, and the scheduler's part. */
const ITEM_WEIGHT = 192;

/** The items of a map, and their outputs so far. */
export class HeldMap {
  /** The values that its templates name and that are the same for all items, by expression. */
  readonly named = new Map<string, JsonText | undefined>();
  /** Attempts of all items. */
  attempts = 0;
  /** When the last item ended that has settled, in milliseconds since 1970. */
  endedAtMs: number | undefined;
  readonly #records = new Map<number, NodeRecord>();
  #list: readonly JsonText[] = [];
  /** The memory of its items, counted as text, in characters. */
  #items = 0;
  /** The length of its outputs together, in characters. */
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

  /** Whether at least one item has succeeded. */
  get hasDone(): boolean {
    return [...this.#records.values()].some(({ state }) => state === "ok");
  }

  /** The memory of its items and their outputs, counted as text, in characters. */
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

  /** The outputs in the order of the items; for an item that failed, `continue` puts its error, otherwise it is left out. */
  outputs(onFailure: OnFailure): JsonText {
    const outputs: JsonText[] = [];
    for (const [, { state, output, reason = "" }] of [...this.#records].sort(([a], [b]) => a - b)) {
      if (state === "ok") outputs.push(output);
      else if (onFailure === "continue") outputs.push(writeJson({ error: reason }));
    }
    return listText(outputs);
  }
}
