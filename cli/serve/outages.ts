import type { Clock } from "../../lib/model/mod.ts";

/** The same outage is said again after this time, in milliseconds. */
const AGAIN_MS = 60_000;
/** Outages that are remembered, at most. */
const MOST = 100;

/** Logs why the queue refuses requests: each reason once a minute, however many requests meet it. */
export function outages(clock: Pick<Clock, "nowMs">, say: (words: string) => void): (words: string) => void {
  const saidMs = new Map<string, number>();
  return (words) => {
    const nowMs = clock.nowMs();
    if (nowMs - (saidMs.get(words) ?? -Infinity) < AGAIN_MS) return;
    if (saidMs.size >= MOST) saidMs.clear();
    saidMs.set(words, nowMs);
    say(words);
  };
}
