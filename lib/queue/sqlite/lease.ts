import { parseJson } from "../../model/mod.ts";
import type { DatedRecord, RosterEntry } from "../roster.ts";
import { HeartbeatMonitor, type Look } from "../heartbeat_monitor.ts";
import type { Database } from "./database.ts";

/** The lease of one consumer, kept by beats: as long as they go on, what it holds is its own. */
export class Lease {
  readonly #db: Database;
  readonly #id: string = crypto.randomUUID();
  readonly #leaseMs: number;
  #key: number | undefined;
  #beatenMs: number | undefined;
  /** The consumer's record as JSON; each beat writes it. (Default: none) */
  record: string | null = null;

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
    const { record } = this;
    const beat = "UPDATE consumers SET beat = beat + 1, record = ? WHERE key = ? AND id = ?";
    if (this.#key === undefined || this.#db.run(beat, record, this.#key, this.#id) === 0) {
      const take = "INSERT INTO consumers (id, lease_ms, record) VALUES (?, ?, ?) RETURNING key";
      this.#key = this.#db.get<{ key: number }>(take, this.#id, this.#leaseMs, record)!.key;
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

/** The records of all consumers that have a lease, oldest first. */
export function readConsumers(db: Database): RosterEntry[] {
  const rows = db.all<{ id: string; beat: number; record: string | null }>(
    "SELECT id, beat, record FROM consumers ORDER BY key",
  );
  return rows.map(({ id, beat, record }) => ({
    id,
    beat,
    record: record === null ? undefined : parseJson(record)?.value as unknown as DatedRecord | undefined,
  }));
}

/** A consumer whose beats have stopped for as long as its lease. */
export interface Silent {
  readonly key: number;
  readonly beat: number;
}

/** Watches the leases of the others: which of them have not been kept up by beats. */
export class Watch {
  readonly #db: Database;
  readonly #heartbeats: HeartbeatMonitor;

  /** @param longestLookMs more than this between two looks does not count as silence of the others */
  constructor(db: Database, longestLookMs: number) {
    this.#db = db;
    this.#heartbeats = new HeartbeatMonitor(longestLookMs);
  }

  /**
   * @param own the key of the consumer that looks, after a beat of its own
   * @param when `wasLocked`: another program had kept the file locked since the last look, and the others could not beat either
   */
  look(own: number | undefined, when: Look): Silent[] {
    const sql = "SELECT key, beat, lease_ms FROM consumers WHERE key <> ?";
    const rows = this.#db.all<{ key: number; beat: number; lease_ms: number }>(sql, own ?? 0);
    const observed = this.#heartbeats.look(rows.map(({ key, beat }) => [key, beat]), when);
    return rows.filter(({ key, lease_ms }) => observed.get(key)!.silentMs >= lease_ms);
  }
}

/** Ends the lease of a silent consumer, unless it has beaten since. Within a transaction. */
export function expel(db: Database, { key, beat }: Silent): boolean {
  return db.run("DELETE FROM consumers WHERE key = ? AND beat = ?", key, beat) > 0;
}
