import { isObject, ownOf, parseJson } from "../model/mod.ts";
import { aheadMs, type LeaseGrant, type LeaseReport, type RatePace, toleranceMs } from "../scheduler/mod.ts";

/** All that it was granted counts as started when a consumer has told nothing for this time, in milliseconds. */
export const SURE_MS = 1250;
/** Most lateness of a grant that is made up for, in milliseconds. */
const LATE_MS = 100;
/** More starts of a window than this share entries of the history, each with the instant of its last one. */
const MOST_ENTRIES = 500;
/** The system's clock counts as set if it differs by more than this from a consumer's own, in milliseconds. */
const STEP_MS = 20;
/** Whoever waits for a start looks again after this part of the time for which they are granted in advance, … */
const LOOK_PART = 1 / 4;
/** … and, as others may give some back, within this time, in milliseconds. */
const LONGEST_LOOK_MS = 250;

/** Starts that count together: none of them was later. */
type Starts = [atMs: number, count: number];

/** A consumer, as the ledger knows it. */
interface Holder {
  /** Tells it from what was known of the same consumer before that counted as lost. */
  readonly number: number;
  /** Until when it starts what it holds, unless it tells of itself before. */
  untilMs: number;
  /** The starts that it may make and those that it is about to make, by its own word. */
  held: number;
  /** The instants of starts that it has been granted and does not know of yet. */
  granted: number[];
  /** The number of further starts that it has something to do with. */
  lacks: number;
  /** When it was granted something last, by the ledger's numbers. */
  turn: number;
}

/** The ledger of a rate. Instants are of a time of its own, in milliseconds: see {@linkcode timeOf}. */
interface Ledger {
  /** Changes when the system's clock has been set: what others knew of its time is void. */
  epoch: number;
  /** The lead of the system's clock over its time. */
  aheadMs: number;
  /** When it was changed last. */
  atMs: number;
  /** When the next start would be due, if they came evenly. */
  dueMs: number;
  /** The starts of the last window, the earliest first. */
  starts: Starts[];
  /** By key; as many as there are consumers with something to do under the rate. */
  holders: Record<string, Holder>;
  /** Numbers that have been given to grants and holders. */
  turns: number;
}

/** The time of a ledger as a consumer knows it. */
export interface KnownTime {
  readonly epoch: number;
  /** The number of what the ledger knows of it. */
  readonly number: number;
  /** The instant when it told of itself last. */
  readonly atMs: number;
  /** The consumer's own time then. */
  readonly nowMs: number;
}

/** A consumer that tells what it has of a rate. */
export interface Visit extends LeaseReport {
  /** Tells it from all others. */
  readonly key: string;
  readonly pace: RatePace;
  /** By its own clock, and … */
  readonly nowMs: number;
  /** … by the system's. */
  readonly wallMs: number;
  /** As it has been answered last; undefined: it has not yet. */
  readonly known: KnownTime | undefined;
  /** Consumers that have died. */
  readonly dead: ReadonlySet<string>;
  /** Whether it has nothing to do under the rate any more. */
  readonly isLeaving: boolean;
}

/** The answer to a consumer; the instants are of its own time. */
export interface Visited {
  readonly grant: LeaseGrant;
  readonly known: KnownTime;
  /** When it is to look again for starts that it lacks; Infinity: it lacks none. */
  readonly againAtMs: number;
}

/**
 * Takes in what a consumer tells, and grants starts to all who lack some, in turn. The text is that of a ledger which all
 * consumers change, one after the other.
 *
 * A rate is a number of starts in each window. The ledger holds when those of the last window were made, and how many have been
 * granted beyond them: a granted start may be made at any instant from the granted one on, and counts in every window until it is
 * told when it was made, or that it will not be. A start is granted from an instant on at which all of the window that ends then and
 * all that are granted leave room for it.
 *
 * So no window has more: of its starts, take the one that was granted last. When that was granted, each of the others either
 * was granted and not told of, or was told of with an instant that lies in the window, which is at or after the beginning of the
 * window that counted then. All of them were counted, and there was room for one more.
 *
 * What a consumer holds that has told nothing for {@linkcode SURE_MS} counts as started when that was over, and it starts nothing
 * of that any more: it may be dead, between a start and telling of it. So what can be reached is the whole rate, but for what is
 * granted and not used: at most what a consumer that dies had been granted, for a window, and for a moment what has been granted to
 * one whose work has gone elsewhere.
 *
 * @param text undefined: there is no ledger of the rate yet
 * @returns the text to be written, and the answer for when it is
 */
