import type { GroupStats } from "../policies/mod.ts";
import type { Obstacle } from "./contract.ts";
import type { Invocation } from "./invocation.ts";
import { doubles, TaskHeap } from "./task_heap.ts";

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
 */
export abstract class TreeNode {
  parent: Parent | undefined;
  /** Its position in the parent's heap. */
  at = -1;
  /** The lane to serve next among those below. */
  abstract get best(): Lane;
  /** By what it is put in its place, before the invocation on top of its best lane is looked at. */
  abstract get standing(): Standing;
}

/** The node above another one. */
export interface Parent {
  /** Puts a node right whose best has changed, and all above it. */
  changed(node: TreeNode): void;
  /** Takes a node out, and itself out of the node above it if nothing is left. */
  remove(node: TreeNode): void;
}

/** A parent that hangs itself where it belongs as soon as something hangs from it. */
export interface Above extends Parent {
  /** Hangs a node in. */
  hang(node: TreeNode): void;
}

/** A group's load and its turn, as they were when what stands by them was put in its place last. */
export class Standing {
  load = 0;
  turn = 0;

  /** @returns whether that changes anything */
  read({ load, turn }: Pick<Group, "load" | "turn">): boolean {
    if (load === this.load && turn === this.turn) return false;
    this.load = load;
    this.turn = turn;
    return true;
  }
}

/** The standing of all within a group's own tree: they are of one group, so only their invocations tell them apart. */
const LEVEL = new Standing();

/**
 * A node with children, the best one on top: the lesser load, the earlier turn, the better invocation. Loads and
 * turns lie in arrays of numbers beside the heap, so that most comparisons touch no object; of four children a node, as few
 * are moved.
 */
export class Branch extends TreeNode {
  readonly #heap: TreeNode[] = [];
  readonly #loads = doubles();
  readonly #turns = doubles();
  #best: Lane | undefined;
  #standing = LEVEL;

  override get best(): Lane {
    return this.#best!;
  }

  override get standing(): Standing {
    return this.#standing;
  }

  get empty(): boolean {
    return this.#heap.length === 0;
  }

  get top(): TreeNode | undefined {
    return this.#heap[0];
  }

  add(child: TreeNode): void {
    child.parent = this;
    child.at = this.#heap.length;
    this.#heap.push(child);
    this.#loads.push(0);
    this.#turns.push(0);
    this.changed(child);
  }

  remove(child: TreeNode): void {
    const { at } = child;
    const last = this.#heap.pop()!;
    this.#loads.pop();
    this.#turns.pop();
    child.parent = undefined;
    child.at = -1;
    if (last !== child) {
      last.at = at;
      this.#sift(last);
    }
    if (at === 0) this.#updateBest();
  }

  /** Puts a child right whose best has changed, and all above it. */
  changed(child: TreeNode): void {
    const was = child.at;
    this.#sift(child);
    if (was === 0 || child.at === 0) this.#updateBest();
  }

  #updateBest(): void {
    const top = this.#heap[0];
    const parent = this.parent;
    if (top === undefined) {
      this.#best = undefined;
      parent?.remove(this);
      return;
    }
    this.#best = top.best;
    this.#standing = top.standing;
    parent?.changed(this);
  }

  #sift(node: TreeNode): void {
    const heap = this.#heap;
    const { best, standing: { load, turn } } = node;
    let { at } = node;
    while (at > 0) {
      const up = (at - 1) >> 2;
      if (!this.#goesBefore(load, turn, best, up)) break;
      this.#move(up, at);
      at = up;
    }
    for (;;) {
      const first = at * 4 + 1;
      if (first >= heap.length) break;
      let child = first;
      const end = Math.min(first + 4, heap.length);
      for (let other = first + 1; other < end; other++) if (this.#isBefore(other, child)) child = other;
      if (this.#goesBefore(load, turn, best, child)) break;
      this.#move(child, at);
      at = child;
    }
    heap[at] = node;
    this.#loads[at] = load;
    this.#turns[at] = turn;
    node.at = at;
  }

  /** Whether what is to be placed goes before the child at a position. */
  #goesBefore(load: number, turn: number, best: Lane, at: number): boolean {
    const other = this.#loads[at]!;
    if (load !== other) return load < other;
    const otherTurn = this.#turns[at]!;
    if (turn !== otherTurn) return turn < otherTurn;
    return best.tasks.topBefore(this.#heap[at]!.best.tasks);
  }

  #isBefore(a: number, b: number): boolean {
    const loads = this.#loads, turns = this.#turns;
    if (loads[a] !== loads[b]) return loads[a]! < loads[b]!;
    if (turns[a] !== turns[b]) return turns[a]! < turns[b]!;
    return this.#heap[a]!.best.tasks.topBefore(this.#heap[b]!.best.tasks);
  }

  #move(from: number, to: number): void {
    const node = this.#heap[from]!;
    this.#heap[to] = node;
    this.#loads[to] = this.#loads[from]!;
    this.#turns[to] = this.#turns[from]!;
    node.at = to;
  }
}

/** A branch under which gates hang, and what waits for limits has a node: a tree of its own, or of all. */
export class Root extends Branch implements Above {
  /** @param above where it hangs while it is not empty; left out: nowhere */
  constructor(readonly above?: Above) {
    super();
  }

  hang(node: TreeNode): void {
    this.add(node);
    if (this.parent === undefined) this.rise();
  }

  /** Hangs itself where it belongs. */
  protected rise(): void {
    this.above?.hang(this);
  }
}

/** A root whose standing is not that of its best, but of whose it is. */
export class OwnRoot extends Root {
  /** @param own the standing of whose it is */
  constructor(above: Above, readonly own: Standing) {
    super(above);
  }

  override get standing(): Standing {
    return this.own;
  }
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
  /** An attempt starts now. */
  start(_task: Invocation): void {}

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
  /** Its own trees, once it has many lanes: one in each tree that groups share. */
  trees: OwnRoot[] | undefined;
  /** That of its trees; they have no other. */
  standing = LEVEL;
  /** The gates that it does not share with others, by those that others share. */
  readonly gates: Map<Gate, Gate> = new Map();
  /** Under strict shares: what holds it to its share. */
  share: Limit | undefined;
  /** Its weight among those of the groups that have work. */
  sharedWeight = 0;

  /** @param shared whether it is the one group of a policy that makes none */
  constructor(readonly name: string, readonly shared: boolean, public declaredWeight: number) {}

  get idle(): boolean {
    return this.queued === 0 && this.running === 0;
  }
}

/** The invocations of one group behind one gate. */
export class Lane extends TreeNode {
  readonly tasks: TaskHeap = new TaskHeap();
  /** Number of them that still wait. */
  queued = 0;
  #standing = LEVEL;

  constructor(readonly group: Group, public gate: Gate) {
    super();
    if (group.trees === undefined) {
      this.#standing = new Standing();
      this.readGroup();
    }
  }

  override get best(): Lane {
    return this;
  }

  override get standing(): Standing {
    return this.#standing;
  }

  /** To be called of a group without a tree. @returns whether that changes its place */
  readGroup(): boolean {
    return this.#standing.read(this.group);
  }

  /** Takes an empty lane over into its group's tree. */
  moveIntoTree(gate: Gate): void {
    this.#standing = LEVEL;
    this.gate = gate;
  }
}
