import { SetMap } from "../../../model/mod.ts";
import type { End } from "./records.ts";

/** The bounds of what is known. */
export interface KnownEndsOptions {
  /** Time for which ends are known, in milliseconds. */
  readonly keepMs: number;
  /** Most ends that are known: beyond that, the oldest are forgotten before their time. */
  readonly maxEnds: number;
}

/** An end that is known: where in `finished` its last record stands, and of how many it is made. */
export interface KnownEnd extends End {
  readonly offset: number;
  readonly parts: number;
}

/** The ends of a partition that are known, in the order in which they came; those of called instances with their callers'. */
export class KnownEnds {
  readonly #keepMs: number;
  readonly #ends = new Map<string, KnownEnd>();
  /** The ids of the instances that each ended one had called. */
  readonly #calledBy = new SetMap<string, string>();

  /** @param keepMs time for which they are known, in milliseconds */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  get size(): number {
    return this.#ends.size;
  }

  get(id: string): KnownEnd | undefined {
    return this.#ends.get(id);
  }

  has(id: string): boolean {
    return this.#ends.has(id);
  }

  keys(): Iterable<string> {
    return this.#ends.keys();
  }

  values(): Iterable<KnownEnd> {
    return this.#ends.values();
  }

  [Symbol.iterator](): Iterator<[string, KnownEnd]> {
    return this.#ends[Symbol.iterator]();
  }

  /** The end of an instance, if its time is not over. */
  at(id: string, nowMs: number): KnownEnd | undefined {
    const end = this.#ends.get(id);
    return end === undefined || end.endedAtMs < nowMs - this.#keepMs ? undefined : end;
  }

  /** Takes an end in. */
  set(id: string, end: KnownEnd): void {
    this.#ends.set(id, end);
    if (end.parent !== undefined) this.#calledBy.add(end.parent, id);
  }

  /** Forgets an end. */
  forget(id: string): void {
    const end = this.#ends.get(id);
    if (end === undefined) return;
    this.#ends.delete(id);
    this.#calledBy.deleteAll(id);
    if (end.parent !== undefined) this.#calledBy.delete(end.parent, id);
  }

  /** Forgets the oldest, with those that it had called. */
  forgetOldest(): void {
    const [oldest] = this.#ends.keys();
    if (oldest !== undefined) { for (const id of [...this.tree(oldest)]) this.forget(id); }
  }

  /** Forgets those whose time is over. */
  expire(nowMs: number): void {
    for (const [id, { endedAtMs }] of this.#ends) {
      if (endedAtMs >= nowMs - this.#keepMs) return;
      this.forget(id);
    }
  }

  /** An ended instance and all that it had called, callers first. */
  *tree(id: string): Generator<string> {
    yield id;
    for (const called of this.#calledBy.get(id)) yield* this.tree(called);
  }

  /** The ended instance from which an ended one comes: itself, or the first that called. */
  root(id: string): string {
    for (let root = id;;) {
      const { parent } = this.#ends.get(root) ?? {};
      if (parent === undefined || !this.#ends.has(parent)) return root;
      root = parent;
    }
  }
}
