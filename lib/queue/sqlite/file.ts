import { dirname } from "node:path";
import { QueueError } from "../errors.ts";
import { APPLICATION_ID } from "./schema.ts";

/** The beginning of every SQLite file, and the place of the application's number (https://sqlite.org/fileformat.html). */
const MAGIC = "SQLite format 3\0";
const APPLICATION_ID_AT = 68;
const HEADER_BYTES = 100;

/**
 * Makes the folder in which a queue is to be.
 *
 * @throws {QueueError} `cannot-open`
 */
export function makeFolderOf(path: string): void {
  const folder = dirname(path);
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists && !Deno.statSync(folder).isDirectory) {
      throw cannotOpen(path, `${folder} is a file, not a folder`, { cause });
    }
    throw cannotOpen(path, `the folder ${folder} cannot be made: ${(cause as Error).message}`, { cause });
  }
}

/** The rights of a new queue's file: arguments and outputs are nobody else's to read. SQLite gives its other files the same. */
const OWNER_ONLY = 0o600;

/**
 * Makes an empty file for a queue, unless there is one.
 *
 * @throws {QueueError} `cannot-open`
 */
export function makeFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: OWNER_ONLY }).close();
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) return;
    throw cannotOpen(path, (cause as Error).message, { cause });
  }
}

/**
 * Refuses what is no queue, by the file alone: nothing of it is touched.
 *
 * @throws {QueueError} `cannot-open` or `not-a-queue`
 */
export function inspectFile(path: string, readOnly: boolean): void {
  const info = stat(path);
  if (!info) {
    if (!readOnly) return;
    throw new QueueError(
      "cannot-open",
      `Cannot open the queue ${path}: there is none. Submit something first with sequoia produce, or check the path`,
    );
  }
  if (info.isDirectory) throw cannotOpen(path, "it is a folder");
  if (info.size === 0 && !readOnly) return;
  if (sizeOf(`${path}-journal`) > 0) return; // the process that was making it has died; SQLite undoes it
  const header = readHeader(path);
  if (header.length < HEADER_BYTES || text(header.subarray(0, MAGIC.length)) !== MAGIC) {
    throw notAQueue(path, "the file is no SQLite database");
  }
  if (new DataView(header.buffer).getUint32(APPLICATION_ID_AT) !== APPLICATION_ID) {
    throw notAQueue(path, "it is the SQLite database of something else");
  }
}

/** The size of a file in bytes, 0 if there is none. */
export function sizeOf(path: string): number {
  return stat(path)?.size ?? 0;
}

function stat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cannotOpen(path, (cause as Error).message, { cause });
  }
}

function readHeader(path: string): Uint8Array<ArrayBuffer> {
  try {
    using file = Deno.openSync(path);
    const header = new Uint8Array(HEADER_BYTES);
    return header.slice(0, file.readSync(header) ?? 0);
  } catch (cause) {
    throw cannotOpen(path, (cause as Error).message, { cause });
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** The error of a queue that cannot be opened where it is. */
export function cannotOpen(path: string, state: string, options?: ErrorOptions): QueueError {
  return new QueueError(
    "cannot-open",
    `Cannot open the queue ${path}: ${state}. Choose another place with --queue sqlite:PATH`,
    options,
  );
}

function notAQueue(path: string, state: string): QueueError {
  return new QueueError(
    "not-a-queue",
    `Cannot open the queue ${path}: ${state}. It was left as it is; choose another place with --queue sqlite:PATH`,
  );
}
