/** A limit of the size of files stands for a disk that is full: it can be taken back, and no other process notices. */
import type { Running } from "./sequoia.ts";

/** Shell commands that limit the size of files, in bytes; without the trap, the signal for that would end the process. */
export function fileLimit(bytes: number): string {
  return `trap '' XFSZ; ulimit -S -f ${Math.ceil(bytes / 512)}`;
}

/** Takes the limit of a process back. */
export async function liftFileLimit({ pid }: Pick<Running, "pid">): Promise<void> {
  await new Deno.Command("prlimit", { args: ["--pid", String(pid), "--fsize=unlimited"] }).output();
}
