import type { NodeCall } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";

/** The calls of one instance that wait. */
interface Caller {
  readonly held: HeldInstance;
  readonly calls: NodeCall[];
}

/**
 * Calls of other chains that wait for memory. The newest callers come first: what they call ends before what was called above
 * them goes on, so never more than one of each level has to be held. The calls of one caller keep their order.
 */
export class WaitingCalls {
  readonly #callers: Caller[] = [];

  get isEmpty(): boolean {
    return this.#callers.length === 0;
  }

  add(held: HeldInstance, calls: readonly NodeCall[]): void {
    if (calls.length > 0) this.#callers.push({ held, calls: [...calls].reverse() });
  }

  /** Takes the one that comes next. */
  next(): { readonly held: HeldInstance; readonly call: NodeCall } | undefined {
    const caller = this.#callers.at(-1);
    if (caller === undefined) return undefined;
    const call = caller.calls.pop()!;
    if (caller.calls.length === 0) this.#callers.pop();
    return { held: caller.held, call };
  }

  /** Takes all calls of an instance, which has not to wait any more. */
  of(held: HeldInstance): NodeCall[] {
    const taken: NodeCall[] = [];
    for (let i = this.#callers.length - 1; i >= 0; i--) {
      if (this.#callers[i]!.held === held) taken.push(...this.#callers.splice(i, 1)[0]!.calls.reverse());
    }
    return taken;
  }
}
