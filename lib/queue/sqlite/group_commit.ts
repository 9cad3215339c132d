import { setImmediate } from "node:timers";
import type { Clock } from "../../model/mod.ts";
import type { Database } from "./database.ts";
import { asQueueError } from "./errors.ts";
import { untilFree } from "./until_free.ts";

/** A transaction takes no further call when it has so many rows: others wait for it, and so does the event loop. */
const ROWS_PER_GROUP = 10_000;

interface Call {
  readonly rows: number;
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Writes in groups: what is asked for while the disk is busy with one group goes into the next one, a single transaction,
 * as waiting for the disk costs as much as many rows. Each call is answered when its group is durable. A call that throws
 * is undone alone.
 */
export class GroupCommit {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #action: string;
  #calls: Call[] = [];
  #flushing: Promise<void> | undefined;

  /** @param action what fails if it fails, completing "Cannot …" */
  constructor(db: Database, clock: Clock, action: string) {
    this.#db = db;
    this.#clock = clock;
    this.#action = action;
  }

  /**
   * @param operation runs within the transaction; it must leave nothing behind but what the transaction would undo
   * @param rows about how many rows it writes
   * @returns its answer, once that is durable
   */
  run<T>(operation: () => T, rows = 1): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#calls.push({ rows, run: operation, resolve: resolve as (value: unknown) => void, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Resolves when nothing is left to be written. */
  async idle(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#calls.length > 0) {
      await nextTurn();
      try {
        await untilFree(this.#clock, () => this.#db.beginToWrite());
      } catch (error) {
        rejectAll(this.#calls.splice(0), this.#meaning(error));
        continue;
      }
      await this.#write(this.#nextGroup());
    }
    this.#flushing = undefined;
  }

  #nextGroup(): Call[] {
    let rows = 0;
    let size = 0;
    while (size < this.#calls.length && rows < ROWS_PER_GROUP) rows += this.#calls[size++]!.rows;
    return this.#calls.splice(0, size);
  }

  async #write(group: readonly Call[]): Promise<void> {
    const answers: (() => void)[] = [];
    try {
      for (const call of group) answers.push(this.#runOne(call));
      this.#db.run("COMMIT");
      await this.#db.sync();
    } catch (error) {
      this.#rollback();
      rejectAll(group, this.#meaning(error));
      return;
    }
    for (const answer of answers) answer();
  }

  /** @returns how to answer the call once the group is committed */
  #runOne(call: Call): () => void {
    this.#db.run("SAVEPOINT one");
    try {
      const value = call.run();
      this.#db.run("RELEASE one");
      return () => call.resolve(value);
    } catch (error) {
      if (!this.#db.inTransaction) throw error; // SQLite has undone the whole group, for example for a full disk
      this.#db.run("ROLLBACK TO one");
      this.#db.run("RELEASE one");
      const meaning = this.#meaning(error);
      return () => call.reject(meaning);
    }
  }

  #rollback(): void {
    try {
      if (this.#db.inTransaction) this.#db.run("ROLLBACK");
    } catch {
      // the error that led here is the one to tell
    }
  }

  #meaning(error: unknown): unknown {
    return asQueueError(error, this.#action, this.#db.path);
  }
}

function rejectAll(calls: readonly Call[], error: unknown): void {
  for (const call of calls) call.reject(error);
}

/** Resolves when what is at hand in the event loop has been done. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
