import type { Gate, Group } from "./tree.ts";

/**
 * Forgets the lanes in which nothing waits: of labels with many values a group has one for each. What runs keeps its lane, and
 * what comes later gets another.
 *
 * @returns the gates of other lanes, as groups share them
 */
export function forgetIdleLanes(groups: Iterable<Group>): ReadonlySet<Gate> {
  const used = new Set<Gate>();
  for (const { lanes, gates } of groups) {
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
    for (const [shared, own] of gates) {
      if (own.lanes.size === 0) gates.delete(shared);
      else used.add(shared);
    }
  }
  return used;
}
