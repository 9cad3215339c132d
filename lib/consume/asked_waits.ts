import type { AskedWait } from "../scheduler/mod.ts";

/** A wait that was asked for is said if it is this long at least, in milliseconds. */
const SAID_FROM_MS = 10_000;

/** Says once of each time that a platform asks callers to wait for long. */
export class AskedWaitTeller {
  /** What was closed when that was asked last; as many as there are ways out. */
  #known = new Set<string>();

  /** Those that are new. @param now all at present */
  news(now: readonly AskedWait[]): readonly AskedWait[] {
    const before = this.#known;
    this.#known = new Set(now.map(keyOf));
    return now.filter((wait) => wait.askedMs >= SAID_FROM_MS && !before.has(keyOf(wait)));
  }
}

function keyOf({ platform, function: name }: AskedWait): string {
  return JSON.stringify([platform, name]);
}
