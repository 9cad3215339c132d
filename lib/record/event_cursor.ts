import type { RunEvent } from "./events.ts";

/** A place in events that come in batches: the events of a batch are handed out one by one without any wait. */
export class EventCursor {
  readonly #batches: AsyncIterator<readonly RunEvent[]>;
  #batch: readonly RunEvent[] = [];
  #at = 0;
  #isOver = false;

  constructor(batches: AsyncIterator<readonly RunEvent[]>) {
    this.#batches = batches;
  }

  /** The next event; undefined: {@linkcode more} may get some. */
  get head(): RunEvent | undefined {
    return this.#batch[this.#at];
  }

  /** Waits for the next event, if none is there. @returns whether there is one */
  async more(): Promise<boolean> {
    while (this.head === undefined && !this.#isOver) {
      const { done, value } = await this.#batches.next();
      this.#at = 0;
      this.#batch = done ? [] : value;
      this.#isOver = done === true;
    }
    return this.head !== undefined;
  }

  /** Goes on behind the next event. */
  pass(): void {
    this.#at++;
  }

  /** Lets go of the events that are left. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#batch = [];
    await this.#batches.return?.();
  }
}

/** The bounds of an iteration over the events of a cursor. */
export interface Iteration {
  /** Whether the iteration ends before an event. */
  readonly isEnd: (event: RunEvent) => boolean;
  /** Called once, when the iteration has ended, also where its reader has left it. */
  readonly ended: () => Promise<void>;
}

/** Iterates the events of a cursor. */
export function iterate(cursor: EventCursor, { isEnd, ended }: Iteration): AsyncIterableIterator<RunEvent> {
  let isOver = false;
  const OVER = { done: true, value: undefined } as const;
  const over = async (): Promise<IteratorResult<RunEvent>> => {
    if (!isOver) {
      isOver = true;
      await ended();
    }
    return OVER;
  };
  const wait = async (): Promise<IteratorResult<RunEvent>> => {
    try {
      return await cursor.more() ? await iterator.next() : await over();
    } catch (error) {
      await over();
      throw error;
    }
  };
  const iterator: AsyncIterableIterator<RunEvent> = {
    next() {
      const { head } = cursor;
      if (isOver) return over();
      if (head === undefined) return wait();
      if (isEnd(head)) return over();
      cursor.pass();
      return Promise.resolve({ done: false, value: head });
    },
    return: over,
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
