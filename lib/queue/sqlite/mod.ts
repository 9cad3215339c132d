/** The queue in a SQLite file, shared by any number of processes of one machine. */
import type { Clock } from "../../model/mod.ts";
import type { QueueDriver } from "../queue.ts";
import { SqliteDriver } from "./driver.ts";
import { openDatabase } from "./open.ts";
import { FileWait } from "./file_wait.ts";

/** Options for opening a queue in a SQLite file. */
export interface SqliteQueueOptions {
  /** Where the file is; it and its folder are made if need be. */
  readonly path: string;
  readonly clock: Clock;
  /** Longest silence of this consumer before its instances go to others, in milliseconds. (Default: 5,000) */
  readonly leaseMs?: number;
  /** Time for which ended instances are kept, in milliseconds. (Default: 24 hours) */
  readonly keepMs?: number;
  /** Only to look at: everything that would write rejects with `read-only`. (Default: false) */
  readonly readOnly?: boolean;
  /** Longest time for which another program may keep the file locked before `busy`, in milliseconds. (Default: it never gives up) */
  readonly giveUpAfterMs?: number | undefined;
  /** Ends the opening, which rejects with `closed`. A queue that is open already ignores it. */
  readonly signal?: AbortSignal | undefined;
  /** Called once each with what an operator should see: that the file is locked or the disk full, and that this is over. */
  readonly onNote?: ((words: string, isWaiting?: boolean) => void) | undefined;
}

/** The lease of consumers, in milliseconds. */
export const DEFAULT_LEASE_MS = 5000;
/** Time for which ended instances are kept, in milliseconds. */
export const DEFAULT_KEEP_MS = 86_400_000;

/**
 * Opens a queue in a SQLite file.
 *
 * @throws {QueueError} `cannot-open`, `not-a-queue`, `newer-version`, `read-only`, `busy`, `closed` or `failed`
 */
export async function openSqliteQueue(options: SqliteQueueOptions): Promise<QueueDriver> {
  const { path, clock, leaseMs = DEFAULT_LEASE_MS, keepMs = DEFAULT_KEEP_MS, readOnly = false } = options;
  const { giveUpAfterMs, onNote } = options;
  const closing = new AbortController();
  const fileWait = new FileWait({ clock, path, giveUpAfterMs, onNote, closing: closing.signal });
  const opening = await openDatabase(path, fileWait, readOnly, options.signal);
  return new SqliteDriver({ ...opening, fileWait, closing, clock, leaseMs, keepMs, readOnly });
}
