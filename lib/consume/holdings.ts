import type { HeldInstance } from "./held_instance.ts";
import type { Memory } from "./memory.ts";
import { WindowShares } from "./window_shares.ts";

/**
 * The instances that a consumer holds, by id, with the memory and the places in the window that they take. The window and the
 * memory bound how many there are.
 */
export class Holdings {
  /** The shares of the window that the kinds of instances take. */
  readonly shares = new WindowShares();
  readonly #memory: Memory;
  readonly #held = new Map<string, HeldInstance>();
  #size = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Instances taken from the queue and not let go of; not those that they have called. */
  get size(): number {
    return this.#size;
  }

  get(id: string): HeldInstance | undefined {
    return this.#held.get(id);
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** Whether this very instance is held; another one of its id may be. */
  includes(held: HeldInstance): boolean {
    return this.#held.get(held.id) === held;
  }

  /** All that is held, what came first is first. */
  all(): Iterable<HeldInstance> {
    return this.#held.values();
  }

  /** Gives an instance that was taken from the queue its place in the window. */
  place(held: HeldInstance): void {
    this.#size++;
    held.place = this.shares.add(held.instance);
  }

  /** An instance is held from now on. */
  add(held: HeldInstance): void {
    this.#held.set(held.id, held);
    this.#memory.hold(1, held.weigh());
    held.caller?.held.hasCalled(held);
  }

  /** The texts of an instance have grown. */
  weigh(held: HeldInstance): void {
    this.#memory.hold(0, held.weigh());
  }

  /** An instance is held no more. */
  drop(held: HeldInstance): void {
    this.#held.delete(held.id);
    this.#memory.hold(-1, -held.weight);
  }

  /** An instance that was taken from the queue gives its place in the window up. */
  letGo(root: HeldInstance): void {
    this.#size--;
    root.place?.leaves();
    root.place = undefined;
  }
}
