/** A call that is to be made. */
export interface PlannedCall {
  /** When, in milliseconds from the start of its plan. */
  readonly atMs: number;
  /** The time that its function is to run, in milliseconds, if that can be chosen. */
  readonly runMs: number;
  /** Which function, if there are several to choose from: each has containers of its own. */
  readonly function: string;
  /** Whether nobody waits for its end. */
  readonly isBackground?: boolean;
}

/** A call that was made. All times are in milliseconds from the start of its plan. */
export interface SeenCall extends PlannedCall {
  readonly sentAtMs: number;
  /** When its answer came: of a background call, when it was taken. */
  readonly endedAtMs: number;
  readonly end: "ok" | "refused" | "failed";
  /** Whether a container was made for it. */
  readonly isCold: boolean;
  /** Why it did not go well, if it did not. */
  readonly reason?: string;
}

/** Where experiments are made: a platform over HTTP, or a model of one in virtual time. */
export interface Lab {
  /** Whether functions run for as long as a plan says. */
  readonly setsTime: boolean;
  /** Whether there are as many functions as one likes. */
  readonly hasFunctions: boolean;
  /** Whether calls can be made for whose end nobody waits. */
  readonly hasBackground: boolean;
  /** Milliseconds since some instant. */
  readonly nowMs: number;
  /**
   * Makes the calls of a plan at their instants, whatever their outcome, and waits for all answers.
   *
   * @param toCome the calls that will follow in any case, so that without them there is no use in these (Default: 0)
   * @throws {OutOfCallsError} if that would be more calls than allowed
   */
  run(plan: readonly PlannedCall[], toCome?: number): Promise<SeenCall[]>;
  /** Lets time pass in which nothing is called. */
  rest(ms: number): Promise<void>;
}

/** An experiment needs more calls than are left. */
export class OutOfCallsError extends Error {
  override readonly name = "OutOfCallsError";
}

/** The facts of a platform that are measured before its limits are looked for. */
export interface Baseline {
  /** The time that a call takes beyond the run time of its function, in milliseconds. */
  readonly overheadMs: number;
  /** The time that calls are held, so that they overlap, in milliseconds: longer than a cold start. */
  readonly holdMs: number;
  /** Most calls that are made at once. */
  readonly most: number;
  /** The run time of functions that cannot be told one, in milliseconds. */
  readonly ownRunMs?: number;
}

/** Functions that run for less, in milliseconds, have ended before the last of many calls is sent: none runs beside it. */
const LEAST_OWN_RUN_MS = 250;

/** Whether calls run for long enough to tell which of them ran at once, and which waited. */
export function showsWaiting({ ownRunMs = Infinity }: Baseline): boolean {
  return ownRunMs >= LEAST_OWN_RUN_MS;
}

/** A plan of `count` calls of a function at one instant. */
export function together(count: number, call: PlannedCall): PlannedCall[] {
  return Array.from({ length: count }, () => call);
}

/** When the function of a call began to run. */
export function startOf({ endedAtMs, runMs }: SeenCall, overheadMs: number): number {
  return endedAtMs - runMs - overheadMs;
}

/** The calls that went well and were waited for. */
export function answered(calls: readonly SeenCall[]): SeenCall[] {
  return calls.filter(({ end, isBackground = false }) => end === "ok" && !isBackground);
}

/** The number of the calls that were refused. */
export function refusedOf(calls: readonly SeenCall[]): number {
  return calls.filter(({ end }) => end === "refused").length;
}

/**
 * This part of a call's run time, at either end of it, is not counted: over a network it is not known to a millisecond when a
 * function began, and one that took the place of another would seem to run beside it.
 */
const EDGE = 0.15;

/** The most calls that ran at once, between two instants, of calls that started together. */
export function mostAtOnce(
  calls: readonly SeenCall[],
  overheadMs: number,
  fromMs = -Infinity,
  toMs = Infinity,
): number {
  const edges = answered(calls).flatMap((call): [number, number][] => {
    const edgeMs = EDGE * call.runMs;
    const start = Math.max(fromMs, startOf(call, overheadMs) + edgeMs),
      end = Math.min(toMs, call.endedAtMs - edgeMs);
    return start < end ? [[start, 1], [end, -1]] : [];
  });
  edges.sort(([a, up], [b, other]) => a - b || up - other);
  let running = 0, most = 0;
  for (const [, step] of edges) most = Math.max(most, running += step);
  return most;
}

/** The mean number of calls that ran at once between two instants. */
export function meanAtOnce(
  calls: readonly SeenCall[],
  overheadMs: number,
  fromMs: number,
  toMs: number,
): number {
  const ms = answered(calls).reduce((sum, call) => {
    const start = Math.max(fromMs, startOf(call, overheadMs)), end = Math.min(toMs, call.endedAtMs);
    return sum + Math.max(0, end - start);
  }, 0);
  return ms / (toMs - fromMs);
}

/** The middle one of some values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b), half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}

/** The line through some points with the least squares (y = at0 + slope × x). */
export function lineThrough(
  points: readonly (readonly [x: number, y: number])[],
): { at0: number; slope: number } {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n,
    meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = under === 0 ? 0 : over / under;
  return { at0: meanY - slope * meanX, slope };
}
