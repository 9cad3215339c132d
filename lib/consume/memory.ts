import type { FunctionSpec } from "../model/mod.ts";
import { MAX_ANSWER_BYTES } from "../platform/mod.ts";

/** The default of the memory that a consumer uses for what it holds, in bytes. */
const DEFAULT_BYTES = 2 ** 30;
/**
 * The memory of an instance beside its texts, in bytes: it, its tasks, and its state in scheduler and queue. Measured: 1,040
 * bytes for one that waits, of a chain of one to seven nodes.
 */
const INSTANCE_BYTES = 2048;
/** A character takes one byte or two; and a text stands twice while it is sent, or has just come. */
const CHARACTER_BYTES = 2;
/** The expected answer of a function that has not answered yet, in characters: the longest that is taken by default. */
const UNKNOWN_ANSWER = MAX_ANSWER_BYTES;
/** Instances that may not go on take at most this part of what is pulled. */
export const STUCK_PART = 3 / 4;
/**
 * Parts of the memory: what is pulled takes `pulled` at most, and more is pulled when `least` of it is free, as small pulls cost
 * as much as large ones; chains are called up to `called`. What is held may grow by outputs up to `most`; beyond, the youngest
 * instances are given back to the queue, until `pulled` is left. The rest is for what is in flight.
 */
const PART = { pulled: 0.5, least: 0.06, called: 0.7, most: 0.9 };

/**
 * About how much memory what a consumer holds takes, and what is in flight. It is an estimate by the length of texts, which
 * is why its bound is a part of the memory that there is.
 */
export class Memory {
  readonly #limit: number;
  readonly #answers = new WeakMap<FunctionSpec, number>();
  #held = 0;
  #inFlight = 0;

  /** @param limit in bytes (Default: 1 GiB) */
  constructor(limit: number = DEFAULT_BYTES) {
    this.#limit = limit;
  }

  /** Notes that more is held, or less. */
  hold(instances: number, characters: number): void {
    this.#held += bytesOf(instances, characters);
  }

  /** Whether what is held and in flight takes all that there is. */
  get isFull(): boolean {
    return this.#held + this.#inFlight >= this.#limit;
  }

  /** Whether what is held leaves no room for more called instances. */
  get isFullForCalls(): boolean {
    return this.#held >= this.#limit * PART.called;
  }

  /** The number of held characters that have to go; 0 while what is held keeps to its bound. */
  get excess(): number {
    if (this.#held <= this.#limit * PART.most) return 0;
    return (this.#held - this.#limit * PART.pulled) / CHARACTER_BYTES;
  }

  /** The most memory of instances that may not go on, in bytes. */
  get stuckBytes(): number {
    return this.#limit * PART.pulled * STUCK_PART;
  }

  /** Whether anything may be pulled now. */
  get hasRoom(): boolean {
    return this.#limit * (PART.pulled - PART.least) >= this.#held;
  }

  /** The most that may be pulled now; undefined: too little to do so. */
  room(): { readonly instances: number; readonly characters: number } | undefined {
    if (!this.hasRoom) return undefined;
    const free = this.#limit * PART.pulled - this.#held;
    return { instances: Math.ceil(free / INSTANCE_BYTES), characters: free / CHARACTER_BYTES };
  }

  /**
   * Reserves what a call takes until it has ended: what is sent, and the answer that is to be expected of its function.
   *
   * @param sent in characters
   * @returns ends the call. Its parameter is how long the answer was, in characters, if there was one
   */
  reserve(spec: FunctionSpec, sent: number): (answer?: number) => void {
    const expected = this.#answers.get(spec) ?? UNKNOWN_ANSWER;
    const bytes = (sent + expected) * CHARACTER_BYTES;
    this.#inFlight += bytes;
    return (answer) => {
      this.#inFlight -= bytes;
      if (answer === undefined) return;
      const before = this.#answers.get(spec) ?? answer;
      this.#answers.set(spec, Math.max(answer, before * 0.9 + answer * 0.1));
    };
  }
}

/** About how much memory instances take. @param characters how long their texts are together */
export function bytesOf(instances: number, characters: number): number {
  return instances * INSTANCE_BYTES + characters * CHARACTER_BYTES;
}
