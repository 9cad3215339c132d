import type { Instance } from "../model/mod.ts";
import type { Kind } from "../queue/mod.ts";

/** A kind of which this consumer holds instances that have not begun. */
interface HeldKind extends Kind {
  readonly text: string;
  waiting: number;
}

/** Of what there is room for, the first half is open to every kind; of what is left then, one kind may have a quarter. */
const OPEN = 1 / 2;
const SHARE = 1 / 4;

/**
 * Divides what a consumer takes from its queue, so that instances which may not start (paused, at a limit, unserved) do not
 * keep others out: of the second half of the window each kind may fill a quarter of what is left at its turn. So 30 kinds,
 * each with more in the queue than the window has room for, leave room for others still.
 */
export class WindowShares {
  /** Bounded by the window: a kind is forgotten with the last of its instances. */
  readonly #kinds = new Map<Kind["chain"], Map<string, HeldKind>>();

  /** Counts an instance that is held and has not begun. @returns to be called once, when it begins or is let go of */
  add({ chain, labels }: Instance): () => void {
    const kind = this.#kindOf(chain, labels);
    kind.waiting++;
    return () => {
      if (--kind.waiting === 0) this.#forget(kind);
    };
  }

  #kindOf(chain: Kind["chain"], labels: Kind["labels"]): HeldKind {
    let kinds = this.#kinds.get(chain);
    if (kinds === undefined) this.#kinds.set(chain, kinds = new Map());
    const text = textOf(labels);
    let kind = kinds.get(text);
    if (kind === undefined) kinds.set(text, kind = { chain, labels, text, waiting: 0 });
    return kind;
  }

  #forget({ chain, text }: HeldKind): void {
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
  full(held: number, room: number): readonly Kind[] {
    if (isOpen(held, room)) return [];
    return [...this.#kinds.values()].flatMap((kinds) =>
      [...kinds.values()].filter(({ waiting }) => waiting > room * SHARE)
    );
  }

  /** Whether nothing more is taken of one kind. */
  isFull({ chain, labels }: Kind, held: number, room: number): boolean {
    if (isOpen(held, room)) return false;
    return (this.#kinds.get(chain)?.get(textOf(labels))?.waiting ?? 0) > room * SHARE;
  }
}

function isOpen(held: number, room: number): boolean {
  return room >= (held + room) * OPEN;
}

function textOf(labels: Kind["labels"]): string {
  return Object.keys(labels).length === 0 ? "" : JSON.stringify(labels);
}
