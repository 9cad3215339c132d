import { STDIN } from "./lines.ts";
import { SequoiaError } from "../model/mod.ts";

/** The codes of errors about run logs; stable, for scripts and tests. */
export type RunLogErrorCode =
  /** There is no such file (reading) or no such folder (writing). */
  | "not-found"
  /** The path is a folder. */
  | "is-folder"
  /** The system does not allow it. */
  | "not-permitted"
  /** The disk, or the quota, is full. */
  | "disk-full"
  /** Any other failure of the system. */
  | "io"
  /** The file has no bytes. */
  | "empty"
  /** The file is something else. */
  | "not-a-run-log"
  /** The file ends within its first event, so nothing can be told from it. */
  | "cut-short"
  /** A newer Sequoia wrote it. */
  | "newer"
  /** Merging: it is of another load than the logs before it. */
  | "another-queue"
  /** Merging: another log is of the same run, and they differ. */
  | "another-copy"
  /** Merging: more logs than can be open at once. */
  | "too-many";

/** A run log that cannot be written or read. The message says which log, its state and what to do. */
export class RunLogError extends SequoiaError<RunLogErrorCode> {
  /** The name of the class. */
  override readonly name = "RunLogError";
  /** The path of the run log. */
  readonly path: string;

  /** Makes an error with its stable code. */
  constructor(
    doing: "read" | "write",
    path: string,
    code: RunLogErrorCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(
      code,
      `Cannot ${doing} the run log ${path === STDIN ? "of standard input" : path}: ${detail}`,
      options,
    );
    this.path = path;
  }
}

/** The RunLogError for an error of the file system. */
export function fileError(doing: "read" | "write", path: string, cause: unknown): RunLogError {
  const [code, detail] = describe(doing, cause);
  return new RunLogError(doing, path, code, detail, { cause });
}

function describe(doing: "read" | "write", cause: unknown): [RunLogErrorCode, string] {
  const system = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reading = doing === "read";
  if (cause instanceof Deno.errors.NotFound) {
    return reading
      ? ["not-found", "there is no such file. Check the path, or make one with consume --out"]
      : ["not-found", "its folder does not exist. Create the folder, or choose another path"];
  }
  if (cause instanceof Deno.errors.IsADirectory || system === "EISDIR") return ["is-folder", FOLDER];
  if (cause instanceof Deno.errors.NotADirectory) {
    return ["not-found", "a part of its path is a file, not a folder. Choose another path"];
  }
  if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
    return [
      "not-permitted",
      reading
        ? "reading it is not allowed. Check the file's owner and mode"
        : "writing there is not allowed. Check the folder's owner and mode, or choose another path",
    ];
  }
  if (system === "ENOSPC" || system === "EDQUOT") {
    return ["disk-full", "the disk is full. Free some space, or choose a path on another disk"];
  }
  const words = cause instanceof Error ? cause.message : String(cause);
  return ["io", `${words}. Check the disk, or choose another path`];
}

/** The sentence for a path that is a folder. */
export const FOLDER = "it is a folder. Give the path of a file, for example run.json";
