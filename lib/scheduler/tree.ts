import type { FunctionStats, GroupStats, Task } from "../policies/mod.ts";
import type { Obstacle } from "./contract.ts";
import { doubles, TaskHeap, type Waiting } from "./task_heap.ts";

/**
 * The index of ready invocations: a tree of heaps. At the bottom a *lane* holds the invocations of one group behind one gate.
 * A *gate* holds the lanes whose invocations count against the same limits. It hangs from the root, or, once it was found
 * shut, from a node of the *limit* that shuts it; these hang from the root only while the limit has room. So the best
 * invocation that may start is always at the root's top, opening or shutting a limit moves one entry however much waits
 * behind it, and every step costs the logarithm of what it chooses from.
 *
 * When a group is served, all its lanes move. A group of many lanes therefore has a tree of its own, with gates and nodes
 * of limits as the root has them, which hangs from the root and moves as one; a limit has a node in each tree in which
 * something waits for it. Groups of few lanes share the root: a limit may stand before many of them.
 *
 * Of what waits, a tree knows no more than {@linkcode Waiting} says; only a root that is asked for its best work names its type.
 */
export interface TreeNode<T extends Waiting = Waiting> {
  parent: Parent | undefined;
  /** Its position in the parent's heap. */
  at: number;
  /** The lane to serve next among those below. */
  readonly best: Lane<T>;
  /** The nodes below it. */
  readonly below: readonly TreeNode<T>[];
  /** Writes by what it is to be put in its place: its {@linkcode KEY} numbers, from a position of the list on. */
  writeKey(keys: number[], at: number): void;
}

/** The node above another one. */
export interface Parent {
  /** Puts a node right whose best has changed, and all above it. */
  changed(node: TreeNode): void;
  /** The same, but only if the node is not in its place by this load and turn. */
  reread(node: TreeNode, by: Standing): void;
  /** Takes a node out, and itself out of the node above it if nothing is left. */
  remove(node: TreeNode): void;
}

/** A parent that hangs itself where it belongs as soon as something hangs from it. */
export interface Above extends Parent {
  /** Hangs a node in. */
  hang(node: TreeNode): void;
}

/**
 * The numbers that a node is put in its place by, the first that differ decide: the load and the turn of a group, then the rank
 * and the sequence of the invocation on top of its best lane. Of one that is ranked by a list, the sequence is not a number.
 */
const KEY = 4;

/** The load and the turn of a group, or of a value with a floor. */
export interface Standing {
  readonly load: number;
  readonly turn: number;
}

/**
 * A node with children, the best one on top. Their keys lie in an array of numbers beside the heap, as they were when each
 * was put in its place last, so that comparisons touch no object; of four children a node, as few are moved.
 */
export class Branch<T extends Waiting = Waiting> implements TreeNode<T> {
  parent: Parent | undefined;
  at = -1;
  readonly #heap: TreeNode<T>[] = [];
  readonly #keys = doubles();

  get best(): Lane<T> {
    return this.#heap[0]!.best;
  }

  writeKey(keys: number[], at: number): void {
    copyKey(this.#keys, 0, keys, at);
  }

  get below(): readonly TreeNode<T>[] {
    return this.#heap;
  }

  get empty(): boolean {
    return this.#heap.length === 0;
  }

  get top(): TreeNode<T> | undefined {
    return this.#heap[0];
  }

  add(child: TreeNode<T>): void {
    child.parent = this;
    child.at = this.#heap.length;
    this.#heap.push(child);
    this.#keys.push(0, 0, 0, NaN); // which no key equals
    this.changed(child);
  }

  remove(child: TreeNode<T>): void {
    const heap = this.#heap, keys = this.#keys, { at } = child;
    const last = heap.pop()!, end = heap.length * KEY;
    child.parent = undefined;
    child.at = -1;
    if (last !== child) {
      heap[at] = last;
      last.at = at;
      copyKey(keys, end, keys, at * KEY);
      this.#sift(at);
    }
    for (let i = 0; i < KEY; i++) keys.pop();
    if (at === 0) this.#bestChanged();
  }

  /** Puts a child right whose key may have changed, and all above it. */
  changed(child: TreeNode<T>): void {
    const keys = this.#keys, { at } = child, i = at * KEY;
    const load = keys[i], turn = keys[i + 1], rank = keys[i + 2], sequence = keys[i + 3];
    child.writeKey(keys, i);
    if (keys[i] === load && keys[i + 1] === turn && keys[i + 2] === rank && keys[i + 3] === sequence) return;
    this.#sift(at);
    if (at === 0 || child.at === 0) this.#bestChanged();
  }

  reread(child: TreeNode<T>, { load, turn }: Standing): void {
    const keys = this.#keys, at = child.at * KEY;
    if (keys[at] !== load || keys[at + 1] !== turn) this.changed(child);
  }

  #bestChanged(): void {
    if (this.empty) this.parent?.remove(this);
    else this.parent?.changed(this);
  }

