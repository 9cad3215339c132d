import type { Invocation } from "./invocation.ts";
import { TaskHeap } from "./task_heap.ts";

/**
 * The index of what is ready: a tree of heaps. At the bottom a *lane* holds the invocations of one group behind one gate.
 * A *gate* holds the lanes whose invocations count against the same limits. It hangs from the root, or, once it was found
 * shut, from the *limit* that shuts it; a limit hangs from the root only while it has room. So the best invocation that
 * may start is always at the root's top, opening or shutting a limit moves one entry however much waits behind it, and
 * every step costs the logarithm of what it chooses from.
 */
export abstract class TreeNode {
  parent: Branch | undefined;
  /** Its position in the parent's heap. */
  at = -1;
  /** The lane to serve next among those below. */
  abstract get best(): Lane;
}

/** A node with children, the best of which is on top. */
export class Branch extends TreeNode {
  readonly #heap: TreeNode[] = [];
  #best: Lane | undefined;

  override get best(): Lane {
    return this.#best!;
  }

  get empty(): boolean {
    return this.#heap.length === 0;
  }

  get top(): TreeNode | undefined {
    return this.#heap[0];
  }

  add(child: TreeNode): void {
    child.parent = this;
    this.#heap.push(child);
    this.#place(child, this.#heap.length - 1);
    this.changed(child);
  }

  remove(child: TreeNode): void {
    const last = this.#heap.pop()!;
    const { at } = child;
    child.parent = undefined;
    child.at = -1;
    if (last !== child) {
      this.#place(last, at);
      this.#sift(last);
    }
    this.#updateBest();
  }

  /** Puts a child right whose best has changed, and all above it. */
  changed(child: TreeNode): void {
    this.#sift(child);
    this.#updateBest();
  }

  #updateBest(): void {
    const top = this.#heap[0];
    this.#best = top?.best;
    const parent = this.parent;
    if (parent === undefined) return;
    if (top === undefined) parent.remove(this);
    else parent.changed(this);
  }

  #sift(node: TreeNode): void {
    const heap = this.#heap;
    const { best } = node;
    let { at } = node;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!best.before(heap[up]!.best)) break;
      this.#place(heap[up]!, at);
      at = up;
    }
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.best.before(heap[child]!.best)) child++;
      if (!heap[child]!.best.before(best)) break;
      this.#place(heap[child]!, at);
      at = child;
    }
    this.#place(node, at);
  }

  #place(node: TreeNode, at: number): void {
    this.#heap[at] = node;
    node.at = at;
  }
}

/** Something that lets no more start while it is full; a node of the tree while gates wait behind it. */
export abstract class Limit extends Branch {
  constructor(readonly name: string) {
    super();
  }

  /** Whether nothing may start now. */
  abstract get full(): boolean;
  /** An attempt is in flight. */
  enter(_task: Invocation): void {}
  /** An attempt has ended. */
  leave(_task: Invocation): void {}
  /** An attempt starts now. */
  start(_task: Invocation): void {}
}

/** The lanes whose invocations count against the same limits. */
export class Gate extends Branch {
  readonly lanes = new Map<Group, Lane>();

  constructor(readonly limits: readonly Limit[]) {
    super();
  }
}

/** Those against whom tasks count: a chain, a tenant, whatever the policy says. */
export class Group {
  queued = 0;
  running = 0;
  weight = 1;
  /** When it was served last, or came up: the one with the least goes first among equals. */
  turn = 0;
  /** Its lanes, empty ones too. */
  readonly lanes: Lane[] = [];
  /** Under strict shares: what holds it to its share, the gates that this makes, and what of its weight is shared. */
  share: Limit | undefined;
  readonly gates = new Map<Gate, Gate>();
  sharedWeight = 0;

  /** @param shared whether it is the one group of a policy that makes none, which then has no load to compare */
  constructor(readonly name: string, readonly shared: boolean, public declaredWeight: number) {}

  get idle(): boolean {
    return this.queued === 0 && this.running === 0;
  }

  get load(): number {
    return this.shared ? 0 : this.running / this.weight;
  }
}

/** The invocations of one group behind one gate. */
export class Lane extends TreeNode {
  readonly tasks = new TaskHeap();
  /** How many of them still wait. */
  queued = 0;
  /** The group's running ÷ weight and its turn, as they were when this lane was put in its place last. */
  #load = 0;
  #turn = 0;

  constructor(readonly group: Group, readonly gate: Gate) {
    super();
    this.readGroup();
  }

  override get best(): Lane {
    return this;
  }

  /** @returns whether that changes its place */
  readGroup(): boolean {
    const { load, turn } = this.group;
    if (load === this.#load && turn === this.#turn) return false;
    this.#load = load;
    this.#turn = turn;
    return true;
  }

  /** Whether it is to be served before another: the lesser load, the earlier turn, the better invocation on top. */
  before(other: Lane): boolean {
    if (this.#load !== other.#load) return this.#load < other.#load;
    if (this.#turn !== other.#turn) return this.#turn < other.#turn;
    return this.tasks.topBefore(other.tasks);
  }
}
