import type { Instance } from "../model/mod.ts";
import type { ChainKind } from "../queue/mod.ts";

/** What an instance is by itself. */
type Own = Required<ChainKind>;

/** A kind of which this consumer holds instances. */
interface HeldKind extends Own {
  /** Forgets it: nothing of it is held any more. */
  readonly forget: () => void;
  held: number;
  /** Those of which nothing is in flight. */
  waiting: number;
}

/** The place of one instance in the window. */
export class WindowPlace {
  readonly #kind: HeldKind;
  #inFlight = 0;

  constructor(kind: HeldKind) {
    this.#kind = kind;
    kind.held++;
    kind.waiting++;
  }

  /** An attempt of it, or of something that it has called, starts. */
  starts(): void {
    if (this.#inFlight++ === 0) this.#kind.waiting--;
  }

  /** An attempt of it has ended. */
  ends(): void {
    if (--this.#inFlight === 0) this.#kind.waiting++;
  }

  /** It is let go of. */
  leaves(): void {
    this.#kind.held--;
    if (this.#inFlight === 0) this.#kind.waiting--;
    if (this.#kind.held === 0) this.#kind.forget();
  }
}

/** Of what there is room for, the first half is open to every kind; of what is left then, one kind may have a quarter. */
const OPEN = 1 / 2;
export const SHARE = 1 / 4;

/**
 * Divides what a consumer takes from its queue, so that instances which may not start (paused, at a limit, unserved) do not
 * keep others out, whether they have begun or not: of the second half of the window each kind may fill a quarter of what is
 * left at its turn. So 30 kinds, each with more in the queue than the window has room for, leave room for others still.
 */
export class WindowShares {
  /** Bounded by the window: a kind is forgotten with the last of its instances. */
  readonly #kinds = new Map<Own["chain"], Map<string, HeldKind>>();

  /** Counts an instance that is held, as waiting until something of it starts. */
  add({ chain, labels }: Instance): WindowPlace {
    return new WindowPlace(this.#kindOf(chain, labels));
  }

  #kindOf(chain: Own["chain"], labels: Own["labels"]): HeldKind {
    let kinds = this.#kinds.get(chain);
    if (kinds === undefined) this.#kinds.set(chain, kinds = new Map());
    const text = textOf(labels);
    let kind = kinds.get(text);
    if (kind === undefined) {
      const forget = () => this.#forget(chain, text);
      kinds.set(text, kind = { chain, labels, forget, held: 0, waiting: 0 });
    }
    return kind;
  }

  #forget(chain: Own["chain"], text: string): void {
    const kinds = this.#kinds.get(chain)!;
    kinds.delete(text);
    if (kinds.size === 0) this.#kinds.delete(chain);
  }

  /**
   * The kinds of which nothing more is taken for now.
   *
   * @param held how many instances are held
   * @param room for how many more there is room
   */
  full(held: number, room: number): readonly Own[] {
    if (isOpen(held, room)) return [];
    return [...this.#kinds.values()].flatMap((kinds) =>
      [...kinds.values()].filter(({ waiting }) => waiting > room * SHARE)
    );
  }

  /** Whether nothing more is taken of one kind. */
  isFull({ chain, labels }: Own, held: number, room: number): boolean {
    if (isOpen(held, room)) return false;
    return (this.#kinds.get(chain)?.get(textOf(labels))?.waiting ?? 0) > room * SHARE;
  }
}

function isOpen(held: number, room: number): boolean {
  return room >= (held + room) * OPEN;
}

function textOf(labels: Own["labels"]): string {
  return Object.keys(labels).length === 0 ? "" : JSON.stringify(labels);
}
