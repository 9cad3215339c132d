import { statfsSync } from "node:fs";

/** Where Linux keeps files in memory. */
const IN_MEMORY = "/dev/shm";
/** Room that is enough for the files of all tests that run at once, in bytes. */
const ENOUGH = 4 * 1024 ** 3;

/**
 * A folder whose files are in memory: queues of tests write to no disk there, and wait for none.
 *
 * @returns undefined if this machine has none, or too little room in it
 */
export function memoryFolder(folder = IN_MEMORY, enough = ENOUGH): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= enough ? folder : undefined;
  } catch {
    return undefined; // there is no such folder
  }
}
