/** Most requests of a connection that wait for their turn: each keeps its headers. */
const MOST_WAITING = 16;

/**
 * Answers the requests of a connection one after another. HTTP lets a caller send many before the first one is answered; were
 * they all begun at once, one connection could make any amount of work and answers pile up.
 */
export class Turns {
  readonly #lines = new WeakMap<object, { requests: number; last: Promise<void> }>();

  /**
   * Runs something when all before it on the same connection is over.
   *
   * @returns undefined if too much waits there already
   */
  take(connection: object, run: () => Promise<void>): Promise<void> | undefined {
    let line = this.#lines.get(connection);
    if (line === undefined) this.#lines.set(connection, line = { requests: 0, last: Promise.resolve() });
    if (line.requests > MOST_WAITING) return undefined;
    const own = line;
    own.requests++;
    return own.last = own.last.catch(() => {}).then(run).finally(() => own.requests--);
  }
}
