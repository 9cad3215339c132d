import { TraceError } from "./error.ts";

/** A file, if it is there. */
export async function existing(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return (await Deno.stat(path)).isFile ? path : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The minutes of files that are read: all, or those of a selection that they have. @throws {TraceError} if they have none of them */
export function minutesOf(
  files: readonly string[],
  length: number,
  [from, to]: readonly [number, number] = [0, Infinity],
): readonly [from: number, to: number] {
  if (from < length) return [from, Math.min(to, length)];
  throw new TraceError(
    "bad-trace",
    `Cannot read the hours from ${from / 60} on of ${files.join(", ")}: they end after ${
      length / 60
    } hours. Write less`,
  );
}
