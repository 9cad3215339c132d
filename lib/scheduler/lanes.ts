import type { Gates } from "./gates.ts";
import { forgetIdleLanes } from "./idle_lanes.ts";
import type { Invocation } from "./invocation.ts";
import { ShareLimit, type Shares } from "./shares.ts";
import { type Branch, Gate, type Group, Lane, type Limit, onlyLane, OwnRoot, type Root } from "./tree.ts";

/** A group of no more lanes shares its tree with others: it costs less to move them than that limits have more nodes. */
const FEW_LANES = 4;
/**
 * A group gets a tree of its own if it has this number of lanes for each tree that there is: moving a limit's nodes, one a tree,
 * then costs no more than moving the lanes would.
 */
const LANES_PER_TREE = 8;

/** The lanes in which invocations wait, and the trees that they hang in. */
export class Lanes {
  readonly #gates: Gates;
  readonly #root: Root;
  readonly #shares: Shares | undefined;
  #trees = 0;

  /**
   * @param root of the tree of all that may start
   * @param shares the whole that strict shares are parts of; undefined: shares are not strict
   */
  constructor(gates: Gates, root: Root, shares: Shares | undefined) {
    this.#gates = gates;
    this.#root = root;
    this.#shares = shares;
  }

  /** The lane of an invocation. */
  of(task: Invocation, group: Group): Lane {
    const gate = this.#gateOf(task, group);
    let lane = gate.lanes.get(group);
    if (lane === undefined) {
      lane = new Lane(group, gate);
      gate.lanes.set(group, lane);
      group.lanes.push(lane);
      this.#noteOnly(group);
      if (this.#deservesTree(group)) this.#plant(group);
    }
    return lane;
  }

  /** The invocations of a lane tell it from another one, once its group has another. */
  #noteOnly(group: Group): void {
    const { only } = group;
    group.only = onlyLane(group);
    only?.parent?.changed(only);
  }

  /** Groups that have trees, and all under strict shares, have gates of their own; the latter count against the share. */
  #gateOf(task: Invocation, group: Group): Gate {
    const gate = this.#gates.of(task);
    if (this.#shares === undefined && group.trees === undefined) return gate;
    let own = group.gates.get(gate);
    if (own === undefined) group.gates.set(gate, own = this.#ownGate(gate, group));
    return own;
  }

  #ownGate({ limits, root }: Gate, group: Group): Gate {
    const tree = group.trees === undefined ? root : this.#treeOf(group, root);
    if (this.#shares === undefined) return new Gate(limits, tree);
    group.share ??= new ShareLimit(group, this.#shares);
    return new Gate([...limits, group.share], tree);
  }

  #deservesTree({ trees, lanes, shared }: Group): boolean {
    return trees === undefined && !shared && lanes.length > FEW_LANES + LANES_PER_TREE * this.#trees;
  }

  /** The tree of a group that has trees, in one that groups share. */
  #treeOf(group: Group, above = this.#root): OwnRoot {
    const trees = group.trees!;
    let tree = trees.find((tree) => tree.above === above);
    if (tree === undefined) {
      this.#trees++;
      trees.push(tree = new OwnRoot(above, group));
    }
    return tree;
  }

  /** Moves a group's lanes into trees of their own. */
  #plant(group: Group): void {
    group.trees = [];
    for (const lane of group.lanes) {
      const { gate } = lane;
      if (lane.queued > 0) gate.remove(lane);
      gate.lanes.delete(group);
      const tree = this.#treeOf(group, gate.root);
      const own = this.#shares === undefined ? new Gate(gate.limits, tree) : gate;
      own.root = tree;
      own.lanes.set(group, lane);
      if (own !== gate) group.gates.set(gate, own);
      lane.gate = own;
      if (lane.queued > 0) this.attach(lane);
    }
  }

  /** Hangs a lane that was empty into the tree. */
  attach(lane: Lane): void {
    const { gate } = lane;
    const idle = gate.empty;
    gate.add(lane);
    if (idle) (gate.root ?? this.#root).hang(gate);
  }

  /** Where a gate waits for a limit. */
  waitingFor(limit: Limit, { root = this.#root }: Gate): Branch {
    return limit.waitingUnder(root);
  }

  /** Puts a group's lanes where they belong, or its trees, now that its load or turn may have changed. */
  reorder(group: Group): void {
    if (group.queued === 0) return; // none of them hangs anywhere
    if (group.only !== undefined) return group.only.parent!.reread(group.only, group);
    for (const node of group.trees ?? group.lanes) node.parent?.reread(node, group);
  }

  /**
   * Forgets the lanes in which nothing waits, and the trees without others.
   *
   * @returns the gates of other lanes, as groups share them
   */
  forgetIdle(groups: Iterable<Group>): ReadonlySet<Gate> {
    const all = [...groups];
    const gates = forgetIdleLanes(all);
    this.#trees = all.reduce((sum, { trees }) => sum + (trees?.length ?? 0), 0);
    return gates;
  }

  /** Forgets the lanes of a group, which are empty. */
  forget(group: Group): void {
    for (const lane of group.lanes) lane.gate.lanes.delete(group);
    this.#trees -= group.trees?.length ?? 0;
  }
}
