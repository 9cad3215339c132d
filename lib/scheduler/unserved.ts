import { type FunctionSpec, kindOf } from "../model/mod.ts";
import { type Starting, TimedLimit } from "./tree.ts";

/** Time between two calls of an unserved function that are let go, to see whether it is served by now, in milliseconds. */
const PROBE_MS = 500;
/** Such a call that is not back after this time, in milliseconds, is being answered: an unserved one is refused at once. */
const PATIENCE_MS = 2000;

/** A function that nobody serves at present. */
export interface UnservedFunction {
  /** Its name. */
  readonly function: string;
  /** Where it is not served, and what is to be started, in words. */
  readonly reason: string;
}

/** Tells functions apart that are served, or not, by themselves: one name may be of several kinds in different chains. */
export function holdKey(fn: FunctionSpec): string {
  return `${kindOf(fn)} ${fn.name}`;
}

/**
 * Holds the calls of a function back that nobody serves. Twice a second one call is let go. When one of those has been
 * answered, or is not refused for two seconds, the function is served again.
 */
export class Hold implements UnservedFunction {
  readonly function: string;
  reason: string;
  readonly #probes = new Set<Starting>();
  #opensAtMs: number;
  #probedAtMs: number | undefined;
  #isAnswering = false;

  constructor({ name }: FunctionSpec, reason: string, nowMs: number) {
    this.function = name;
    this.reason = reason;
    this.#opensAtMs = nowMs + PROBE_MS;
  }

  /** Whether one of its calls has been under way long enough to be served. */
  get isAnswering(): boolean {
    return this.#isAnswering;
  }

  /** When the next call is let go. */
  get opensAtMs(): number {
    return this.#isAnswering ? -Infinity : this.#opensAtMs;
  }

  /** A call is let go. */
  start(task: Starting, nowMs: number): void {
    if (this.#isAnswering) return;
    this.#probedAtMs ??= nowMs;
    this.#isAnswering = nowMs - this.#probedAtMs >= PATIENCE_MS;
    this.#probes.add(task);
    this.#opensAtMs = nowMs + PROBE_MS;
  }

  /** A call has found out that it is still served by nobody. */
  refused(task: Starting, reason: string, nowMs: number): void {
    this.reason = reason;
    this.#probes.delete(task);
    this.#probedAtMs = undefined;
    this.#isAnswering = false;
    this.#opensAtMs = Math.max(this.#opensAtMs, nowMs + PROBE_MS);
  }

  /** Whether a call is one of those that were let go. */
  hasSent(task: Starting): boolean {
    return this.#probes.has(task);
  }
}

/** Lets no more of a function's calls start than its hold lets go. */
export class HoldLimit extends TimedLimit {
  readonly #hold: Hold;

  constructor(name: string, hold: Hold, time: { readonly nowMs: number }) {
    super(name, time);
    this.#hold = hold;
  }

  override get opensAtMs(): number {
    return this.#hold.opensAtMs;
  }

  override start(task: Starting): void {
    this.#hold.start(task, this.time.nowMs);
  }
}