export function visit(
  text: string | undefined,
  of: Visit,
): { readonly text: string; readonly visited: Visited } {
  const ledger = read(text, of), { pace, key, held, lacks, leftAtMs, known, nowMs, isLeaving } = of;
  const atMs = timeOf(ledger, of),
    ahead = aheadMs(pace),
    own = (instantMs: number) => instantMs - atMs + nowMs;
  expel(ledger, of, atMs);
  const before = ownOf(ledger.holders, key);
  const isKnown = before !== undefined && before.number === known?.number;
  const wasLost = !isKnown && held + leftAtMs.length > 0;
  const needs = isLeaving ? 0 : lacks + (wasLost ? held : 0), waiting = before?.granted ?? [];
  const holder: Holder = {
    number: isKnown ? before.number : ++ledger.turns,
    untilMs: atMs + SURE_MS,
    held: wasLost ? 0 : held,
    granted: waiting.slice(0, needs),
    lacks: Math.max(0, needs - waiting.length),
    turn: before?.turn ?? 0,
  };
  if (!wasLost) { for (const leftMs of leftAtMs) ledger.starts.push([rounded(leftMs - nowMs + atMs), 1]); }
  if (before !== undefined) {
    giveBack(ledger, pace, heldBy(before) - heldBy(holder) - (wasLost ? 0 : leftAtMs.length));
  }
  ledger.holders[key] = holder;
  takeBack(ledger, pace, key, atMs);
  tidy(ledger, pace, atMs);
  const nextMs = grant(ledger, pace, atMs);
  const { granted } = holder;
  holder.held += granted.length;
  holder.granted = [];
  if (holder.held === 0 && holder.lacks === 0) delete ledger.holders[key];
  ledger.atMs = Math.max(ledger.atMs, atMs);
  const isContended = Object.values(ledger.holders).some((each) => each !== holder && each.held > 0);
  const inMs = Math.min(nextMs - ahead / 2 - atMs, isContended ? LONGEST_LOOK_MS : Infinity);
  return {
    text: JSON.stringify(ledger),
    visited: {
      grant: { fromMs: granted.map(own), sureUntilMs: nowMs + SURE_MS, wasLost },
      known: { epoch: ledger.epoch, number: holder.number, atMs, nowMs },
      againAtMs: holder.lacks === 0 ? Infinity : nowMs + Math.max(inMs, ahead * LOOK_PART),
    },
  };
}

/** A ledger that somebody has damaged counts as if all of the rate had just been used. */
function read(text: string | undefined, { pace, wallMs }: Visit): Ledger {
  const ledger = text === undefined ? undefined : parseJson(text)?.value;
  if (isObject(ledger) && isLedger(ledger)) return ledger;
  return {
    ...{ epoch: 0, aheadMs: wallMs, atMs: 0, dueMs: 0, holders: {}, turns: 0 },
    starts: text === undefined ? [] : [[0, pace.whole]],
  };
}

function isLedger(value: object): value is Ledger {
  const { epoch, aheadMs, atMs, dueMs, starts, holders, turns } = value as Partial<Ledger>;
  return [epoch, aheadMs, atMs, dueMs, turns].every(Number.isFinite) &&
    Array.isArray(starts) && starts.every((each) => areNumbers(each) && each.length === 2) &&
    isObject(holders) && Object.values(holders).every(isHolder);
}

function isHolder(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { number, untilMs, held, granted, lacks, turn } = value as Partial<Holder>;
  return areNumbers([number, untilMs, held, lacks, turn]) && areNumbers(granted);
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}

/**
 * The present instant of a ledger. Consumers have no clock in common but the system's, which may be set. Whoever has looked at the
 * ledger before notices by its own clock when the system's has been set on, or has gone on while the machine slept; whoever has not
 * goes by the system's. The earlier of the two instants counts, as somebody may have written by either: time that is lost costs some
 * starts, and time that is gained would let too many be made. Where the system's clock has been set, a new epoch begins.
 */
