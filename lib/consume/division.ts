import type { KeptPart, Quota } from "../queue/mod.ts";
import type { LimitPart, LimitShare, LimitUse } from "../scheduler/mod.ts";
import { wholesWithin } from "../scheduler/mod.ts";
import { fairParts } from "./fair_parts.ts";

/** The part of another consumer, as it has written it. */
export interface Peer {
  readonly part: LimitShare;
  readonly quota: DivisionQuota;
}

/** The fields of a quota that a division reads. */
export type DivisionQuota = Omit<Quota, "capacity" | "sureMs">;

/** Once short of a limit, or using some of it, a consumer counts as that for this long, in milliseconds. */
const SHORT_MS = 500;
/** Where a limit is smaller than the number of those that need it, each has it for this long in turn, in milliseconds. */
const TURN_MS = 4000;
/** A consumer with more than it uses keeps this part of a limit besides, so that it may start something at once. */
const SPARE = 1 / 50;
/** A consumer reports at most this many limits at a time as short: of the others it uses its part. */
const MOST_SHORT = 64;
/** It keeps more than its part of at most this many limits, as they are in use; it does not report more. */
const MOST_KEPT = 512;

/** The decision of a consumer: its part, and for some limits other numbers. */
interface Decided {
  readonly part: LimitShare;
  /** At most this much is used of a limit. */
  readonly may: ReadonlyMap<string, number>;
  /** This much of a limit is kept, which is more where more is in flight. */
  readonly keeps: ReadonlyMap<string, KeptPart>;
}

/** The most that was used of a limit, and when. */
interface Peak {
  readonly used: number;
  readonly atMs: number;
}

/** Nothing of any limit. */
const NOTHING: Decided = { part: { from: 0, to: 0 }, may: new Map(), keeps: new Map() };

/**
 * One consumer's part of limits that several keep to together, without anybody who tells them: each writes what it keeps for all
 * to read. It has no clock and no I/O; whoever drives it goes on in rounds, {@linkcode Division.plan}, *write*,
 * {@linkcode Division.look}.
 *
 * - Of what it keeps less it uses less before it writes that. Of what it keeps more it uses more only after that has been
 *   written, and never more than what the others, read after that, leave. So of two who take the same at once, one at least
 *   sees the other, and what all use together is never above a limit (as in Lamport's bakery: write, then read).
 * - What is in flight beyond a part is kept until it has ended.
 * - Parts are equal. Of a limit that somebody needs more of, whoever needs less keeps what it uses, and a 50th; the others
 *   divide the rest equally (max-min fairness), but each gets what floors reserve for its work. Where that is less than one for
 *   each, they take turns. Whoever waits for a rate needs a slot of each limit, for when that lets something start.
 */
export class Division {
  readonly #key: string;
  #others: readonly Peer[] = [];
  #own: Decided = NOTHING;
  /** The decision in force at the last look; undefined: there has been no other since. */
  #before: Decided | undefined;
  /** Until when it counts as short of a limit. At most {@linkcode MOST_SHORT}. */
  readonly #short = new Map<string, number>();
  /** Limits that it uses beyond its part. At most {@linkcode MOST_SHORT}. */
  #borrows: string[] = [];
  /** The part that floors reserve here of limits that somebody needs more of. */
  #reserved: Record<string, number> = {};
  /** The most that was lately used of limits that somebody needs more of, and when. Only of those at the last plan. */
  #peaks = new Map<string, Peak>();
  /** The parts that it needs of the limits where it keeps more, as more is in use. */
  #wants: Record<string, number> = {};
  /** When the next turn of a limit begins that it takes turns at, by the system's clock. */
  #turnsAtMs = Infinity;
  #isLeaving = false;
  /** Limits that some consumer uses or keeps by another amount than its part, … */
  #special = new Set<string>();
  /** … and how much may be used of the others, by their wholes: as many as there are different numbers in the limits. */
  readonly #plain = new Map<number, number>();
  /** The first limits that were remembered at the last plan, at most {@linkcode MOST_SHORT}. */
  #known: readonly LimitUse[] = [];

  /** @param key tells it from the others, in whose order parts lie side by side */
  constructor(key: string) {
    this.#key = key;
  }

  /** Its part of the limits, as it is written. */
  get part(): LimitShare {
    return this.#own.part;
  }

  /** Whether others divide the limits with it. */
  get isShared(): boolean {
    return this.#others.length > 0;
  }

