import type { Database } from "./database.ts";

/** The lease of one consumer, kept by beats: as long as they go on, what it holds is its own. All within transactions. */
export class Lease {
  readonly #db: Database;
  readonly #id: string = crypto.randomUUID();
  readonly #leaseMs: number;
  #key: number | undefined;

  constructor(db: Database, leaseMs: number) {
    this.#db = db;
    this.#leaseMs = leaseMs;
  }

  /** Under which key it holds what it takes; changes when a lease was lost. */
  get key(): number | undefined {
    return this.#key;
  }

  /** @returns whether the lease was still its own; if not, there is none now */
  beat(): boolean {
    if (this.#key === undefined) return false;
    if (this.#db.run("UPDATE consumers SET beat = beat + 1 WHERE key = ?", this.#key) > 0) return true;
    this.#key = undefined;
    return false;
  }

  /** Beats, and takes a new lease if there is none. */
  hold(): number {
    if (!this.beat()) {
      const sql = "INSERT INTO consumers (id, lease_ms) VALUES (?, ?) RETURNING key";
      this.#key = this.#db.get<{ key: number }>(sql, this.#id, this.#leaseMs)!.key;
    }
    return this.#key!;
  }

  /** @returns the key that it had */
  give(): number | undefined {
    const key = this.#key;
    if (key !== undefined) this.#db.run("DELETE FROM consumers WHERE key = ?", key);
    this.#key = undefined;
    return key;
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

/**
 * Watches the beats of the others. Only this process's clock is used, and only time in which it looked: the clocks of two
 * processes differ once the machine has slept or its time was set, and who has slept itself cannot tell who else has.
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
  look(own: number | undefined, nowMs: number): Silent[] {
    const passedMs = Math.min(nowMs - (this.#lookedAtMs ?? nowMs), this.#longestLookMs);
    this.#lookedAtMs = nowMs;
    const observed = new Map<number, Observed>();
    const silent: Silent[] = [];
    const sql = "SELECT key, beat, lease_ms FROM consumers WHERE key <> ?";
    for (
      const row of this.#db.all<{ key: number; beat: number; lease_ms: number }>(sql, own ?? 0)
    ) {
      const before = this.#observed.get(row.key);
      const silentMs = before?.beat === row.beat ? before.silentMs + passedMs : 0;
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