  /** Puts a child in its place that may be too low or too high. */
  #sift(from: number): void {
    const heap = this.#heap, keys = this.#keys, { length } = heap;
    const node = heap[from]!;
    let at = from;
    const load = keys[at * KEY]!, turn = keys[at * KEY + 1]!;
    const rank = keys[at * KEY + 2]!, sequence = keys[at * KEY + 3]!;
    while (at > 0) {
      const up = (at - 1) >> 2;
      if (!this.#goesBefore(load, turn, rank, sequence, node, up)) break;
      this.#move(up, at);
      at = up;
    }
    for (;;) {
      const first = at * 4 + 1;
      if (first >= length) break;
      let child = first;
      const end = Math.min(first + 4, length);
      for (let other = first + 1; other < end; other++) if (this.#isBefore(other, child)) child = other;
      if (this.#goesBefore(load, turn, rank, sequence, node, child)) break;
      this.#move(child, at);
      at = child;
    }
    if (at === from) return; // a write costs more than a look
    heap[at] = node;
    node.at = at;
    const i = at * KEY;
    keys[i] = load;
    keys[i + 1] = turn;
    keys[i + 2] = rank;
    keys[i + 3] = sequence;
  }

  /** Whether a node, by its key, goes before the child at a position. */
  #goesBefore(
    load: number,
    turn: number,
    rank: number,
    sequence: number,
    node: TreeNode,
    at: number,
  ): boolean {
    const keys = this.#keys, i = at * KEY;
    if (load !== keys[i]) return load < keys[i]!;
    if (turn !== keys[i + 1]) return turn < keys[i + 1]!;
    if (rank !== keys[i + 2]) return rank < keys[i + 2]!;
    const other = keys[i + 3]!;
    return sequence < other || (isOfList(sequence, other) && isBetter(node, this.#heap[at]!));
  }

  #isBefore(a: number, b: number): boolean {
    const keys = this.#keys, i = a * KEY, j = b * KEY;
    if (keys[i] !== keys[j]) return keys[i]! < keys[j]!;
    if (keys[i + 1] !== keys[j + 1]) return keys[i + 1]! < keys[j + 1]!;
    if (keys[i + 2] !== keys[j + 2]) return keys[i + 2]! < keys[j + 2]!;
    const some = keys[i + 3]!, other = keys[j + 3]!;
    return some < other || (isOfList(some, other) && isBetter(this.#heap[a]!, this.#heap[b]!));
  }

  #move(from: number, to: number): void {
    const node = this.#heap[from]!;
    this.#heap[to] = node;
    node.at = to;
    copyKey(this.#keys, from * KEY, this.#keys, to * KEY);
  }
}

function copyKey(from: readonly number[], i: number, to: number[], j: number): void {
  to[j] = from[i]!;
  to[j + 1] = from[i + 1]!;
  to[j + 2] = from[i + 2]!;
  to[j + 3] = from[i + 3]!;
}

/** Whether one of two sequences stands for a rank that is a list. */
function isOfList(some: number, other: number): boolean {
  return some !== some || other !== other;
}

function isBetter(a: TreeNode, b: TreeNode): boolean {
  return a.best.topBefore(b.best);
}

/** A branch under which gates hang, and what waits for limits has a node: a tree of its own, or of all. */
export class Root<T extends Waiting = Waiting> extends Branch<T> implements Above {
  /** @param above where it hangs while it is not empty; left out: nowhere */
  constructor(readonly above?: Above) {
    super();
  }

  hang(node: TreeNode<T>): void {
    this.add(node);
    if (this.parent === undefined) this.rise();
  }

  /** Hangs itself where it belongs. */
  protected rise(): void {
    this.above?.hang(this);
  }
}

/** A root that does not stand by its best child's load and turn, but by those of whose it is. */
export class OwnRoot<T extends Waiting = Waiting> extends Root<T> {
  /** @param of whose it is */
  constructor(above: Above, readonly of: Standing) {
    super(above);
  }

  override writeKey(keys: number[], at: number): void {
    super.writeKey(keys, at);
    keys[at] = this.of.load;
    keys[at + 1] = this.of.turn;
  }
}

/** Work that starts: a limit may place it on a platform. */
export interface Starting extends Task {
  /** Where it starts, if several platforms are attached. */
  platform: string | undefined;
}

/** Something that lets no more start while it is full. */
export abstract class Limit {
  /** Whether what waits for it has been taken out of the trees. */
  shut = false;
  /** The gates that wait for it, by the root of their tree. */
  readonly waiting: Map<Root, Branch> = new Map();
  /** Whether all of a chain meet it where one does, those with the same labels, or whether nothing can be said of others. */
  readonly reach: Obstacle["reach"] = "chain";
  /** All with this value of a label meet it. */
  readonly label?: Obstacle["label"];

  constructor(readonly name: string) {}

  /** Whether nothing may start now. */
  abstract get full(): boolean;
  /** An attempt is in flight. */
  enter(): void {}
  /** An attempt has ended. */
  leave(): void {}
  /** An attempt is started: its call is to leave. */
  start(_task: Starting): void {}
  /** A call has left that was to leave. */
  left(): void {}
  /** A call will not leave that was to leave. */
  neverLeft(): void {}
  /** A call is to leave that was started under limits that this one is among, or replaces, since. */
  isToLeave(): void {}

  /** Whether nothing waits for it. */
  get idle(): boolean {
    for (const node of this.waiting.values()) if (!node.empty) return false;
    return true;
  }

  /** Forgets the trees in which nothing waits for it. */
  forgetIdle(): void {
    for (const [root, node] of this.waiting) if (node.empty) this.waiting.delete(root);
  }

  /** Where the gates of a tree wait for it. */
  waitingUnder(root: Root): Branch {
    let node = this.waiting.get(root);
    if (node === undefined) this.waiting.set(root, node = new Branch());
    return node;
  }
}

/** A limit that is full until an instant. */
export abstract class TimedLimit extends Limit {
  /** @param time tells the present instant */
  constructor(name: string, protected readonly time: { readonly nowMs: number }) {
    super(name);
  }

  /** When it is open again, or has been since; Infinity: not until something else happens. */
  abstract get opensAtMs(): number;

  override get full(): boolean {
    return this.time.nowMs < this.opensAtMs;
  }
}

/** The gates of the nodes of a chain, and by whom they were found. */
export interface KnownGates {
  readonly by: unknown;
  readonly ofNodes: readonly Gate[];
}

/** The lanes whose invocations count against the same limits. */
export class Gate extends Branch {
  readonly lanes: Map<Group, Lane> = new Map();

  /** @param root of the tree that it is in; left out: of the one that groups share */
  constructor(readonly limits: readonly Limit[], public root?: Root) {
    super();
  }
}

/** Those against whom tasks count: a chain, a tenant, whatever the policy says. */
export class Group implements GroupStats {
  queued = 0;
  running = 0;
  weight = 1;
  receivedMs = 0;
  demand: FunctionStats | undefined;
  /** The service for its weight that it has received, and is to receive by what is in flight: the least goes first. */
  load = 0;
  /** The part of its load that its attempts that have ended are. */
  settled = 0;
  /** The service that its attempts in flight are expected to be. */
  committed = 0;
  /** When it was served last, or came up: the one with the least goes first among equals. */
  turn = 0;
  /** Its lanes, empty ones too. */
  readonly lanes: Lane[] = [];
  /** Its lane if it has but one, and is not the only group: the group's turn tells it from all others. */
  only: Lane | undefined;
  /** Its own trees, once it has many lanes: one in each tree that groups share. */
  trees: OwnRoot[] | undefined;
  /** The gates that it does not share with others, by those that others share. */
  readonly gates: Map<Gate, Gate> = new Map();
  /** Under strict shares: what holds it to its share. */
  share: Limit | undefined;
  /** Its weight in the sum of those of the groups that have work, … */
  sharedWeight = 0;
  /** … which may be another by now. */
  hasChanged = false;

  /** @param shared whether it is the one group of a policy that makes none */
  constructor(readonly name: string, readonly shared: boolean, public declaredWeight: number) {}

  get idle(): boolean {
    return this.queued === 0 && this.running === 0;
  }
}

/** The lane of a group that has but one, if that is not all there is. */
export function onlyLane({ shared, trees, lanes }: Group): Lane | undefined {
  return shared || trees !== undefined || lanes.length !== 1 ? undefined : lanes[0];
}

/** The invocations of one group behind one gate: a heap of them, so that a look at the next one touches no more objects. */
export class Lane<T extends Waiting = Waiting> extends TaskHeap<T> implements TreeNode<T> {
  parent: Parent | undefined;
  at = -1;
  /** Number of them that still wait. */
  queued = 0;

  constructor(readonly group: Group, public gate: Gate) {
    super();
  }

  get best(): Lane<T> {
    return this;
  }

  get below(): readonly TreeNode<T>[] {
    return [];
  }

  /** All within a group's own tree are of one group, so only their invocations tell them apart; elsewhere no groups have the same turn. */
  writeKey(keys: number[], at: number): void {
    const { group } = this, isLevel = group.trees !== undefined;
    keys[at] = isLevel ? 0 : group.load;
    keys[at + 1] = isLevel ? 0 : group.turn;
    if (group.only !== this) this.writeTop(keys, at + 2);
    else keys[at + 2] = keys[at + 3] = 0;
  }
}