  /** The quota that it writes for the others. */
  get quota(): DivisionQuota {
    return {
      key: this.#key,
      keeps: Object.fromEntries(this.#own.keeps),
      short: [...this.#short.keys()],
      borrows: this.#borrows,
      ...Object.keys(this.#wants).length > 0 && { wants: this.#wants },
      ...Object.keys(this.#reserved).length > 0 && { reserved: this.#reserved },
      ...this.#isLeaving && { isLeaving: true },
    };
  }

  /** The part of each limit that may be used at present. */
  get inForce(): LimitPart {
    return { of: this.#partOf };
  }

  readonly #partOf: LimitPart["of"] = (name, whole) => {
    if (!Number.isInteger(whole)) return whole; // Infinity
    if (this.#special.has(name)) return this.#usable(name, whole);
    let plain = this.#plain.get(whole);
    if (plain === undefined) this.#plain.set(whole, plain = this.#usable(name, whole));
    return plain;
  };

  /**
   * The time until the next turn of a limit that it takes turns at, in milliseconds: until it has to plan again for others not to wait
   * for it. Infinity: it takes no turns.
   *
   * @param wallMs by the system's clock
   */
  dueInMs(wallMs: number): number {
    return Math.max(0, this.#turnsAtMs - wallMs);
  }

  #usable(name: string, whole: number): number {
    const own = Math.min(mayUse(this.#own, name, whole), mayUse(this.#before ?? this.#own, name, whole));
    const others = this.#others.reduce((sum, each) => sum + keptBy(each, name, whole), 0);
    return Math.max(0, Math.min(own, whole - others));
  }

  /** Notes the limits that some consumer uses or keeps by another amount than its part. There may be 100,000 other limits. */
  #note(): void {
    const special = [this.#own.may, this.#before?.may ?? NOTHING.may].flatMap((may) => [...may.keys()]);
    this.#special = new Set([...special, ...this.#others.flatMap(({ quota }) => Object.keys(quota.keeps))]);
    this.#plain.clear();
  }

  /** Whether it keeps more of some limit than it needs, as that is in use. */
  get isOwing(): boolean {
    return Object.keys(this.#wants).length > 0;
  }

  /** Whether others still keep some of what it may use of a limit that it knew at the last plan. */
  get isOwed(): boolean {
    return this.#known.some(({ name, whole }) =>
      this.inForce.of(name, whole) < mayUse(this.#own, name, whole)
    );
  }

  /**
   * Decides what to keep from now on, by what the others have written. What is in force shrinks to that at once. Without effect
   * while what was decided before has not been written and looked at.
   *
   * @param uses what is used of the limits; may be left out while nobody shares them, unless it leaves
   * @param wallMs by the system's clock, by which turns go
   * @returns whether there is something new to write
   */
  plan(uses: Iterable<LimitUse>, nowMs: number, wallMs: number, isLeaving = false): boolean {
    if (this.#before !== undefined) return true;
    const before = this.#words;
    const former = this.#own;
    this.#isLeaving = isLeaving;
    for (const [name, untilMs] of this.#short) if (untilMs <= nowMs || isLeaving) this.#short.delete(name);
    const all = [...uses];
    this.#known = all.slice(0, MOST_SHORT);
    this.#own = this.#next(all, nowMs, wallMs);
    if (this.#words === before) {
      this.#own = former;
      return false;
    }
    this.#before = former;
    this.#note();
    return true;
  }

  /** All that it has decided. */
  get #words(): string {
    return JSON.stringify([this.#own.part, [...this.#own.may], this.quota]);
  }

  #next(uses: readonly LimitUse[], nowMs: number, wallMs: number): Decided {
    const staying = this.#others.filter(({ quota }) => !quota.isLeaving);
    const keys = [...staying.map(({ quota }) => quota.key), this.#key].sort();
    const at = keys.indexOf(this.#key), count = keys.length;
    const part = this.#isLeaving ? NOTHING.part : { from: at / count, to: (at + 1) / count };
    const may = new Map<string, number>(), keeps = new Map<string, KeptPart>();
    if (this.#others.length === 0 && !this.#isLeaving) return { part, may, keeps };
    for (const use of uses) if (use.isShort && !this.#isLeaving) this.#isShortOf(use, nowMs);
    const asked = new Set([
      ...[...this.#short.keys(), ...this.#borrows],
      ...staying.flatMap(({ quota: { short, borrows } }) => [...short, ...borrows]),
    ]);
    this.#borrows = [];
    this.#reserved = {};
    this.#turnsAtMs = Infinity;
    const unknown = new Set(asked), peaks = this.#peaks;
    this.#wants = {};
    this.#peaks = new Map();
    for (const use of uses) {
      const { name, whole, held } = use;
      if (!Number.isInteger(whole)) continue;
      const equal = wholesWithin(whole, part), isAsked = unknown.delete(name) && !this.#isLeaving;
      if (isAsked) this.#isAskedFor(use, peakOf(use, peaks.get(name), nowMs), equal);
      const wanted = isAsked ? this.#asked(use, part, staying, wallMs) : equal;
      const kept = Math.max(wanted, held);
      if (kept > wanted && isAsked && !this.#short.has(name)) this.#wants[name] = wanted;
      if (isAsked) may.set(name, wanted);
      if (isAsked || (kept > equal && keeps.size < MOST_KEPT)) keeps.set(name, [kept, whole]);
    }
    for (const name of unknown) { // nothing of it is here
      may.set(name, 0);
      keeps.set(name, [0, 1]);
    }
    return { part, may, keeps };
  }

  #isAskedFor({ name, isShort, reserved = 0 }: LimitUse, peak: Peak, equal: number): void {
    this.#peaks.set(name, peak);
    if (reserved > 0 && (isShort || this.#short.has(name))) this.#reserved[name] = reserved;
    if (peak.used > equal && this.#borrows.length < MOST_SHORT) this.#borrows.push(name);
  }

  #isShortOf({ name }: LimitUse, nowMs: number): void {
    if (!this.#short.has(name) && this.#short.size >= MOST_SHORT) return;
    this.#short.set(name, nowMs + SHORT_MS);
  }

  /** The amount that it gets of a limit that somebody needs more of. */
  #asked(
    { name, whole, isAwaited = false }: LimitUse,
    part: LimitShare,
    staying: readonly Peer[],
    wallMs: number,
  ): number {
    const spare = Math.floor(whole * SPARE);
    const { used } = this.#peaks.get(name)!, equal = wholesWithin(whole, part);
    const enough = Math.max(used, Math.min(used + spare, equal), isAwaited ? 1 : 0);
    const own = this.#short.has(name) ? Infinity : enough;
    const wants = [
      ...staying.map((each) => ({
        key: each.quota.key,
        want: each.quota.short.includes(name) ? Infinity : needOf(each, name, whole),
        reserved: each.quota.reserved?.[name] ?? 0,
      })),
      { key: this.#key, want: own, reserved: this.#reserved[name] ?? 0 },
    ].sort((a, b) => a.key < b.key ? -1 : 1);
    const turn = Math.floor(wallMs / TURN_MS);
    const isInTurns = whole < wants.filter(({ want }) => want > 0).length;
    if (isInTurns) this.#turnsAtMs = Math.min(this.#turnsAtMs, (turn + 1) * TURN_MS);
    // By turns of all, as not everybody knows yet who needs it: else two might take themselves for the next one.
    const first = isInTurns ? turn % wants.length : 0;
    const inTurn = [...wants.slice(first), ...wants.slice(0, first)];
    const parts = fairParts(
      whole,
      inTurn.map(({ want }) => want),
      inTurn.map(({ reserved }) => reserved),
    );
    return parts[inTurn.findIndex(({ key }) => key === this.#key)]!;
  }

  /** Whether the others leave enough of each limit for what is in flight here, or about to be. */
  leavesRoomFor(uses: Iterable<LimitUse>): boolean {
    for (const { name, whole, used } of uses) {
      const kept = this.#others.reduce((sum, each) => sum + keptBy(each, name, whole), 0);
      if (Number.isInteger(whole) && used > whole - kept) return false;
    }
    return true;
  }

  /** Takes in what the others have written, after what was planned has been. More of it may be in force now. */
  look(others: readonly Peer[]): void {
    this.#others = others;
    this.#before = undefined;
    this.#note();
  }
}

function peakOf({ used }: LimitUse, before: Peak | undefined, nowMs: number): Peak {
  const isLower = before !== undefined && used < before.used && nowMs < before.atMs + SHORT_MS;
  return isLower ? before : { used, atMs: nowMs };
}

/** The amount that another consumer keeps of a limit; where it knows the limit with another size, no more, and no larger a part. */
function keptBy({ part, quota: { keeps } }: Peer, name: string, whole: number): number {
  if (!Object.hasOwn(keeps, name)) return wholesWithin(whole, part);
  const [kept, ofWhole] = keeps[name]!;
  return Math.min(kept, wholesWithin(whole, { from: 0, to: kept / ofWhole }));
}

/** The amount that another consumer needs of a limit, which it may keep more of as that is in use. */
function needOf(peer: Peer, name: string, whole: number): number {
  return Math.min(keptBy(peer, name, whole), peer.quota.wants?.[name] ?? Infinity);
}

function mayUse({ part, may }: Decided, name: string, whole: number): number {
  return may.get(name) ?? wholesWithin(whole, part);
}
