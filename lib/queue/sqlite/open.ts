import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { QueueError } from "../errors.ts";
import { Database } from "./database.ts";
import { asQueueError, sqliteCode } from "./errors.ts";
import { cannotOpen, inspectFile, makeFile, makeFolderOf, sizeOf } from "./file.ts";
import { APPLICATION_ID, MIGRATIONS, VERSION } from "./schema.ts";
import { FileGuard, type Part } from "./file_guard.ts";
import type { FileWait } from "./file_wait.ts";
import { ensureIdentity } from "./settings.ts";

/** An open queue, and what watches over its files. */
export interface OpenDatabase {
  readonly db: Database;
  readonly guard: FileGuard;
}

/**
 * Opens the file of a queue; unless it is only to be read, makes it, or brings it to this version, if need be.
 *
 * @param signal ends the wait for a file that is locked
 * @throws {QueueError} `cannot-open`, `not-a-queue`, `newer-version`, `read-only`, `busy`, `closed` or `failed`
 */
export async function openDatabase(
  path: string,
  fileWait: FileWait,
  readOnly: boolean,
  signal?: AbortSignal,
): Promise<OpenDatabase> {
  if (!readOnly) makeFolderOf(path);
  try {
    return await fileWait.untilFree(() => {
      if (signal?.aborted) throw new QueueError("closed", `Cannot go on: the queue ${path} is closed`);
      inspectFile(path, readOnly);
      if (!readOnly) makeFile(path);
      const db = readOnly ? openToRead(path) : openToWrite(path);
      return guarded(db, readOnly ? [""] : ["", "-wal", "-shm"]);
    });
  } catch (error) {
    throw asQueueError(error, "open the queue", path);
  }
}

/**
 * Puts a guard over the files of an open database, which is closed if that cannot be.
 *
 * @throws {QueueError} `cannot-open` if its file has gone since it was opened
 */
export function guarded(db: Database, parts: readonly Part[]): OpenDatabase {
  try {
    return { db, guard: new FileGuard(db, parts) };
  } catch (cause) {
    db.close();
    throw cannotOpen(db.path, "its file was removed or replaced while it was being opened", { cause });
  }
}

function openToWrite(path: string): Database {
  return opened(path, resolve(path), false, (db) => {
    // Made in the rollback mode, whose commit writes the file's header: so its kind can be told without SQLite.
    if (versionOf(db) < VERSION) migrate(db);
    // NORMAL syncs before and after checkpoints only; the commits are synced by Database.sync().
    db.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA checkpoint_fullfsync = ON");
    db.script("PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY");
    db.run("UPDATE counts SET instances = 0 WHERE false"); // a file that may not be written shows it only now
    ensureIdentity(db);
  });
}

function migrate(db: Database): void {
  db.beginToWrite();
  for (const step of MIGRATIONS.slice(versionOf(db))) db.script(step);
  db.script(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}`);
  db.run("COMMIT");
}

/**
 * A reader of a file in WAL mode needs the `-shm` file beside it, or the right to make it. Where that is refused and nothing is
 * in the log, the file is all there is, and nobody can be changing it.
 */
function openToRead(path: string): Database {
  const check = (db: Database) => {
    if (versionOf(db) < VERSION) throw olderVersion(path);
  };
  try {
    return opened(path, resolve(path), true, check);
  } catch (error) {
    const refused = [8, 14].includes(sqliteCode(error) ?? 0);
    if (!refused || sizeOf(`${path}-wal`) > 0) throw error;
    const url = new URL(`${pathToFileURL(resolve(path)).href}?immutable=1`);
    return opened(path, url, true, check);
  }
}

function opened(
  path: string,
  location: string | URL,
  readOnly: boolean,
  prepare: (db: Database) => void,
): Database {
  const db = new Database(location, path, readOnly);
  try {
    prepare(db);
    db.get("SELECT count(*) FROM counts"); // damage near the beginning shows here rather than later
    db.waitInReads();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function versionOf(db: Database): number {
  const version = db.get<{ user_version: number }>("PRAGMA user_version")!.user_version;
  if (version <= VERSION) return version;
  throw new QueueError(
    "newer-version",
    `Cannot open the queue ${db.path}: a newer Sequoia made it (version ${version}, this one knows ${VERSION}). ` +
      "Update this Sequoia, or choose another place with --queue sqlite:PATH",
  );
}

function olderVersion(path: string): QueueError {
  return new QueueError(
    "read-only",
    `Cannot read the queue ${path}: an older Sequoia made it, and it is opened only to be read. ` +
      "Open it once for writing, which brings it up to date",
  );
}
