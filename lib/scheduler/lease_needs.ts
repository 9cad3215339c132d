import { ConcurrencyLimit } from "./concurrency_limit.ts";
import { LeasedRate, mostAhead } from "./rate_lease.ts";
import { Gate, Lane, type Limit, type Root, type TreeNode } from "./tree.ts";

/** At most this many nodes are looked at for a rate. */
const MOST_LOOKED_AT = 2000;

/** Finds out how many starts could be made if leased rates allowed them. */
export class LeaseNeeds {
  /** Limits that these starts would count against. */
  awaited: ReadonlySet<Limit> = new Set();
  /** Whether there are any. */
  isAwaiting = false;

  /**
   * Tells each rate how many starts of it are wanted: invocations behind gates where nothing else is full, as many of each gate as
   * its other limits have room for. Gates that share a limit count as if each had it to itself. Of a rate that is open, none
   * are, as whatever waits for it may start, but those that wait for the rate of all.
   *
   * @returns rates for which something waits that could not start for another reason
   * @param ofAll the one that everything counts against
   * @param all what waits for nothing else
   * @param room how many may start in all
   */
  ask(rates: Iterable<LeasedRate>, ofAll: Limit | undefined, all: Root, room: number): LeasedRate[] {
    const awaited = new Set<Limit>();
    this.awaited = awaited;
    this.isAwaiting = false;
    const full = [];
    for (const rate of rates) {
      rate.lease.wanted = 0;
      if (rate.full) full.push(rate);
    }
    if (room <= 0) return [];
    const counted = (limits: readonly Limit[], count: number) => {
      for (const limit of limits) {
        awaited.add(limit);
        if (limit instanceof LeasedRate) limit.lease.wanted += count;
      }
    };
    for (const rate of full) {
      const trees = rate === ofAll ? [all] : rate.waiting.values(), most = mostAhead(rate.lease.pace);
      const count = startable(trees, rate, Math.min(room, most), counted);
      rate.lease.wanted = count;
      this.isAwaiting ||= count > 0;
    }
    return full.filter((rate) => rate.lease.wanted === 0 && !rate.idle);
  }
}

/** @param counted called with the limits of each gate and the number of those behind it that could start */
function startable(
  trees: Iterable<TreeNode>,
  rate: Limit,
  most: number,
  counted: (limits: readonly Limit[], count: number) => void,
): number {
  let left = MOST_LOOKED_AT;
  const below = (node: TreeNode, most: number): number => {
    if (node instanceof Lane) return Math.min(node.queued, most);
    const room = node instanceof Gate ? Math.min(most, roomOf(node, rate)) : most;
    let count = 0;
    for (const child of node.below) {
      if (count >= room || left-- <= 0) break;
      count += below(child, room - count);
    }
    if (node instanceof Gate && count > 0) counted(node.limits, count);
    return count;
  };
  let count = 0;
  for (const tree of trees) count += below(tree, most - count);
  return count;
}

function roomOf({ limits }: Gate, rate: Limit): number {
  let room = Infinity;
  for (const limit of limits) {
    if (limit === rate) continue;
    if (limit.full) return 0;
    if (limit instanceof ConcurrencyLimit) room = Math.min(room, limit.max - limit.running);
  }
  return room;
}
