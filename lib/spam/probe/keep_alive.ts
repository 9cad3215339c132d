import type { ColdStartFinding } from "./cold_start.ts";
import type { Lab } from "./lab.ts";
import type { LimitFinding } from "./limit.ts";

/** The time for which idle containers are kept: it lies between two idle times that were tried. */
export interface KeepAliveFinding {
  /** The idle time, in milliseconds, after which a container was still there. */
  readonly warmMs: number;
  /** The idle time, in milliseconds, after which a container was gone; Infinity: all were there. */
  readonly coldMs: number;
}

/** Each idle time that is tried is the one before multiplied by this. */
const GRID = 1.06;
/** The shortest idle time that is tried, in milliseconds, or one cold start if that is longer. */
const SHORTEST_MS = 1000;
/** The least time between two containers that are made, in milliseconds. */
const APART_MS = 100;
/** The number of halvings between the last warm and the first cold idle time, if there is one function only. */
const HALVINGS = 3;

/**
 * Looks for the keep-alive time. Where there are many functions, a container of each is made now, and looked for after
 * an idle time of its own, so that all are tried in the time of the longest; with one function, one idle time after the other.
 *
 * @param longestMs the longest idle time that is tried
 */
export async function findKeepAlive(
  lab: Lab,
  { medianMs, p99Ms }: ColdStartFinding,
  { atFirst }: LimitFinding,
  longestMs: number,
): Promise<KeepAliveFinding> {
  const shortestMs = Math.max(SHORTEST_MS, 2 * medianMs);
  if (!lab.hasFunctions) return await oneAfterTheOther(lab, shortestMs, longestMs);
  const idleTimes: number[] = [];
  for (let idleMs = shortestMs; idleMs < longestMs * GRID; idleMs *= GRID) idleTimes.push(idleMs);
  const apartMs = Math.max(APART_MS, 4 * p99Ms / Math.min(atFirst, 1e6));
  // The longest first, so that short ones do not wait for the making of the others.
  const startMs = lab.nowMs;
  const made = await lab.run(
    idleTimes.map((_, i) => ({
      atMs: (idleTimes.length - 1 - i) * apartMs,
      runMs: 0,
      function: `probe-idle-${i}`,
    })),
  );
  const due = made.filter(({ end }) => end === "ok").map((call) => {
    const idleMs = idleTimes[Number(call.function.split("-").at(-1))]!;
    const idleAtMs = startMs + call.endedAtMs;
    return { function: call.function, idleAtMs, atMs: idleAtMs + idleMs };
  }).toSorted((a, b) => a.atMs - b.atMs);
  const tried: [idleMs: number, isCold: boolean][] = [];
  for (const { function: name, idleAtMs, atMs } of due) {
    await lab.rest(atMs - lab.nowMs);
    const idleMs = lab.nowMs - idleAtMs;
    const [call] = await lab.run([{ atMs: 0, runMs: 0, function: name }]);
    if (call!.end === "ok") tried.push([idleMs, call!.isCold]);
    if (tried.length > 1 && tried.slice(-2).every(([, isCold]) => isCold)) break;
  }
  return between(tried);
}

/** Twice the time until a container is gone, and then halves of what is between. */
async function oneAfterTheOther(lab: Lab, shortestMs: number, longestMs: number): Promise<KeepAliveFinding> {
  const tried: [idleMs: number, isCold: boolean][] = [];
  const attempt = async (idleMs: number) => {
    await lab.rest(idleMs);
    const [call] = await lab.run([{ atMs: 0, runMs: 0, function: "probe" }]);
    tried.push([idleMs, call!.isCold]);
    return call!.isCold;
  };
  for (let idleMs = shortestMs; idleMs <= longestMs; idleMs *= 2) if (await attempt(idleMs)) break;
  for (let i = 0; i < HALVINGS && between(tried).coldMs < Infinity; i++) {
    const { warmMs, coldMs } = between(tried);
    await attempt((warmMs + coldMs) / 2);
  }
  return between(tried);
}

function between(tried: readonly (readonly [idleMs: number, isCold: boolean])[]): KeepAliveFinding {
  const coldMs = Math.min(...tried.filter(([, isCold]) => isCold).map(([idleMs]) => idleMs));
  const warm = tried.filter(([idleMs, isCold]) => !isCold && idleMs < coldMs).map(([idleMs]) => idleMs);
  return { warmMs: Math.max(0, ...warm), coldMs };
}
