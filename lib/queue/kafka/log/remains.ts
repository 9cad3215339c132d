import type { NodeRecord } from "../../../model/mod.ts";
import { type ProgressKey, readKey, recordKey } from "./records.ts";

/** Keys of the changelog that belong to nothing any more, until the partition's owner takes them to delete them. */
export class Remains {
  readonly #keys = new Set<string>();

  /** An instance leaves its head, if it has one, and its records. */
  leave(id: string, hasHead: boolean, records: ReadonlyMap<number, NodeRecord>): void {
    if (hasHead) this.#keys.add(id);
    for (const record of records.values()) this.#keys.add(recordKey(id, record));
  }

  /** A record belongs to nothing. */
  add(key: string): void {
    this.#keys.add(key);
  }

  /** A key is deleted. */
  delete(key: string): void {
    this.#keys.delete(key);
  }

  /** Takes all of them, each once. @param stands whether something stands under a key again */
  take(stands: (key: ProgressKey) => boolean): string[] {
    const keys = [...this.#keys].filter((key) => !stands(readKey(key)));
    this.#keys.clear();
    return keys;
  }
}
