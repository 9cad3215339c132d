import type { IncomingRecord } from "../client/kafkajs.ts";
import { FENCE, type Fence, valueOf } from "./records.ts";
import type { FencePlace } from "./records.ts";
import { Terms } from "./terms.ts";

/** Which records of a partition's topics count, and who has fenced it off. */
export class Fencing {
  readonly #running = new Terms("running");
  readonly #finished = new Terms("finished");
  #fence: { readonly term: number; readonly member: string | undefined } | undefined;
  /** Keys of the changelog whose last records do not count: a former owner wrote them behind a fence. */
  readonly #overwritten = new Set<string>();

  /** Reads the next record of `running`. @returns whether it counts */
  takesRunning(record: IncomingRecord): boolean {
    const key = String(record.key);
    const counts = this.#running.takes(record) && (key !== FENCE || this.#takesFence(record));
    if (!counts) this.#overwritten.add(key);
    else if (this.#overwritten.size > 0) this.#overwritten.delete(key);
    return counts;
  }

  /** Of two that fence the partition off in one term, the first one has it. @returns whether this one has */
  #takesFence(record: IncomingRecord): boolean {
    const { member, fences = [] } = valueOf<Fence>(record), term = this.#running.current;
    if (this.#fence?.term === term && this.#fence.member !== member) return false;
    this.#fence = { term, member };
    this.#finished.know(fences);
    return true;
  }

  /** Reads the next record of `finished`, after what stood in `running` at the time. @returns whether it counts */
  takesFinished(record: IncomingRecord): boolean {
    return this.#finished.takes(record);
  }

  /** The latest term in which somebody has written. */
  get term(): number {
    return Math.max(this.#running.current, this.#finished.current);
  }

  /** Whether a member has the partition, in this term. */
  isFencedBy(member: string, term: number): boolean {
    return this.#fence?.term === term && this.#fence.member === member && term === this.term;
  }

  /** Where fences stand in `finished`, in ascending order. */
  get fences(): readonly FencePlace[] {
    return this.#finished.fences;
  }

  /** The keys of the changelog that former owners have overwritten since this was called last. */
  takeOverwritten(): Set<string> {
    const keys = new Set(this.#overwritten);
    this.#overwritten.clear();
    return keys;
  }
}
