import {
  dueAt,
  IdealPath,
  type Instance,
  type InstanceTrace,
  type JsonText,
  type NodeRecord,
  NOT_JSON,
  NULL,
  objectText,
  type Outcome,
  shapeOf,
  Stop,
} from "../model/mod.ts";
import { type Child, childrenLength, type Claim } from "../queue/mod.ts";
import type { Ending, NodeCall } from "../scheduler/mod.ts";
import { HeldMap } from "./held_map.ts";
import { type HoldEvent, type HoldState, stateAfter } from "./hold_state.ts";
import type { WindowPlace } from "./window_shares.ts";

const INTERRUPTED = "it was running when its consumer died, and it must not run twice";

/** The caller of an instance, which is held too. */
export interface Caller {
  readonly held: HeldInstance;
  readonly call: NodeCall;
}

const NOTHING_CALLED: ReadonlySet<HeldInstance> = new Set();
const NO_CHILDREN: ReadonlyMap<string, Child> = new Map();
const NO_TEXTS: ReadonlySet<number> = new Set();
const NO_INPUTS: Readonly<Record<string, JsonText>> = {};
const NO_CALLS: readonly NodeCall[] = [];
const NO_RECORDS: readonly NodeRecord[] = [];

/**
 * An instance that a consumer has: its outputs so far, and the records that the queue does not have yet. There may be a hundred
 * thousand: what few of them need is made when it is needed.
 */
export class HeldInstance {
  /** When it was submitted, or due if that was later, in the consumer's own time. */
  submittedAtMs = 0;
  /** Its place in the window; only of what was taken from the queue. */
  place: WindowPlace | undefined;
  /** It was lost and has come back: what this consumer goes on from when the rest of it has ended. */
  again: Claim | undefined;
  /** Why it ends before its nodes are all settled. */
  ending: Ending | undefined;
  /** Its trace, once it was asked for, if spans are recorded. */
  trace: InstanceTrace | undefined;
  /** Whether the node that undoes has begun. */
  undoes = false;
  /** Whether the node that undoes may have run, though it has not settled: its start is durable. */
  mayBeUndone = false;
  /** The instances that it had called before this consumer took it on, and those that these had called, by id. */
  readonly children: ReadonlyMap<string, Child>;
  /** Whether it stays here: {@linkcode HoldState} is the table. */
  #state: HoldState = "held";
  #outputs: (JsonText | undefined)[] | undefined;
  /** When its nodes ended that have settled, in milliseconds since 1970; filled in as it is asked for. */
  #endedAtMs: (number | undefined)[] | undefined;
  #called: Set<HeldInstance> | undefined;
  /** Nodes whose output is no JSON. */
  #texts: Set<number> | undefined;
  #maps: Map<number, HeldMap> | undefined;
  #path: IdealPath | undefined;
  #unwritten: NodeRecord[] | undefined;
  /** The length of its args, items and outputs together, in characters. */
  #length: number;
  /** The same length when it was weighed last. */
  weight = 0;
  #open: number;
  #calls: Stop | undefined;

  /**
   * @param progress what had settled before
   * @param claim the number of the claim under which it is held
   * @param caller the instance that called it, if it is held with that
   */
  constructor(
    readonly instance: Instance,
    progress: readonly NodeRecord[],
    readonly claim: number,
    readonly caller?: Caller,
    children: readonly Child[] = [],
  ) {
    this.children = caller?.held.children ??
      (children.length === 0 ? NO_CHILDREN : new Map(children.map((child) => [child.instance.id, child])));

    this.#open = instance.chain.nodes.length;
    this.#length = (instance.args?.length ?? 0) + childrenLength(children);
    const { nodes, onFailed } = instance.chain;
    for (const record of progress) {
      if (record.state !== "started") this.#keep(record);
      else if (record.node === onFailed && !nodes[onFailed]!.fn.atMostOnce) this.mayBeUndone = true;
      else this.#note({ ...record, state: "failed", reason: INTERRUPTED });
    }
  }

  /**
   * The calls of chains that had begun before this consumer took it on, and have not ended.
   *
   * @param progress what had settled before: a call that came too late has, though the queue has what it was to begin
   */
  calling(progress: readonly NodeRecord[]): readonly NodeCall[] {
    if (this.children.size === 0) return NO_CALLS;
    const { nodes } = this.instance.chain;
    const settled = new Set(progress.map(({ node, item }) => `${node}/${item ?? ""}`));
    return [...this.children.values()].flatMap(({ instance: { parent }, ended }) => {
      if (parent?.instance !== this.id || ended !== undefined) return [];
      const node = nodes.findIndex(({ name }) => name === parent.node), { item } = parent;
      if (node < 0 || settled.has(`${node}/`) || settled.has(`${node}/${item ?? ""}`)) return [];
      return [item === undefined ? { node } : { node, item }];
    });
  }

