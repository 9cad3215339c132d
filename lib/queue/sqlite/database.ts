import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { QueueError } from "../errors.ts";

/** Reads as a row of the columns a statement names. */
export type Row = Readonly<Record<string, SQLInputValue>>;

/** A connection that prepares each statement once. Errors are SQLite's own; see `errors.ts` for what they mean. */
export class Database {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #log: Deno.FsFile | undefined;

  /**
   * @param location a path, or a file: URL with parameters of SQLite
   * @param path its name in messages
   */
  constructor(location: string | URL, path: string, readOnly: boolean) {
    this.path = path;
    this.#db = new DatabaseSync(location, { readOnly, timeout: 0 });
  }

  /**
   * Begins a transaction that writes.
   *
   * @throws at once if another connection is in one: to wait for it here would stop the event loop
   */
  beginToWrite(): void {
    this.run("PRAGMA busy_timeout = 0");
    try {
      this.run("BEGIN IMMEDIATE");
    } finally {
      this.waitInReads();
    }
  }

  /**
   * From now on reads wait for a moment when the file is locked: that is only while another process repairs what a killed one
   * left half done.
   */
  waitInReads(): void {
    this.run("PRAGMA busy_timeout = 1000");
  }

  /** @returns the number of rows that it changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  get<T = Row>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#statement(sql).get(...values) as T | undefined;
  }

  all<T = Row>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }

  /** Runs several statements that are needed once. */
  script(sql: string): void {
    this.#db.exec(sql);
  }

  /** Runs `read` on one unchanging state of the database. */
  snapshot<T>(read: () => T): T {
    this.run("BEGIN");
    try {
      return read();
    } finally {
      this.run("ROLLBACK"); // there is nothing to commit
    }
  }

  /** Changes whenever another connection has committed. */
  dataVersion(): number {
    return this.get<{ data_version: number }>("PRAGMA data_version")!.data_version;
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  /**
   * Resolves when all that was committed so far would survive a loss of power. This is what `synchronous = FULL` does within
   * each commit, an fsync of the write-ahead log (https://sqlite.org/pragma.html#pragma_synchronous), but the event loop
   * goes on meanwhile: calls to functions do not wait for the disk.
   *
   * @throws {QueueError} `failed`
   */
  async sync(): Promise<void> {
    try {
      this.#log ??= await Deno.open(`${Deno.realPathSync(this.path)}-wal`, { write: true });
      await this.#log.sync();
    } catch (cause) {
      throw new QueueError(
        "failed",
        `Cannot make the queue ${this.path} durable: ${
          (cause as Error).message
        }. Check the disk, and submit again`,
        { cause },
      );
    }
  }

  close(): void {
    this.#log?.close();
    this.#statements.clear();
    this.#db.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, statement = this.#db.prepare(sql));
    return statement;
  }
}