function timeOf(ledger: Ledger, { known, nowMs, wallMs }: Visit): number {
  const byWallMs = wallMs - ledger.aheadMs;
  const ownMs = known?.epoch === ledger.epoch ? known.atMs + nowMs - known.nowMs : Infinity;
  const atMs = Math.min(ownMs, Math.max(byWallMs, ledger.atMs));
  if (Math.abs(byWallMs - atMs) <= STEP_MS) return atMs;
  ledger.epoch++;
  ledger.aheadMs = wallMs - atMs;
  return atMs;
}

/** Counts all as started that those hold who have died, or have not told of themselves for too long. */
function expel(ledger: Ledger, { dead, key }: Visit, atMs: number): void {
  for (const [each, { untilMs, held }] of Object.entries(ledger.holders)) {
    const isDead = each !== key && dead.has(each);
    if (!isDead && atMs < untilMs) continue;
    if (held > 0) ledger.starts.push([rounded(isDead ? Math.min(atMs, untilMs) : untilMs), held]);
    delete ledger.holders[each];
  }
}

/** Takes back what was granted to somebody who has not come for it: it is not known there. */
function takeBack(ledger: Ledger, pace: RatePace, key: string, atMs: number): void {
  for (const [each, holder] of Object.entries(ledger.holders)) {
    const { granted } = holder;
    if (each === key || granted.length === 0 || granted[0]! + aheadMs(pace) / 2 >= atMs) continue;
    holder.granted = [];
    holder.lacks = 0;
    giveBack(ledger, pace, granted.length);
  }
}

function heldBy({ held, granted }: Holder): number {
  return held + granted.length;
}

function giveBack(ledger: Ledger, { intervalMs }: RatePace, count: number): void {
  ledger.dueMs -= Math.max(0, count) * intervalMs;
}

/** Puts the history in order, and forgets what has left the window. */
function tidy(ledger: Ledger, { windowMs, whole }: RatePace, atMs: number): void {
  const together = Math.ceil(whole / MOST_ENTRIES), starts: Starts[] = [];
  for (const [at, count] of ledger.starts.sort(([a], [b]) => a - b)) {
    if (at + windowMs <= atMs) continue;
    const last = starts.at(-1);
    if (last !== undefined && (last[0] === at || last[1] + count <= together)) {
      last[0] = at;
      last[1] += count;
    } else starts.push([at, count]);
  }
  ledger.starts = starts;
}

/** Grants starts to those who lack some, in turn. @returns the first instant from which on one more could be granted */
function grant(ledger: Ledger, pace: RatePace, atMs: number): number {
  const { whole, windowMs, intervalMs } = pace, { starts } = ledger;
  const holders = Object.values(ledger.holders), untilMs = atMs + aheadMs(pace);
  const held = holders.reduce((sum, each) => sum + heldBy(each), 0);
  const waiting = holders.filter(({ lacks }) => lacks > 0).sort((a, b) => a.turn - b.turn);
  const earlyMs = toleranceMs(pace, LATE_MS);
  let room = whole - held - starts.reduce((sum, [, count]) => sum + count, 0);
  for (let openMs = atMs, left = 0;;) {
    for (; room <= 0 && left < starts.length; left++) {
      openMs = starts[left]![0] + windowMs;
      room += starts[left]![1];
    }
    const fromMs = room <= 0 ? Infinity : Math.max(atMs, openMs, ledger.dueMs - earlyMs);
    const holder = fromMs > untilMs ? undefined : waiting.shift();
    if (holder === undefined) return fromMs;
    holder.granted.push(fromMs);
    holder.turn = ++ledger.turns;
    if (--holder.lacks > 0) waiting.push(holder);
    ledger.dueMs = Math.max(fromMs, ledger.dueMs) + intervalMs;
    room--;
  }
}

/** A shorter number that is not smaller: what counts from an instant on counts at least that long. */
function rounded(ms: number): number {
  return Math.ceil(ms * 1000) / 1000;
}
