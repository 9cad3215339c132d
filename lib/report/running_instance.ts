import type { AttemptEvent } from "./events.ts";
import type { ChainTally, Group, ValueTally } from "./running_groups.ts";
import type { Spender, Spent } from "./spent.ts";

/** As many invocations are looked through one by one, which is faster than to make a set of them. */
const FEW = 16;

/** An instance under way. */
export class RunningInstance implements Spender {
  spent: Spent | undefined;
  /** Whether an invocation of it has had an attempt, or a chain was called for one. */
  hasBegun = false;
  /** The invocations that have had an attempt: a list of few, or a set. */
  #attempted: string[] | Set<string> | undefined;

  /**
   * @param value that of the label by which instances are grouped, if they are
   * @param parent the instance that called it
   */
  constructor(
    readonly chain: ChainTally,
    readonly value: ValueTally | undefined,
    readonly submittedUs: number,
    readonly deadlineMs: number | undefined,
    readonly parent: string | undefined,
  ) {}

  /** The group that it shares as. */
  get group(): Group {
    return this.value ?? this.chain;
  }

  /** An attempt has ended. @returns whether it is the first of its invocation that was told */
  attempt({ node, item, generation }: AttemptEvent): boolean {
    this.hasBegun = true;
    const invocation = item === undefined && generation === undefined
      ? node
      : `${node} ${item} ${generation}`;
    const known = this.#attempted ??= [];
    if (!Array.isArray(known)) return known.size < known.add(invocation).size;
    for (const one of known) if (one === invocation) return false;
    known.push(invocation);
    if (known.length > FEW) this.#attempted = new Set(known);
    return true;
  }
}
