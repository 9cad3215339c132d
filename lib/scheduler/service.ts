import type { Shares } from "./shares.ts";
import type { Group } from "./tree.ts";

/** The resource that groups share: the time that attempts hold their slots, or their number. */
export type ShareUnit = "time" | "calls";

/** The change of what the attempts in flight of a group are charged with. */
export interface Recharge {
  /** For all of them together. */
  by: number;
  /** The most that one of those is charged with now for which it has changed. */
  longest: number;
}

/**
 * Attempts that took longer than expected set their group back by no more than what it would receive in this time if it
 * were alone to be served, or by the longest of them, if that is more.
 */
const WINDOW_MS = 60_000;

/** Costs are whole multiples of this, so that their sums are exact, in whatever order they come and go. */
const GRAIN = 1 / 1024;

/**
 * The service that groups receive, for their weights: start-time fair queueing (Goyal, Vin and Cheng, 1996) with several in
 * service at once (SFQ(D): Jin, Chase and Kaur, 2004). A start advances a group's load by its expected cost ÷ weight; when
 * the attempt ends, by what it really was instead; and before, once it has taken far longer, by what it has taken. The group
 * of the least load goes first, so shares hold with any number of groups and slots, over time. The virtual time is the load at
 * which a group was served last.
 *
 * A group that comes back from idleness starts at the virtual time, however little it has received before: less only what
 * it takes to get its part of the slots, which others hold. The same goes for one that limits have kept from starting.
 */
export class Service {
  readonly #unit: ShareUnit;
  readonly #shares: Shares;
  #virtual = 0;
  /** The greatest load of any group at the end of an attempt. */
  #highest = 0;
  /** The costs of all in flight together. */
  #committed = 0;
  #running = 0;

  /** @param shares knows the weights of the groups that have work */
  constructor(unit: ShareUnit, shares: Shares) {
    this.#unit = unit;
    this.#shares = shares;
  }

  /** Goes on from another one, whose groups go on too. */
  inherit(other: Service): void {
    this.#virtual = other.#virtual;
    this.#highest = other.#highest;
  }

  /** Sees to it that a group is not further behind than what it may catch up. @param cost of what it is to start */
  raise(group: Group, cost: number): void {
    if (group.load >= this.#virtual) return;
    const level = this.#virtual - this.#toCatchUp(group, cost);
    if (group.load >= level) return;
    group.settled = level - group.committed / group.weight;
    refresh(group);
  }

  /** The worth, for its weight, of the slots that a group lacks of its part, the one that is free now among them. */
  #toCatchUp({ running, weight }: Group, cost: number): number {
    if (this.#running === 0) return 0;
    const lacking = (this.#running + 1) / this.#shares.weight - running / weight;
    return lacking > 0 ? lacking * Math.min(cost, this.#committed / this.#running) : 0;
  }

  /** A group is served. */
  start(group: Group, cost: number): void {
    this.raise(group, cost);
    this.#virtual = Math.max(this.#virtual, group.load);
  }

  /** An attempt of a group is in flight. */
  enter(group: Group, cost: number): void {
    group.committed += cost;
    this.#committed += cost;
    this.#running++;
    refresh(group);
  }

  /** Attempts in flight are more or less service than they were charged with when they started. */
  recharge(more: ReadonlyMap<Group, Recharge>): void {
    const virtual = this.#virtual;
    for (const [group, { by, longest }] of more) {
      const before = group.load;
      group.committed += by;
      this.#committed += by;
      refresh(group);
      if (by > 0) this.#bound(group, before, longest, virtual);
      else if (by < 0 && before >= virtual) this.#virtual = Math.min(this.#virtual, group.load);
    }
  }

  /** An attempt of a group has ended. @param heldMs time for which it held its slot, in milliseconds; undefined: it was refused */
  leave(group: Group, cost: number, heldMs: number | undefined): void {
    const before = group.load;
    group.committed -= cost;
    this.#committed -= cost;
    const received = heldMs === undefined ? 0 : this.#unit === "time" ? heldMs : cost;
    group.settled += received / group.weight;
    refresh(group);
    if (group.load > before) this.#bound(group, before, received);
    else if (before >= this.#virtual) this.#virtual = Math.min(this.#virtual, group.load);
    this.#running--;
    this.#highest = Math.max(this.#highest, group.load);
  }

  /** Limits how far attempts that took longer than expected set a group back. */
  #bound(group: Group, before: number, longest: number, virtual = this.#virtual): void {
    const most = Math.max(this.#running * WINDOW_MS / this.#shares.weight, longest / group.weight);
    const over = group.load - Math.max(before, virtual + most);
    if (over <= 0) return;
    group.settled -= over;
    refresh(group);
  }

  /** Nothing waits, and nothing is in flight: from now on all are level. */
  rest(): void {
    this.#virtual = Math.max(this.#virtual, this.#highest);
  }
}

/** Reckons a group's load again, as a part of it or its weight has changed. */
export function refresh(group: Group): void {
  group.load = group.settled + group.committed / group.weight;
}

/** The service that an attempt is expected to be. */
export function costOf(expectedMs: number, unit: ShareUnit): number {
  return unit === "calls" ? 1 : Math.max(GRAIN, Math.round(expectedMs / GRAIN) * GRAIN);
}