  /** Weighs it. @returns the growth of its args, items and outputs since it was weighed last, in characters */
  weigh(): number {
    const grown = this.#length - this.weight;
    this.weight = this.#length;
    return grown;
  }

  get id(): string {
    return this.instance.id;
  }

  /** Another consumer is to go on with it: nothing more of it starts here. What is in flight may end and be written. */
  get leaving(): boolean {
    return this.#state !== "held";
  }

  /** Another consumer has it by now, or had: nothing more of it is written. */
  get lost(): boolean {
    return this.#state === "lost";
  }

  /** It does not stay, or less than before. */
  passes(event: HoldEvent): void {
    this.#state = stateAfter(this.#state, event);
  }

  /** The number of its nodes that have not settled. */
  get open(): number {
    return this.#open;
  }

  /** Ends the calls that are in flight. */
  get calls(): Stop {
    return this.#calls ??= new Stop();
  }

  /** Ends the calls that are in flight, but not those that follow. */
  abortCalls(): void {
    this.#calls?.abort();
    this.#calls = undefined;
  }

  /** The instances that it has called, and that have not ended. */
  get called(): ReadonlySet<HeldInstance> {
    return this.#called ?? NOTHING_CALLED;
  }

  /** It has called an instance, which is held from now on. */
  hasCalled(called: HeldInstance): void {
    this.#called ??= new Set();
    this.#called.add(called);
  }

  /** An instance that it had called has ended. */
  isDoneWith(called: HeldInstance): void {
    this.#called?.delete(called);
  }

  /** The instance that nobody has called from which it comes. */
  get root(): HeldInstance {
    return this.caller === undefined ? this : this.caller.held.root;
  }

  /** It, and all that it has called and that has not ended, callers first. */
  *tree(): Generator<HeldInstance> {
    yield this;
    for (const called of this.called) yield* called.tree();
  }

  /** The outputs that a node gets, by the names of those before it; null for one that failed or was skipped. */
  inputsOf(node: number): Readonly<Record<string, JsonText>> {
    const undoes = node === this.instance.chain.onFailed;
    const nodes = this.#before(node);
    return nodes.length === 0 ? NO_INPUTS : this.#named(nodes, (before) => this.#outputOf(before, undoes));
  }

  /** The outputs of all its nodes, by name; null for those that failed or were skipped. */
  outputs(): Record<string, JsonText> {
    return this.#named(this.#all(), (node) => this.#outputOf(node));
  }

