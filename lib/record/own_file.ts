import { basename, dirname, join, resolve } from "node:path";

/** At most this many earlier logs of one path are kept: `run.1.json` is the latest of them, `run.5.json` the oldest. */
const EARLIER_KEPT = 5;
/** At most this many programs write logs of one path at the same time. */
const MOST_WRITERS = 1000;

/** At most this many symbolic links are followed, as on Linux. */
const MOST_LINKS = 40;
/** The names of what a process has open already, as `/dev/stdout`: a shell has opened it, perhaps to append to a file. */
const DESCRIPTOR = /^\/dev\/(?:stdout|stderr|fd\/\d+)$|^\/proc\/[^/]+\/(?:task\/\d+\/)?fd\/\d+$/;

/** A file that this process alone writes, or a path that is no regular file. */
export type OpenedLog =
  | {
    readonly kind: "file";
    readonly file: Deno.FsFile;
    /** The path that was asked for, or, while another program writes that one, the first free one of `run-2.json`, … */
    readonly path: string;
  }
  | {
    readonly kind: "stream";
    /** Opens it; a pipe opens when it has a reader. */
    readonly open: () => Promise<Deno.FsFile>;
    readonly path: string;
  };

/**
 * Opens an empty file for writing, under a lock that is held until the file is closed. Nothing that is there is lost: a file
 * that another program writes is left alone, and an earlier one is kept as `run.1.json`. A symbolic link stays: the file that
 * it names is meant. A path that is no regular file (a pipe, `/dev/null`) is opened as it is, when the caller wants; a file
 * that the process has open (`/dev/stdout`) is appended to.
 *
 * @throws the system's error on the path
 */
export async function openOwnFile(path: string): Promise<OpenedLog> {
  const target = await targetOf(path), isOpen = isDescriptor(target);
  if (await isStream(target)) {
    return {
      kind: "stream",
      open: () => Deno.open(target, isOpen ? { append: true } : { write: true }),
      path,
    };
  }
  if (isOpen) return { kind: "file", file: await Deno.open(target, { append: true }), path };
  for (let writer = 1; writer <= MOST_WRITERS; writer++) {
    const free = writer === 1 ? target : inserted(target, `-${writer}`);
    const file = await take(free);
    if (file !== undefined) return { kind: "file", file, path: writer === 1 ? path : free };
  }
  throw new Error(`${MOST_WRITERS} programs write such logs already`);
}

/** Whether there is something that is neither a file nor a folder. */
async function isStream(path: string): Promise<boolean> {
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    return !isFile && !isDirectory;
  } catch {
    return false; // the error of opening it names the fault
  }
}

function isDescriptor(path: string): boolean {
  return DESCRIPTOR.test(resolve(path));
}

/** The end of a path by symbolic links, as far as these do not lead to a descriptor. */
async function targetOf(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MOST_LINKS && !isDescriptor(target) && await isLink(target); links++) {
    target = resolve(dirname(target), await Deno.readLink(target));
  }
  return target;
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** @returns undefined while another program writes the file */
async function take(path: string): Promise<Deno.FsFile | undefined> {
  for (;;) {
    const file = await Deno.open(path, { write: true, create: true });
    let isKept = false;
    try {
      const { size, ino } = await file.stat();
      if (!await isLocked(file)) return undefined;
      const isThere = await inodeOf(path) === ino; // else its last writer has moved it aside meanwhile
      if (isThere && size === 0) return (isKept = true, file);
      if (isThere) await moveAside(path);
    } finally {
      if (!isKept) file.close();
    }
  }
}

/** Locks a file, unless another program has locked it. Runtimes older than Deno 2.9, as a binary may have, lock nothing. */
async function isLocked(file: Partial<Pick<Deno.FsFile, "tryLock">>): Promise<boolean> {
  return await file.tryLock?.(true) ?? true;
}

async function inodeOf(path: string): Promise<number | null | undefined> {
  try {
    return (await Deno.stat(path)).ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Renames a log to `run.1.json`; the log of that name becomes `run.2.json`, and so on; the oldest gives way. */
async function moveAside(path: string): Promise<void> {
  let free = 1;
  while (free < EARLIER_KEPT && await inodeOf(earlier(path, free)) !== undefined) free++;
  for (let number = free; number > 1; number--) {
    await Deno.rename(earlier(path, number - 1), earlier(path, number));
  }
  await Deno.rename(path, earlier(path, 1));
}

function earlier(path: string, number: number): string {
  return inserted(path, `.${number}`);
}

/** Puts a text before the extension of a path: `logs/run.json.gz` and `-2` give `logs/run-2.json.gz`. */
function inserted(path: string, text: string): string {
  const name = basename(path), [extension = ""] = /(\.[^.]+)?(\.gz)?$/.exec(name) ?? [];
  const stem = extension === name ? name : name.slice(0, name.length - extension.length);
  return join(dirname(path), stem + text + name.slice(stem.length));
}
