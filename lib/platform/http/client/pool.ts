import type { Connection } from "./connection.ts";
import type { Carriers } from "./exchange.ts";

/** The interval at which idle connections are looked through, in milliseconds: no clock is asked for each call. */
export const SWEEP_MS = 1000;
/** A connection that is not used for this long is closed, in milliseconds, unless the server says less. */
const IDLE_MS = 30_000;
/** A connection is given up this long before its server would close it, in milliseconds. */
const EARLY_MS = 1000;

/** The connections of one route: those that are idle, the one that was used last first, and how others are opened. */
export class Pool implements Carriers {
  /** @param signal ends it */
  readonly open: (signal: AbortSignal) => Promise<Connection>;
  readonly #most: number;
  /** The one that was used last is at the end. */
  #idle: Connection[] = [];
  #isForgotten = false;

  /**
   * @param most idle connections that are kept
   * @param open opens a connection that comes back here by {@linkcode put}
   */
  constructor(most: number, open: (pool: Pool, signal: AbortSignal) => Promise<Connection>) {
    this.#most = most;
    this.open = (signal) => open(this, signal);
  }

  /** The number of idle connections. */
  get size(): number {
    this.#idle = this.#idle.filter(({ isClosed }) => !isClosed);
    return this.#idle.length;
  }

  take(): Connection | undefined {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (!last.isClosed) return last;
    }
    return undefined;
  }

  /** Keeps one, or closes it if there are enough. */
  put(connection: Connection): void {
    if (this.#isForgotten) return connection.close();
    const { keepsOpenMs = Infinity } = connection;
    const keptMs = Math.min(IDLE_MS, Math.max(keepsOpenMs - EARLY_MS, keepsOpenMs / 2));
    connection.sweepsLeft = Math.floor(keptMs / SWEEP_MS);
    if (this.#idle.length < this.#most || this.size < this.#most) this.#idle.push(connection);
    else connection.close();
  }

  /** Closes those that have not been used for too long. The owner calls it every {@linkcode SWEEP_MS}. */
  sweep(): void {
    for (const connection of this.#idle) if (--connection.sweepsLeft <= 0) connection.close();
    this.#idle = this.#idle.filter(({ isClosed }) => !isClosed);
  }

  /** Closes the one that has not been used for the longest time. @returns whether there was any */
  closeOldest(): boolean {
    for (let first = this.#idle.shift(); first !== undefined; first = this.#idle.shift()) {
      if (first.isClosed) continue;
      first.close();
      return true;
    }
    return false;
  }

  clear(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  /** Nobody sweeps it any more: it keeps no connection, also none that is in use now. */
  forget(): void {
    this.#isForgotten = true;
    this.clear();
  }
}
