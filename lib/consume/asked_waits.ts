import type { AskedWait } from "../scheduler/mod.ts";

/** A wait that a platform asks for is told if it is at least this long, in milliseconds. */
const REPORT_FROM_MS = 10_000;

/** Tells each long wait that a platform asks for, once. */
export class AskedWaitNotifier {
  /** The waits at the last call of `news`, by platform and function: at most one for each way out. */
  #known = new Set<string>();

  /** Returns the long waits that are new. @param now all waits at present */
  news(now: readonly AskedWait[]): readonly AskedWait[] {
    const before = this.#known;
    this.#known = new Set(now.map(keyOf));
    return now.filter((wait) => wait.askedMs >= REPORT_FROM_MS && !before.has(keyOf(wait)));
  }
}

function keyOf({ platform, function: name }: AskedWait): string {
  return JSON.stringify([platform, name]);
}
