import {
  IdealPath,
  type Instance,
  type Json,
  type NodeRecord,
  type NodeState,
  type Outcome,
  shapeOf,
} from "../model/mod.ts";
import type { Claim } from "../queue/mod.ts";

const INTERRUPTED = "it was running when its consumer died, and it must not run twice";

/** An instance that a consumer has: its outputs so far, and what the queue does not know of yet. */
export class HeldInstance {
  /** Another consumer has it by now, or had: nothing more of it is written. */
  lost = false;
  /** It was lost and has come back: what this consumer goes on from when the rest of it has ended. */
  again: Claim | undefined;
  /** It was refused for its deadline. */
  shed = false;
  readonly #outputs: Json[] = [];
  readonly #path: IdealPath;
  #notCheckpointed: NodeRecord[] = [];
  #open: number;

  constructor(readonly instance: Instance, progress: readonly NodeRecord[]) {
    this.#path = new IdealPath(instance.chain);
    this.#open = instance.chain.nodes.length - progress.length;
    for (const record of progress) {
      this.#outputs[record.node] = record.output;
      if (record.state !== "started") continue;
      this.#notCheckpointed.push({ ...record, state: "failed", reason: INTERRUPTED });
    }
  }

  get id(): string {
    return this.instance.id;
  }

  /** How many of its nodes have not settled. */
  get open(): number {
    return this.#open;
  }

  /** What a node gets from those before it, by name; null for one that failed or was skipped. */
  inputsOf(node: number): Record<string, Json> {
    const { nodes } = this.instance.chain;
    return Object.fromEntries(
      nodes[node]!.after.map((before) => [nodes[before]!.name, this.#outputs[before] ?? null]),
    );
  }

  settled(node: number, state: NodeState, attempts: number, outcome: Outcome, runMs: number): NodeRecord {
    this.#path.ran(node, runMs);
    const output = outcome.kind === "ok" ? outcome.output : null;
    this.#outputs[node] = output;
    return this.#note(
      outcome.kind === "ok"
        ? { node, state, attempts, output }
        : { node, state, attempts, output, reason: outcome.reason },
    );
  }

  skipped(node: number): void {
    this.#note({ node, state: "skipped", attempts: 0, output: null });
  }

  #note(record: NodeRecord): NodeRecord {
    this.#open--;
    this.#notCheckpointed.push(record);
    return record;
  }

  checkpointed(record: NodeRecord): void {
    this.#notCheckpointed = this.#notCheckpointed.filter((other) => other !== record);
  }

  notCheckpointed(): readonly NodeRecord[] {
    return this.#notCheckpointed;
  }

  /** The chain's result: the outputs of its last nodes by name. */
  output(): Json {
    const { chain } = this.instance;
    return Object.fromEntries(
      shapeOf(chain).last.map((i) => [chain.nodes[i]!.name, this.#outputs[i] ?? null]),
    );
  }

  /** The longest path of its run times, as far as they were seen here: how long it would have taken had nothing waited. */
  get idealMs(): number {
    return this.#path.idealMs;
  }
}
