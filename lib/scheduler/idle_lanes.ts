import { type Gate, type Group, onlyLane, type Root } from "./tree.ts";

/**
 * Forgets the lanes in which nothing waits, and their groups' trees without others: of labels with many values a group has one
 * for each. Running invocations keep their lane, and later ones get another.
 *
 * @returns the gates of other lanes, as groups share them
 */
export function forgetIdleLanes(groups: Iterable<Group>): ReadonlySet<Gate> {
  const used = new Set<Gate>();
  for (const group of groups) {
    const { lanes, gates, trees } = group;
    let kept = 0;
    for (const lane of lanes) {
      if (lane.queued === 0) {
        lane.gate.lanes.delete(lane.group);
        continue;
      }
      lanes[kept++] = lane;
      used.add(lane.gate);
    }
    lanes.length = kept;
    group.only = onlyLane(group);
    for (const [shared, own] of gates) {
      if (own.lanes.size === 0) gates.delete(shared);
      else used.add(shared);
    }
    if (trees === undefined) continue;
    const roots = new Set<Root | undefined>(lanes.map(({ gate }) => gate.root));
    group.trees = trees.filter((tree) => roots.has(tree));
  }
  return used;
}
