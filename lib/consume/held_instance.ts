import type { Instance, Json, NodeRecord, NodeState, Outcome } from "../model/mod.ts";
import type { Filter } from "../queue/mod.ts";
import { type ChainShape, shapeOf } from "./chain_shape.ts";

/** An instance that a consumer has: its outputs so far, and what the queue does not know of yet. */
export class HeldInstance {
  /** Another consumer has it by now: nothing more of it is written. */
  lost = false;
  readonly #outputs: Json[] = [];
  /** When each node would have ended had nothing waited, in milliseconds from the start. */
  readonly #pathMs: number[] = [];
  readonly #shape: ChainShape;
  #notCheckpointed: NodeRecord[] = [];
  #idealMs = 0;

  constructor(readonly instance: Instance, progress: readonly NodeRecord[]) {
    for (const { node, output } of progress) this.#outputs[node] = output;
    this.#shape = shapeOf(instance.chain);
  }

  get id(): string {
    return this.instance.id;
  }

  hasSuccessors(node: number): boolean {
    return this.#shape.hasSuccessors[node]!;
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
    let pathMs = 0;
    for (const before of after) pathMs = Math.max(pathMs, this.#pathMs[before] ?? 0);
    pathMs += runMs;
    this.#pathMs[node] = pathMs;
    this.#idealMs = Math.max(this.#idealMs, pathMs);
    const output = outcome.kind === "ok" ? outcome.output : null;
    this.#outputs[node] = output;
    const record: NodeRecord = outcome.kind === "ok"
      ? { node, state, attempts, output }
      : { node, state, attempts, output, reason: outcome.reason };
    this.#notCheckpointed.push(record);
    return record;
  }

  skipped(node: number): void {
    this.#notCheckpointed.push({ node, state: "skipped", attempts: 0, output: null });
  }

  checkpointed(record: NodeRecord): void {
    this.#notCheckpointed = this.#notCheckpointed.filter((other) => other !== record);
  }

  notCheckpointed(): readonly NodeRecord[] {
    return this.#notCheckpointed;
  }

  /** The chain's result: the outputs of its last nodes by name. */
  output(): Json {
    const { nodes } = this.instance.chain;
    return Object.fromEntries(this.#shape.last.map((i) => [nodes[i]!.name, this.#outputs[i] ?? null]));
  }

  /** The longest path of its run times, as far as they were seen here: how long it would have taken had nothing waited. */
  get idealMs(): number {
    return this.#idealMs;
  }

  matches({ ids, chain, labels = {} }: Filter): boolean {
    if (ids !== undefined && !ids.includes(this.id)) return false;
    if (chain !== undefined && chain !== this.instance.chain.name) return false;
    return Object.entries(labels).every(([key, value]) => this.instance.labels[key] === value);
  }
}
