import type { NodeCall } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";

/** A call that may begin. */
export interface AdmittedCall {
  readonly held: HeldInstance;
  readonly call: NodeCall;
  /** Ends its beginning. @param called what is held from now on, if anything is */
  begun(called?: HeldInstance): void;
}

/** Calls that begin at once: how much they take is known when they have begun. */
const MOST_BEGINNING = 64;

/**
 * Calls of other chains that wait for memory, the newest callers first; the calls of one caller keep their order.
 *
 * Where there is no memory, one line of calls goes on all the same: a call, one of what that calls, and so on down; the next
 * one begins when the last one of the line has ended. So there is never more than one of each level beside what there is
 * memory for, and nothing waits for ever.
 */
export class WaitingCalls {
  /** The calls of each caller, the next one last. */
  readonly #calls = new Map<HeldInstance, NodeCall[]>();
  /** The callers in the order in which they came; some may have no calls any more. */
  readonly #callers: HeldInstance[] = [];
  readonly #line: HeldInstance[] = [];
  #beginning = 0;
  #lineBegins = false;

  add(held: HeldInstance, calls: readonly NodeCall[]): void {
    if (calls.length === 0) return;
    const waiting = this.#calls.get(held) ?? [];
    this.#calls.set(held, [...[...calls].reverse(), ...waiting]);
    this.#callers.push(held);
  }

  /** Takes the call that comes next, if one may begin. @param isFull whether there is no memory */
  next(isFull: boolean): AdmittedCall | undefined {
    if (this.#calls.size === 0 || this.#beginning >= MOST_BEGINNING || (isFull && this.#lineBegins)) {
      return undefined;
    }
    const last = isFull ? this.#line.at(-1) : undefined;
    const held = last ?? this.#newest();
    const calls = held && this.#calls.get(held);
    if (held === undefined || calls === undefined) return undefined;
    const call = calls.pop()!;
    if (calls.length === 0) this.#calls.delete(held);
    this.#beginning++;
    this.#lineBegins ||= isFull;
    return { held, call, begun: (called) => this.#begun(isFull, called) };
  }

  #newest(): HeldInstance | undefined {
    while (this.#callers.length > 0 && !this.#calls.has(this.#callers.at(-1)!)) this.#callers.pop();
    return this.#callers.at(-1);
  }

  #begun(isOfLine: boolean, called: HeldInstance | undefined): void {
    this.#beginning--;
    if (!isOfLine) return;
    this.#lineBegins = false;
    if (called !== undefined) this.#line.push(called);
  }

  /** Notes that a called instance has ended. */
  ended(called: HeldInstance): void {
    const at = this.#line.indexOf(called);
    if (at >= 0) this.#line.splice(at, 1);
  }

  /** Takes all calls of an instance, which have not to wait any more. */
  of(held: HeldInstance): NodeCall[] {
    const calls = this.#calls.get(held) ?? [];
    this.#calls.delete(held);
    return calls.reverse();
  }
}
