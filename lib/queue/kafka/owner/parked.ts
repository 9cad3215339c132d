import type { Chain } from "../../../model/mod.ts";
import type { PassedKinds } from "../../waiting_lines.ts";
import type { MessageKind } from "../log/messages.ts";

/** Messages of one kind that are parked: all of the kind from an offset on. */
export interface ParkedKind extends MessageKind {
  /** All messages of the kind from here on are parked. */
  from: number;
  /** The offset behind the last one. */
  to: number;
  count: number;
}

/**
 * Messages of a partition that wait in their topic, as pulls pass over their kinds: they take no memory, and are read again
 * when they are wanted. Of a kind, the oldest ones are in memory and all behind an offset are parked, so an offset for each
 * kind tells them.
 */
export class Parked {
  readonly #maxKinds: number;
  readonly #kinds = new Map<Chain, Map<string, ParkedKind>>();
  #size = 0;
  #count = 0;
  #from: number | undefined;

  /** @param maxKinds of how many kinds messages are parked at most */
  constructor(maxKinds: number) {
    this.#maxKinds = maxKinds;
  }

  /** Number of parked messages, about: some may be no instances. */
  get count(): number {
    return this.#count;
  }

  /** Whether messages of no further kind can be parked. */
  get isFull(): boolean {
    return this.#size >= this.#maxKinds;
  }

  /** The offset of the first; Infinity if none is parked. */
  get from(): number {
    return this.#from ??= Math.min(...this.all().map(({ from }) => from));
  }

  /** The kinds, and where the messages of each stand. */
  all(): ParkedKind[] {
    return [...this.#kinds.values()].flatMap((kinds) => [...kinds.values()]);
  }

  #find({ chain, labels }: MessageKind): ParkedKind | undefined {
    return this.#kinds.get(chain)?.get(labels);
  }

  /** The parked messages of a kind, if the message of that kind at an offset is one of them. */
  at(of: MessageKind, offset: number): ParkedKind | undefined {
    const kind = this.#find(of);
    return kind !== undefined && offset >= kind.from && offset < kind.to ? kind : undefined;
  }

  /** Whether messages of a kind are parked that stand before an offset. */
  isAmong(of: MessageKind, offset: number): boolean {
    const kind = this.#find(of);
    return kind !== undefined && offset >= kind.from;
  }

  /** Parks a message of a kind, if others of it are, which stand before it. @returns whether they are */
  follows(of: MessageKind, offset: number): boolean {
    const kind = this.#find(of);
    if (kind === undefined || offset < kind.from) return false;
    this.#grow(kind, offset);
    return true;
  }

  #grow(kind: ParkedKind, offset: number): void {
    kind.count++;
    this.#count++;
    kind.from = Math.min(kind.from, offset);
    kind.to = Math.max(kind.to, offset + 1);
    if (this.#from !== undefined) this.#from = Math.min(this.#from, kind.from);
  }

  /** Parks a message of a kind. */
  park({ chain, labels }: MessageKind, offset: number): void {
    let kinds = this.#kinds.get(chain);
    if (kinds === undefined) this.#kinds.set(chain, kinds = new Map());
    let kind = kinds.get(labels);
    if (kind === undefined) {
      kinds.set(labels, kind = { chain, labels, from: offset, to: offset, count: 0 });
      this.#size++;
    }
    this.#grow(kind, offset);
  }

  /** The first message of a kind is in memory again. */
  took(kind: ParkedKind, offset: number): void {
    kind.count--;
    this.#count--;
    this.#goOn(kind, offset + 1);
  }

  /** Those parked kinds that are not passed over. */
  wanted(passed: PassedKinds): ParkedKind[] {
    return this.all().filter(({ chain, labels }) =>
      !passed.hasAllOf(chain) && !passed.hasSomeOf(chain, labels)
    );
  }

  /** Messages of some kinds have been read up to an offset. */
  readTo(kinds: readonly ParkedKind[], offset: number): void {
    for (const kind of kinds) this.#goOn(kind, offset);
  }

  #goOn(kind: ParkedKind, from: number): void {
    if (from <= kind.from) return;
    kind.from = from;
    this.#from = undefined;
    if (from >= kind.to) this.#forget(kind);
  }

  #forget(kind: ParkedKind): void {
    const { chain, labels, count } = kind, kinds = this.#kinds.get(chain);
    if (kinds?.get(labels) !== kind) return;
    kinds.delete(labels);
    if (kinds.size === 0) this.#kinds.delete(chain);
    this.#size--;
    this.#count -= count;
  }
}