  #all(): readonly number[] {
    const { nodes, onFailed } = this.instance.chain;
    return [...nodes.keys()].slice(0, onFailed);
  }

  /** The nodes whose outputs a node gets; of the node that undoes, all that have been done, of a map if any items have. */
  #before(node: number): readonly number[] {
    const { nodes, onFailed } = this.instance.chain;
    if (node !== onFailed) return nodes[node]!.after;
    return [...nodes.keys()].filter((done) =>
      done !== node && (this.#outputs?.[done] !== undefined || this.#maps?.get(done)?.hasDone)
    );
  }

  /** The output of a node; of a map that was not done, what its items have done, if that is to be undone. */
  #outputOf(node: number, undoes = false): JsonText {
    return this.#outputs?.[node] ?? (undoes ? this.#maps?.get(node)?.outputs("skip") : undefined) ?? NULL;
  }

  /**
   * When all before a node had ended, by what is recorded, so it is the same after a crash: when its last predecessor ended,
   * or the instance was due. Of the node that undoes, and of the result (no node): when the last node or item ended.
   *
   * @returns milliseconds since 1970
   */
  readyAtMs(node?: number): number {
    const { nodes, onFailed } = this.instance.chain;
    const ended = this.#endedAtMs ??= this.#ofEachNode<number>();
    const ends = node === undefined || node === onFailed
      ? [...ended.values(), ...[...this.#maps?.values() ?? []].map((map) => map.endedAtMs)]
      : nodes[node]!.after.map((before) => ended[before] ??= this.readyAtMs(before));
    return ends.reduce((last: number, end = 0) => Math.max(last, end), dueAt(this.instance));
  }

  #named<T>(nodes: readonly number[], of: (node: number) => T): Record<string, T> {
    return Object.fromEntries(nodes.map((node) => [this.instance.chain.nodes[node]!.name, of(node)]));
  }

  /** The names of the nodes whose output is no JSON. */
  *texts(): Generator<string> {
    for (const node of this.#texts ?? NO_TEXTS) yield this.instance.chain.nodes[node]!.name;
  }

  /** A map is to run over a list. */
  mapOver(node: number, list: readonly JsonText[]): void {
    this.#length += this.mapOf(node).begin(list);
  }

  /** The list, records and outputs of a map's items. */
  mapOf(node: number): HeldMap {
    this.#maps ??= new Map();
    let map = this.#maps.get(node);
    if (map === undefined) this.#maps.set(node, map = new HeldMap());
    return map;
  }

  /**
   * Notes how an attempt, or a called instance, has settled a node or an item of its map.
   *
   * @param runMs how long that ran
   * @param endedAtMs when it ended
   * @param ownMs how long it would have run had nothing waited
   */
  settled(
    of: NodeCall,
    state: "ok" | "failed",
    attempts: number,
    outcome: Outcome,
    runMs: number,
    endedAtMs: number,
    ownMs = runMs,
  ): void {
    this.#path ??= new IdealPath(this.instance.chain);
    this.#path.ran(of.node, ownMs);
    if (outcome.kind !== "ok") {
      this.#note({ ...of, state, attempts, output: NULL, endedAtMs, runMs, reason: outcome.reason });
    } else if (outcome.isText) {
      this.#note({ ...of, state, attempts, output: outcome.output, endedAtMs, runMs, reason: NOT_JSON });
    } else {
      this.#note({ ...of, state, attempts, output: outcome.output, endedAtMs, runMs });
    }
  }

  skipped(node: number): void {
    this.#note({ node, state: "skipped", attempts: 0, output: NULL });
  }

  /** A node has failed without having been called. */
  failed(node: number, reason: string): void {
    this.#note({ node, state: "failed", attempts: 0, output: NULL, reason });
  }

  /** All items of a map have settled: it is their outputs. */
  mapped(node: number): void {
    const map = this.mapOf(node);
    const output = map.outputs(this.instance.chain.nodes[node]!.onFailure);
    const isText = [...map.records.values()].some(({ state, reason }) =>
      state === "ok" && reason === NOT_JSON
    );
    const { attempts, endedAtMs } = map;
    this.#note({
      ...{ node, state: "ok", attempts, output },
      ...endedAtMs !== undefined && { endedAtMs },
      ...isText && { reason: NOT_JSON },
    });
  }

  #note(record: NodeRecord): void {
    if (this.#unwritten === undefined) this.#unwritten = [record]; // most have one, and `push` makes room for 17
    else this.#unwritten.push(record);
    this.#keep(record);
  }

  #keep(record: NodeRecord): void {
    const { node, item, state, output, reason, endedAtMs } = record;
    this.#length += output.length;
    if (item !== undefined) return this.mapOf(node).add(item, record);
    this.#open--;
    this.#length -= this.#maps?.get(node)?.weight ?? 0;
    if (endedAtMs !== undefined) (this.#endedAtMs ??= this.#ofEachNode())[node] = endedAtMs;
    if (state !== "ok") return; // what the items of a map have done is to be undone
    this.#maps?.delete(node);
    (this.#outputs ??= this.#ofEachNode())[node] = output;
    if (reason === NOT_JSON) (this.#texts ??= new Set()).add(node);
  }

  /** Takes the records that the queue does not have yet; the caller writes them. */
  takeUnwritten(): readonly NodeRecord[] {
    const records = this.#unwritten ?? NO_RECORDS;
    this.#unwritten = undefined;
    return records;
  }

  /** The outputs of its last nodes by name: the chain's result, if it does not say another. */
  output(): JsonText {
    const { chain } = this.instance, { last } = shapeOf(chain);
    return objectText(last.map((node) => [chain.nodes[node]!.name, this.#outputs?.[node] ?? NULL]));
  }

  /** Room for something of each node: a list that grows makes room for 17. */
  #ofEachNode<T>(): (T | undefined)[] {
    return new Array(this.instance.chain.nodes.length);
  }

  /** The longest path of its run times, as far as they were seen here: how long it would have taken had nothing waited. */
  get idealMs(): number {
    return this.#path?.idealMs ?? 0;
  }
}
