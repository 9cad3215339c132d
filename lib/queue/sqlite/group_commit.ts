import { nextTurn } from "../next_turn.ts";
import type { Database } from "./database.ts";
import { asQueueError, isFull } from "./errors.ts";
import type { FileWait } from "./file_wait.ts";

/** A transaction with this many rows takes no further call: others wait for it, and so does the event loop. */
const ROWS_PER_GROUP = 10_000;

/** The parts that a group commit works with. */
export interface GroupCommitOptions {
  readonly db: Database;
  readonly fileWait: FileWait;
  /** Called when a group is durable, before its calls are answered; they fail with what it throws. */
  durable(): void;
}

/** Options for writing a call. */
export interface WriteOptions {
  /** About how many rows it writes. (Default: 1) */
  readonly rows?: number;
  /** Whether it waits for room when the disk is full, and is run again then. (Default: it fails) */
  readonly waits?: boolean;
}

interface Call {
  readonly rows: number;
  readonly waits: boolean;
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
  readonly #options: GroupCommitOptions;
  #calls: Call[] = [];
  #flushing: Promise<void> | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /**
   * @param operation runs within the transaction; it must leave nothing behind but what the transaction would undo
   * @returns its answer, once that is durable
   */
  run<T>(operation: () => T, { rows = 1, waits = false }: WriteOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#calls.push({ rows, waits, run: operation, resolve: resolve as (value: unknown) => void, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Resolves when nothing is left to be written. */
  async idle(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  async #flush(): Promise<void> {
    const { db, fileWait } = this.#options;
    while (this.#calls.length > 0) {
      await nextTurn();
      let group: readonly Call[] | undefined;
      try {
        await fileWait.untilFree(() => db.beginToWrite());
        group = this.#nextGroup();
        const answers = group.map((call) => this.#runOne(call));
        db.run("COMMIT");
        fileWait.written();
        await db.sync();
        this.#options.durable();
        for (const answer of answers) answer();
      } catch (error) {
        this.#rollback();
        await this.#refused(group ?? this.#calls.splice(0), error);
      }
    }
    this.#flushing = undefined;
  }

  #nextGroup(): Call[] {
    let rows = 0;
    let size = 0;
    while (size < this.#calls.length && rows < ROWS_PER_GROUP) rows += this.#calls[size++]!.rows;
    return this.#calls.splice(0, size);
  }

  /** @returns a function that answers the call once the group is committed */
  #runOne(call: Call): () => void {
    const { db } = this.#options;
    db.run("SAVEPOINT one");
    try {
      const value = call.run();
      db.run("RELEASE one");
      return () => call.resolve(value);
    } catch (error) {
      // SQLite has undone the whole group, or would do so with the next call.
      if (!db.inTransaction || isFull(error)) throw error;
      db.run("ROLLBACK TO one");
      db.run("RELEASE one");
      const meaning = this.#meaning(error);
      return () => call.reject(meaning);
    }
  }

  #rollback(): void {
    const { db } = this.#options;
    try {
      if (db.inTransaction) db.run("ROLLBACK");
    } catch {
      // the error that led here is the one to tell
    }
  }

  /** Rejects a group that could not be written; those that wait for room are the first of the next one. */
  async #refused(group: readonly Call[], error: unknown): Promise<void> {
    const isWaiting = isFull(error) && group.some(({ waits }) => waits) &&
      await this.#options.fileWait.forRoom();
    const meaning = this.#meaning(error);
    const refused = group.filter(({ waits }) => !(isWaiting && waits));
    for (const call of refused) call.reject(meaning);
    if (isWaiting) this.#calls.unshift(...group.filter(({ waits }) => waits));
  }

  #meaning(error: unknown): unknown {
    return asQueueError(error, "write to the queue", this.#options.db.path);
  }
}
