import type { NodeRecord } from "../../../model/mod.ts";
import { isAsLate, isSameRun, type Run } from "./records.ts";

/** The records of a run, by their places. */
interface Early {
  readonly of: Run;
  readonly records: Map<number, NodeRecord>;
}

/** Records of instances that are not known yet: of the latest run of each. */
export class EarlyRecords {
  readonly #byId = new Map<string, Early>();
  readonly #leave: (id: string, records: ReadonlyMap<number, NodeRecord>) => void;

  /** @param leave called with records that belong to nothing */
  constructor(leave: (id: string, records: ReadonlyMap<number, NodeRecord>) => void) {
    this.#leave = leave;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  get(id: string): Early | undefined {
    return this.#byId.get(id);
  }

  /** Takes in the record of a run at a place; one of an older run belongs to nothing. */
  set(id: string, of: Run, place: number, record: NodeRecord): void {
    let early = this.#byId.get(id);
    if (early !== undefined && !isSameRun(early.of, of)) {
      this.#leave(id, early.records);
      early = undefined;
    }
    if (early === undefined) this.#byId.set(id, early = { of, records: new Map() });
    early.records.set(place, record);
  }

  /** Nothing is recorded at a place any more. */
  delete(id: string, place: number): void {
    const early = this.#byId.get(id)?.records;
    if (early?.delete(place) && early.size === 0) this.#byId.delete(id);
  }

  /** Takes the records of a run that came before it, if any did; those of an older run belong to nothing. */
  take(id: string, of: Run): Map<number, NodeRecord> {
    const early = this.#byId.get(id);
    if (early === undefined || !isAsLate(of, early.of)) return new Map();
    this.#byId.delete(id);
    if (isSameRun(of, early.of)) return early.records;
    this.#leave(id, early.records);
    return new Map();
  }

  /** Leaves the records of instances that never came: they belong to nothing. */
  drop(): void {
    for (const [id, { records }] of this.#byId) this.#leave(id, records);
    this.#byId.clear();
  }
}
