import type { Chain, Instance } from "../model/mod.ts";
import type { ChainKind } from "../queue/mod.ts";

/** The held instances of one chain, or those of them with the same labels. */
interface Held {
  readonly chain: Chain;
  held: number;
  /** The number of those that have nothing in flight. */
  waiting: number;
}

interface HeldKind extends Held {
  readonly of: HeldChain;
  readonly labels: Instance["labels"];
  readonly text: string;
}

interface HeldChain extends Held {
  readonly in: WindowShares;
  readonly kinds: Map<string, HeldKind>;
}

/** An obstacle whose instances are passed over, for those of them that are held. */
interface PlaceJam {
  /** One of them goes on, or is held no more. */
  goesOn(place: WindowPlace): void;
}

/** The place of one instance in the window. */
export class WindowPlace {
  /** The obstacle that keeps it from going on, if others are passed over for that. */
  jam: PlaceJam | undefined;
  readonly #kind: HeldKind;
  #inFlight = 0;

  constructor(kind: HeldKind) {
    this.#kind = kind;
    this.#holds(1);
    this.#waits(1);
  }

  #holds(more: number): void {
    this.#kind.held += more;
    this.#kind.of.held += more;
  }

  #waits(more: number): void {
    const { of } = this.#kind;
    this.#kind.waiting += more;
    of.waiting += more;
    of.in.waiting += more;
  }

  /** Tells its kind from others. */
  get kind(): object {
    return this.#kind;
  }

  /** Whether nothing of it is in flight. */
  get isWaiting(): boolean {
    return this.#inFlight === 0;
  }

  /** An attempt of it, or of something that it has called, starts. */
  starts(): void {
    if (this.#inFlight++ > 0) return;
    this.#waits(-1);
    this.jam?.goesOn(this);
  }

  /** An attempt of it has ended. */
  ends(): void {
    if (--this.#inFlight === 0) this.#waits(1);
  }

  /** It is let go of. */
  leaves(): void {
    this.#holds(-1);
    if (this.#inFlight === 0) this.#waits(-1);
    this.jam?.goesOn(this);
    if (this.#kind.held === 0) this.#kind.of.in.forget(this.#kind);
  }
}

/** The first half of the room is open to every kind; of the rest that is left, one kind may have a quarter. */
const OPEN = 1 / 2;
export const SHARE = 1 / 4;
/** All instances of one chain together may have this many times what is left, whatever their labels. */
const CHAIN_SHARE = 3;
/** A kind or chain with less than this part of what is held is never full: so at most 256 of these are named at a time. */
const LEAST = 1 / 128;

/**
 * Divides what a consumer takes from its queue, so that none fills it: of the second half of the window each kind may fill a
 * quarter of what is left at its turn, and all kinds of one chain three times what is left. These are the dynamic thresholds by which
 * a switch shares its memory among queues (A. K. Choudhury, E. L. Hahne: Dynamic queue length thresholds for shared-memory packet
 * switches, IEEE/ACM Transactions on Networking 6(2), 1998).
 */
export class WindowShares {
  /** Bounded by the window: a kind is forgotten with the last of its instances. */
  readonly #chains = new Map<Chain, HeldChain>();
  /** The number of instances of all kinds that have nothing in flight. */
  waiting = 0;

  /** Counts an instance that is held, as waiting until something of it starts. */
  add({ chain, labels }: Instance): WindowPlace {
    return new WindowPlace(this.#kindOf(chain, labels));
  }

  #kindOf(chain: Chain, labels: Instance["labels"]): HeldKind {
    let of = this.#chains.get(chain);
    if (of === undefined) {
      this.#chains.set(chain, of = { chain, in: this, held: 0, waiting: 0, kinds: new Map() });
    }
    const text = textOf(labels);
    let kind = of.kinds.get(text);
    if (kind === undefined) of.kinds.set(text, kind = { chain, of, labels, text, held: 0, waiting: 0 });
    return kind;
  }

  /** Nothing of a kind is held any more. */
  forget({ of, text }: HeldKind): void {
    of.kinds.delete(text);
    if (of.kinds.size === 0) this.#chains.delete(of.chain);
  }

  /**
   * The kinds and chains that are full: nothing more of them is taken for now.
   *
   * @param held how many instances are held
   * @param room for how many more there is room
   */
  full(held: number, room: number): FullKinds {
    if (isOpen(held, room)) return NONE_FULL;
    const least = held * LEAST;
    const full: (HeldKind | HeldChain)[] = [];
    for (const chain of this.#chains.values()) {
      if (chain.waiting <= least) continue;
      if (isFull(chain, room)) full.push(chain);
      else {for (const kind of chain.kinds.values()) {
          if (kind.waiting > least && isFull(kind, room)) full.push(kind);
        }}
    }
    return {
      kinds: full.map(kindOf),
      areFull: (held, room) => full.every((each) => isStillFull(each, held, room)),
    };
  }

  /** Whether the kind or chain of an instance is full, so that nothing more of it is taken. */
  isFull({ chain, labels }: Pick<Instance, "chain" | "labels">, held: number, room: number): boolean {
    const isNamed = ({ kinds }: FullKinds) =>
      kinds.some((kind) =>
        kind.chain === chain && (kind.labels === undefined || textOf(kind.labels) === textOf(labels))
      );
    return isNamed(this.full(held, room));
  }
}

/** The full kinds and chains, and a test whether they still are. */
export interface FullKinds {
  readonly kinds: readonly ChainKind[];
  areFull(held: number, room: number): boolean;
}

const NONE_FULL: FullKinds = { kinds: [], areFull: () => true };

function isOpen(held: number, room: number): boolean {
  return room >= (held + room) * OPEN;
}

function isFull(each: HeldKind | HeldChain, room: number): boolean {
  return each.waiting > room * ("kinds" in each ? CHAIN_SHARE : SHARE);
}

function isStillFull(each: HeldKind | HeldChain, held: number, room: number): boolean {
  return !isOpen(held, room) && each.waiting > held * LEAST && isFull(each, room);
}

function kindOf(each: HeldKind | HeldChain): ChainKind {
  return "kinds" in each ? { chain: each.chain } : { chain: each.chain, labels: each.labels };
}

function textOf(labels: Instance["labels"]): string {
  return Object.keys(labels).length === 0 ? "" : JSON.stringify(labels);
}
