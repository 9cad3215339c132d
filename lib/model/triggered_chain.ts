import type { Calling } from "./called.ts";
import type { Chain } from "./chain.ts";
import { shapeOf } from "./chain_shape.ts";
import { IdealPath } from "./ideal_path.ts";

/**
 * One run of a chain without a scheduler: functions trigger their successors the moment they end, and a join counts who has.
 * A call that is lost (refused, failed, timed out) triggers nothing and drops the chain; its other branches go on. Nothing is
 * tried again or undone, conditions count as true, and a map calls all of its items at once.
 */
export class TriggeredChain {
  /** The chain that is run. */
  readonly chain: Chain;
  readonly #items: number;
  readonly #path: IdealPath;
  /** The number of predecessors that each node waits for. */
  readonly #waiting: number[];
  /** The number of items of each map that has begun that have not ended well. */
  readonly #itemsLeft = new Map<number, number>();
  #open = 0;
  #lost: string | undefined;

  /** A run that has yet to begin. @param items the number of items that maps have, from 1 */
  constructor(chain: Chain, items = 1) {
    this.chain = chain;
    this.#items = items;
    this.#path = new IdealPath(chain);
    this.#waiting = [...shapeOf(chain).predecessorCounts];
  }

  /** Begins. @returns the calls that are due; each is to be ended once */
  begin(): Calling[] {
    return this.#due(shapeOf(this.chain).roots);
  }

  /**
   * Ends a call.
   *
   * @param runMs the time that the call took, in milliseconds
   * @param lost why nothing comes after it; left out: it went well
   * @returns the calls that are due now
   */
  end({ node, item }: Calling, runMs: number, lost?: string): Calling[] {
    this.#open--;
    if (lost !== undefined) {
      this.#lost ??= `node ${this.chain.nodes[node]!.name}: ${lost}`;
      return [];
    }
    this.#path.ran(node, runMs);
    if (item !== undefined && !this.#endItem(node)) return [];
    return this.#due(shapeOf(this.chain).successors[node]!.filter((next) => --this.#waiting[next]! === 0));
  }

  /** Calls that are due or under way. */
  get open(): number {
    return this.#open;
  }

  /** Why the chain is dropped, by the first call that was lost; undefined: none was. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** The time that the instance would have taken had nothing waited, in milliseconds. */
  get idealMs(): number {
    return this.#path.idealMs;
  }

  #due(nodes: readonly number[]): Calling[] {
    const calls = nodes.flatMap((node): Calling[] => {
      if (this.chain.nodes[node]!.map === undefined) return [{ node }];
      this.#itemsLeft.set(node, this.#items);
      return Array.from({ length: this.#items }, (_, item) => ({ node, item }));
    });
    this.#open += calls.length;
    return calls;
  }

  /** An item of a map has ended well. @returns whether all have */
  #endItem(node: number): boolean {
    const left = this.#itemsLeft.get(node)! - 1;
    this.#itemsLeft.set(node, left);
    return left === 0;
  }
}
