import { labelValue } from "./grouping.ts";
import { knownName } from "./known_name.ts";
import { NO_VALUE } from "./label_values.ts";
import { Callers, ChainCalls, ChainTally, type Group, ValueTally } from "./running_groups.ts";
import type { Grouping } from "./grouping.ts";

/** The most instances that have ended whose groups are remembered; calls that end later count for no value of the label. */
const MOST_RECENT = 10_000;

/** The counts of a run that goes on, by the names of its chains, its functions and the values of a label. */
export class RunningTables {
  readonly #grouping: Grouping;
  readonly chains = new Map<string, ChainTally>();
  readonly functions = new Map<string, Callers>();
  /** The values of the label that instances are grouped by, if they are; first the empty one. */
  readonly values = new Map([["", new ValueTally(NO_VALUE)]]);
  /** The values of the instances that ended last. */
  readonly #recent = new Map<string, ValueTally>();

  constructor(grouping: Grouping) {
    this.#grouping = grouping;
  }

  chain(of: string): ChainTally {
    const name = knownName(of, this.chains);
    let chain = this.chains.get(name);
    if (chain === undefined) this.chains.set(name, chain = new ChainTally(this.chains.size));
    return chain;
  }

  /** The calls of a function by a chain. */
  calls(chainName: string, functionName: string): ChainCalls {
    const chain = this.chain(chainName);
    return chain.calls.get(functionName) ?? this.#newCalls(chain, functionName);
  }

  #newCalls(chain: ChainTally, of: string): ChainCalls {
    const functionName = knownName(of, this.functions);
    const known = chain.calls.get(functionName);
    if (known !== undefined) return known;
    let callers = this.functions.get(functionName);
    if (callers === undefined) this.functions.set(functionName, callers = new Callers());
    const calls = new ChainCalls(chain, callers);
    chain.calls.set(functionName, calls);
    return calls;
  }

  /** The value that labels have of the label that instances are grouped by; undefined: they are not grouped by one. */
  valueIn(labels: Readonly<Record<string, string>>): ValueTally | undefined {
    const { label } = this.#grouping;
    if (label === undefined) return undefined;
    const name = knownName(labelValue(labels, label), this.values);
    let value = this.values.get(name);
    if (value === undefined) this.values.set(name, value = new ValueTally(this.values.size));
    return value;
  }

  /** The value of an instance that is not under way; undefined: instances are not grouped by a label. */
  valueOfEnded(instance: string): ValueTally | undefined {
    if (this.#grouping.label === undefined) return undefined;
    return this.#recent.get(instance) ?? this.values.get("");
  }

  /** Remembers the value of an instance that ends: calls of it may end after it has. */
  ended(instance: string, value: ValueTally | undefined): void {
    if (value === undefined) return;
    this.#recent.set(instance, value);
    if (this.#recent.size > MOST_RECENT) this.#recent.delete(this.#recent.keys().next().value!);
  }

  /** The groups that share: values of the label, or else chains. */
  get groups(): ReadonlyMap<string, Group> {
    return this.#grouping.label === undefined ? this.chains : this.values;
  }

  /** The weights of the groups that share. */
  weights(): number[] {
    return [...this.groups].map(([name, { weight }]) => this.#grouping.weights.get(name) ?? weight);
  }

  /** The memory that the tables take, in bytes. */
  get bytes(): number {
    let bytes = 0;
    for (const { tallies, instances } of [...this.chains.values(), ...this.values.values()]) {
      for (const tally of [instances, ...tallies]) bytes += tally.bytes;
    }
    return bytes;
  }
}
