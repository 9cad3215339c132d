import { QueueError, type QueueErrorCode } from "../errors.ts";

/** The meanings of SQLite's primary result codes for a queue (https://sqlite.org/rescode.html). */
const MEANINGS: Readonly<
  Record<number, { readonly code: QueueErrorCode; readonly state: string; readonly advice: string }>
> = {
  5: {
    code: "busy",
    state: "another process keeps it locked",
    advice: "See which process holds it open, end it, and try again",
  },
  8: {
    code: "read-only",
    state: "the file or its folder is read-only",
    advice: "Make both writable, or choose another place with --queue sqlite:PATH",
  },
  10: {
    code: "failed",
    state: "the disk cannot be read or written",
    advice: "Check the disk, and quotas and limits of its use",
  },
  11: {
    code: "not-a-queue",
    state: "the file is damaged",
    advice: "Restore it from a copy, or choose another place with --queue sqlite:PATH",
  },
  13: { code: "failed", state: "the disk is full", advice: "Free some space and try again" },
  14: {
    code: "cannot-open",
    state: "the file cannot be opened",
    advice: "Check that its folder exists and that you may read and write there",
  },
  26: {
    code: "not-a-queue",
    state: "the file is no SQLite database",
    advice: "Choose another place with --queue sqlite:PATH",
  },
};

/** LOCKED is BUSY within one process. */
const BUSY = 5, LOCKED = 6;
const IO_ERROR = 10, FULL = 13;
/** A write that the system refused, for a quota or a limit for example (https://sqlite.org/rescode.html#ioerr_write). */
const IO_ERROR_WRITE = 778;

/** The texts of the errors for which `node:sqlite` gives no number: those of opening and of scripts. */
const TEXTS: readonly (readonly [RegExp, number])[] = [
  [/unable to open/i, 14],
  [/not a database/i, 26],
  [/malformed/i, 11],
  [/locked/i, BUSY],
  [/readonly/i, 8],
  [/disk is full/i, FULL],
  [/disk I\/O/i, IO_ERROR],
];

/** The primary result code of an error of SQLite; undefined if it is another's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== "ERR_SQLITE_ERROR") {
    return undefined;
  }
  const { errcode } = error as { errcode?: unknown };
  const code = typeof errcode === "number"
    ? errcode & 0xff
    : TEXTS.find(([text]) => text.test(error.message))?.[1] ?? 1;
  return code === LOCKED ? BUSY : code;
}

/** Whether an error says that another connection has locked the database. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === BUSY;
}

/** Whether an error says that the disk takes no more: it is full, or a quota or limit is reached. */
export function isFull(error: unknown): boolean {
  return sqliteCode(error) === FULL || (error as { errcode?: unknown }).errcode === IO_ERROR_WRITE;
}

/**
 * Turns an error of SQLite into the queue's error for it; other errors stay as they are.
 *
 * @param action completes "Cannot …", for example "write to the queue"
 */
export function asQueueError(error: unknown, action: string, path: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const { message } = error as Error;
  const meaning = MEANINGS[code] ?? {
    code: "failed",
    state: `SQLite says "${message}"`,
    advice: "Please report this",
  };
  return new QueueError(meaning.code, `Cannot ${action} ${path}: ${meaning.state}. ${meaning.advice}`, {
    cause: error,
  });
}

/** The error for a queue that is closed. @param action what was to be done: "read", "push to" */
export function closedError(action: string, path: string): QueueError {
  return new QueueError(
    "closed",
    `Cannot ${action} the queue ${path}: it has been closed. Open it again first`,
  );
}

/** The error for a write to a queue that was opened only to be read. @param action as of {@linkcode closedError} */
export function readOnlyError(action: string, path: string): QueueError {
  return new QueueError(
    "read-only",
    `Cannot ${action} the queue ${path}: it was opened only to be read. Open it without readOnly`,
  );
}
