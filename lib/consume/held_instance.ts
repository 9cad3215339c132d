import type { Instance, Json, NodeRecord, NodeState, Outcome } from "../model/mod.ts";
import type { Filter } from "../queue/mod.ts";

/** An instance that a consumer has: its outputs so far, and what the queue does not know of yet. */
export class HeldInstance {
  /** Another consumer has it by now: nothing more of it is written. */
  lost = false;
  readonly #outputs: Json[] = [];
  /** When each node would have ended had nothing waited, in milliseconds from the start. */
  readonly #pathMs: number[] = [];
  readonly #notCheckpointed = new Map<number, NodeRecord>();
  /** How many nodes come after each; few chains have more than a handful of nodes. */
  readonly #successors: readonly boolean[];

  constructor(readonly instance: Instance, progress: readonly NodeRecord[]) {
    for (const { node, output } of progress) this.#outputs[node] = output;
    this.#successors = successorsOf(instance);
  }

  get id(): string {
    return this.instance.id;
  }

  hasSuccessors(node: number): boolean {
    return this.#successors[node]!;
  }

  /** What a node gets from those before it, by name; null for one that failed or was skipped. */
  inputsOf(node: number): Record<string, Json> {
    const { nodes } = this.instance.chain;
    return Object.fromEntries(
      nodes[node]!.after.map((before) => [nodes[before]!.name, this.#outputs[before] ?? null]),
    );
  }

  settled(node: number, state: NodeState, attempts: number, outcome: Outcome, runMs: number): NodeRecord {
    const { after } = this.instance.chain.nodes[node]!;
    this.#pathMs[node] = runMs +
      after.reduce((longest, before) => Math.max(longest, this.#pathMs[before] ?? 0), 0);
    const output = outcome.kind === "ok" ? outcome.output : null;
    this.#outputs[node] = output;
    const record: NodeRecord = outcome.kind === "ok"
      ? { node, state, attempts, output }
      : { node, state, attempts, output, reason: outcome.reason };
    this.#notCheckpointed.set(node, record);
    return record;
  }

  skipped(node: number): void {
    this.#notCheckpointed.set(node, { node, state: "skipped", attempts: 0, output: null });
  }

  checkpointed({ node }: NodeRecord): void {
    this.#notCheckpointed.delete(node);
  }

  notCheckpointed(): NodeRecord[] {
    return [...this.#notCheckpointed.values()];
  }

  /** The chain's result: the outputs of its last nodes by name. */
  output(): Json {
    const { nodes } = this.instance.chain;
    const last = nodes.map((_, i) => i).filter((i) => !this.#successors[i]);
    return Object.fromEntries(last.map((i) => [nodes[i]!.name, this.#outputs[i] ?? null]));
  }

  /** The longest path of its run times, as far as they were seen here: how long it would have taken had nothing waited. */
  get idealMs(): number {
    return this.#pathMs.reduce((longest, ms) => Math.max(longest, ms), 0);
  }

  matches({ ids, chain, labels = {} }: Filter): boolean {
    if (ids !== undefined && !ids.includes(this.id)) return false;
    if (chain !== undefined && chain !== this.instance.chain.name) return false;
    return Object.entries(labels).every(([key, value]) => this.instance.labels[key] === value);
  }
}

const cache = new WeakMap<object, readonly boolean[]>();

function successorsOf({ chain }: Instance): readonly boolean[] {
  let has = cache.get(chain);
  if (has === undefined) {
    const marks: boolean[] = chain.nodes.map(() => false);
    for (const node of chain.nodes) for (const before of node.after) marks[before] = true;
    has = marks;
    cache.set(chain, has);
  }
  return has;
}
