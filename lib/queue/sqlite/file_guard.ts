import { QueueError } from "../errors.ts";
import type { Database } from "./database.ts";

/** The part of a queue on disk: the file itself, SQLite's log of writes, and the log's index. */
export type Part = "" | "-wal" | "-shm";

/** The state of a part now, compared with when the queue was opened. */
type Fate = "same" | "gone" | "another";

/**
 * Notices that a queue's files were removed or replaced while it was open. SQLite goes on in the old files, which are gone
 * when the last process that has them open ends: whatever was acknowledged would be lost silently.
 */
export class FileGuard {
  readonly #db: Database;
  readonly #path: string;
  readonly #known: ReadonlyMap<Part, string>;
  #failure: QueueError | undefined;

  /** @param parts the parts that stay as long as this connection is open */
  constructor(db: Database, parts: readonly Part[]) {
    this.#db = db;
    this.#path = Deno.realPathSync(db.path); // SQLite's other files are beside what a link points to
    this.#known = new Map(parts.map((part) => [part, this.#identity(part) ?? "gone"]));
  }

  /** The fault that was found, if any. */
  get failure(): QueueError | undefined {
    return this.#failure;
  }

  /**
   * Looks at the files. If one is not what it was, saves what the log holds into the queue's file, if that is possible.
   *
   * @throws {QueueError} `replaced`
   */
  check(): void {
    this.#failure ??= this.#look();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #look(): QueueError | undefined {
    const fates = new Map([...this.#known.keys()].map((part) => [part, this.#fate(part)]));
    const changed = [...fates].filter(([, fate]) => fate !== "same").map(([part]) => part);
    const [first] = changed;
    if (first === undefined) return undefined;
    // Another log or index belongs to processes that do not see the locks of this one.
    const mayWrite = fates.get("-wal") !== "another" && fates.get("-shm") !== "another";
    const isSaved = this.#known.size > 1 && mayWrite && this.#save();
    return first === "" ? this.#fileReplaced() : this.#logReplaced(changed, isSaved);
  }

  /** Writes all that the log holds into the file. @returns whether that was possible */
  #save(): boolean {
    try {
      const sql = "PRAGMA wal_checkpoint(PASSIVE)";
      const { busy, log, checkpointed } = this.#db.get<Record<"busy" | "log" | "checkpointed", number>>(sql)!;
      return busy === 0 && log === checkpointed;
    } catch {
      return false; // that the files were replaced is the error to tell
    }
  }

  #fate(part: Part): Fate {
    const identity = this.#identity(part);
    if (identity === undefined) return "gone";
    return identity === this.#known.get(part) ? "same" : "another";
  }

  /** Device and number of a file; undefined if there is none, or it was emptied. */
  #identity(part: Part): string | undefined {
    try {
      // The file by its own name: the link may point elsewhere by now.
      const { dev, ino, size } = Deno.statSync(part === "" ? this.#db.path : `${this.#path}${part}`);
      return part === "" && size === 0 ? undefined : `${dev} ${ino}`;
    } catch {
      return undefined;
    }
  }

  #fileReplaced(): QueueError {
    return new QueueError(
      "replaced",
      `Cannot go on with the queue ${this.#db.path}: its file was removed or replaced while it was open. ` +
        "What was submitted and done is in the old file only: if that was moved, put it back, and start again",
    );
  }

  #logReplaced(changed: readonly Part[], isSaved: boolean): QueueError {
    const files = changed.map((part) => `${this.#db.path}${part}`).join(" and ");
    return new QueueError(
      "replaced",
      `Cannot go on with the queue ${this.#db.path}: ${files}, which belongs to it, was removed or replaced while it was ` +
        (isSaved
          ? "open. All that was submitted and done has been saved in the queue's file: start again"
          : "open. The latest submissions and results may be lost: see what is there with sequoia queue list"),
    );
  }
}
