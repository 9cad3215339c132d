import { SetMap } from "../../../model/mod.ts";
import type { Entry } from "./entry.ts";

/** The instances of a partition by id, each with its caller and with what it has called, whichever of them came first. */
export class EntryTree {
  readonly #byId = new Map<string, Entry>();
  /** Called instances whose callers are not known yet, or not any more, by the ids of these. */
  readonly #orphans = new SetMap<string, Entry>();

  get byId(): ReadonlyMap<string, Entry> {
    return this.#byId;
  }

  /** Adds an instance under its caller, and under it what it has called. */
  add(entry: Entry): void {
    const { id, parent } = entry.instance;
    this.#byId.set(id, entry);
    if (parent !== undefined) this.#adopt(entry, this.#byId.get(parent.instance), parent.instance);
    for (const orphan of this.#orphans.get(id)) this.#adopt(orphan, entry, id);
    this.#orphans.deleteAll(id);
  }

  #adopt(entry: Entry, caller: Entry | undefined, callerId: string): void {
    entry.caller = caller;
    if (caller !== undefined) caller.called.add(entry);
    else this.#orphans.add(callerId, entry);
  }

  /** Drops an instance; what it has called stays, and is taken up again by whoever comes under its id. */
  drop(entry: Entry): void {
    const { id, parent } = entry.instance;
    this.#byId.delete(id);
    if (parent !== undefined) {
      entry.caller?.called.delete(entry);
      this.#orphans.delete(parent.instance, entry);
    }
    for (const called of entry.called) this.#adopt(called, undefined, id);
  }

  /** Whether an instance is known that one of this id has called, which is not known. */
  hasOrphansOf(callerId: string): boolean {
    return this.#orphans.has(callerId);
  }

  /** Called instances whose callers are not known. */
  orphans(): Entry[] {
    return [...this.#orphans.values()];
  }
}
