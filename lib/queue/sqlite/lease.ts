import type { Database } from "./database.ts";

/** The lease of one consumer, kept by beats: as long as they go on, what it holds is its own. */
export class Lease {
  readonly #db: Database;
  readonly #id: string = crypto.randomUUID();
  readonly #leaseMs: number;
  #key: number | undefined;
  #beatenMs: number | undefined;

  constructor(db: Database, leaseMs: number) {
    this.#db = db;
    this.#leaseMs = leaseMs;
  }

  /** Under which key it holds what it takes; changes when a lease was lost. */
  get key(): number | undefined {
    return this.#key;
  }

  /** Beats, and takes a new lease if there is none or it was lost. Within a transaction. @returns its key */
  hold(): number {
    // By its id too: the key of a transaction that was undone may be another's by now.
    const beat = "UPDATE consumers SET beat = beat + 1 WHERE key = ? AND id = ?";
    if (this.#key === undefined || this.#db.run(beat, this.#key, this.#id) === 0) {
      const take = "INSERT INTO consumers (id, lease_ms) VALUES (?, ?) RETURNING key";
      this.#key = this.#db.get<{ key: number }>(take, this.#id, this.#leaseMs)!.key;
    }
    return this.#key!;
  }

  /** Notes that a beat of an instant is durable. */
  beaten(atMs: number): void {
    this.#beatenMs = atMs;
  }

  /** Whether no other consumer can have ended it: it takes them a lease without a beat. */
  isSure(nowMs: number): boolean {
    return this.#beatenMs === undefined || nowMs - this.#beatenMs < this.#leaseMs;
  }

  /** Ends it. Within a transaction. @returns the key that it had */
  give(): number | undefined {
    const key = this.#key;
    this.#key = this.#beatenMs = undefined;
    if (key === undefined) return undefined;
    return this.#db.run("DELETE FROM consumers WHERE key = ? AND id = ?", key, this.#id) > 0
      ? key
      : undefined;
  }
}

/** A consumer whose beats have stopped for as long as its lease. */
export interface Silent {
  readonly key: number;
  readonly beat: number;
}

interface Observed {
  readonly beat: number;
  readonly silentMs: number;
}

/** When a consumer looked at the beats of the others, after a beat of its own. */
export interface Look {
  readonly nowMs: number;
  /** Whether another program had kept the file locked since the last look: then the others could not beat either. */
  readonly wasLocked: boolean;
}

/**
 * Watches the beats of the others. Only this process's clock is used, as those of two processes differ once the machine has
 * slept or its time was set, and only time in which this process could write itself: who was stopped, or waited for the file
 * to be unlocked, cannot tell who else did.
 */
export class Watch {
  readonly #db: Database;
  readonly #longestLookMs: number;
  #observed = new Map<number, Observed>();
  #lookedAtMs: number | undefined;

  /** @param longestLookMs more than this between two looks does not count as silence of the others */
  constructor(db: Database, longestLookMs: number) {
    this.#db = db;
    this.#longestLookMs = longestLookMs;
  }

  /** @param own the key of the consumer that looks */
  look(own: number | undefined, { nowMs, wasLocked }: Look): Silent[] {
    const passedMs = Math.min(nowMs - (this.#lookedAtMs ?? nowMs), this.#longestLookMs);
    const countedMs = wasLocked ? 0 : passedMs;
    this.#lookedAtMs = nowMs;
    const observed = new Map<number, Observed>();
    const silent: Silent[] = [];
    const sql = "SELECT key, beat, lease_ms FROM consumers WHERE key <> ?";
    for (
      const row of this.#db.all<{ key: number; beat: number; lease_ms: number }>(sql, own ?? 0)
    ) {
      const before = this.#observed.get(row.key);
      const silentMs = before?.beat === row.beat ? before.silentMs + countedMs : 0;
      observed.set(row.key, { beat: row.beat, silentMs });
      if (silentMs >= row.lease_ms) silent.push({ key: row.key, beat: row.beat });
    }
    this.#observed = observed;
    return silent;
  }
}

/** Ends the lease of a silent consumer, unless it has beaten since. Within a transaction. */
export function expel(db: Database, { key, beat }: Silent): boolean {
  return db.run("DELETE FROM consumers WHERE key = ? AND beat = ?", key, beat) > 0;
}
