import type { Invocation } from "./invocation.ts";
import type { Gates } from "./limits.ts";
import { ShareLimit, type Shares } from "./shares.ts";
import { Branch, Gate, type Group, GroupTree, Lane } from "./tree.ts";

/** A group of no more lanes shares its tree with others: it costs less to move them than that limits have more nodes. */
const FEW_LANES = 4;
/**
 * A group gets a tree of its own if it has so many lanes for each tree that there is: moving a limit's nodes, one a tree,
 * then costs no more than moving the lanes would.
 */
const LANES_PER_TREE = 8;

/** The lanes in which invocations wait, and the trees that they hang in. */
export class Lanes {
  readonly root = new Branch();
  readonly #gates: Gates;
  readonly #shares: Shares | undefined;
  #trees = 0;

  /** @param shares what strict shares are parts of; undefined: shares are not strict */
  constructor(gates: Gates, shares: Shares | undefined) {
    this.#gates = gates;
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
      if (this.#deservesTree(group)) this.#plant(group);
    }
    return lane;
  }

  /** Groups that have a tree, and all under strict shares, have gates of their own; the latter count against the share. */
  #gateOf(task: Invocation, group: Group): Gate {
    const gate = this.#gates.of(task);
    if (this.#shares === undefined && group.tree === undefined) return gate;
    let own = group.gates.get(gate);
    if (own === undefined) group.gates.set(gate, own = this.#ownGate(gate, group));
    return own;
  }

  #ownGate({ limits }: Gate, group: Group): Gate {
    if (this.#shares === undefined) return new Gate(limits, group.tree);
    group.share ??= new ShareLimit(group, this.#shares);
    return new Gate([...limits, group.share], group.tree);
  }

  #deservesTree({ tree, lanes, shared }: Group): boolean {
    return tree === undefined && !shared && lanes.length > FEW_LANES + LANES_PER_TREE * this.#trees;
  }

  /** Moves a group's lanes into a tree of their own. */
  #plant(group: Group): void {
    this.#trees++;
    const tree = group.tree = new GroupTree();
    tree.standing.read(group);
    for (const lane of group.lanes) {
      const { gate } = lane;
      if (lane.queued > 0) gate.remove(lane);
      gate.lanes.delete(group);
      const own = this.#shares === undefined ? new Gate(gate.limits, tree) : gate;
      own.root = tree;
      own.lanes.set(group, lane);
      if (own !== gate) group.gates.set(gate, own);
      lane.moveIntoTree(own);
      if (lane.queued > 0) this.attach(lane);
    }
  }

  /** Hangs a lane that was empty into the tree. */
  attach(lane: Lane): void {
    const { gate } = lane;
    const idle = gate.empty;
    if (lane.group.tree === undefined) lane.readGroup();
    gate.add(lane);
    if (idle) this.hang(gate, gate.root ?? this.root);
  }

  /** A group's tree hangs from the common root as long as it is not empty. */
  hang(node: Branch, root: Branch): void {
    root.add(node);
    if (root !== this.root && root.parent === undefined) this.root.add(root);
  }

  /** Reads the load and the turn of a lane's group again: whoever moves the lane next puts it where it belongs. */
  read(lane: Lane): void {
    const { group } = lane;
    if (group.tree === undefined) lane.readGroup();
    else group.tree.standing.read(group);
  }

  /** Puts a group's lanes where they belong, now that its load or turn may have changed. */
  reorder(group: Group): void {
    const { tree, lanes } = group;
    if (tree !== undefined) {
      if (tree.standing.read(group)) tree.parent?.changed(tree);
    } else {
      for (const lane of lanes) if (lane.readGroup()) lane.parent?.changed(lane);
    }
  }

  /** Forgets the lanes of a group, which are empty. */
  forget(group: Group): void {
    for (const lane of group.lanes) lane.gate.lanes.delete(group);
    if (group.tree !== undefined) this.#trees--;
  }
}
