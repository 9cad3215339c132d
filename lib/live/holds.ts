import {
  counted,
  formatDuration,
  grouped,
  isObject,
  type Json,
  type JsonObject,
  ownOf,
  type Pause,
  pauseName,
} from "../model/mod.ts";
import { type KeptFunction, keptWords } from "../queue/mod.ts";
import type { Hold, LiveRow, LiveView } from "./live_view.ts";

/** The part of a limit in flight from which on it counts as used up: views are made between two calls. */
const USED_UP = 0.8;
/** Of a rate of this number of starts a second, or a higher one, calls a second tell whether it is what holds calls back: … */
const SEEN_PER_S = 1;
/** … if fewer than this part of it start, something else is. */
const IN_USE = 0.5;

/** The state that holds are found in. */
export type Held = Omit<LiveView, "holds">;

/**
 * The pauses, ceilings, rates and retry budgets that keep calls from starting, and the global limit, if that does. They are found from what is
 * waiting and in flight by function, chain and value of the label that is told apart, so ceilings of other labels are not seen.
 */
export function holdsOf(view: Held): Hold[] {
  const { settings, consumers, byFunction, byChain, byLabel, ready, inFlight, limit, callsPerS } = view;
  const limits = consumers[0]?.limits ?? {};
  const full = limit !== undefined && isUsedUp(inFlight, limit);
  const held = { full, limits };
  return [
    ...settings.pauses.map((pause) => ({ ...pause, reason: "the end of a pause" })),
    ...rowHolds(
      byFunction,
      { ...held, kind: "functions", rates: objectIn(limits, "functionRates") },
      (name) => ({
        function: name,
      }),
    ),
    ...rowHolds(byChain, { ...held, kind: "chains" }, (name) => ({ chain: name })),
    ...byLabel === undefined ? [] : rowHolds(
      byLabel.rows,
      { full, limits: objectIn(limits, "labels"), kind: byLabel.label },
      (value) => ({ label: { name: byLabel.label, value } }),
    ),
    ...byFunction.flatMap(({ name, ready, isRest }) =>
      isRest || ready === 0 ? [] : keptOf(name, view).map((kept): Hold => ({
        ...{ function: name, reason: keptWords(kept), ready },
        ...kept.why === "unserved" && { unserved: true },
      }))
    ),
    ...rateHold({ ready, callsPerS, rate: limits["rate"], full }),
    ...retryHolds(consumers),
    ...full && ready > 0
      ? [{ reason: `a slot: all ${grouped(limit)} are taken, and the policy says who is next`, ready }]
      : [],
  ];
}

/** The retries that wait at all consumers, by function and platform, most first. */
function retryHolds(consumers: Held["consumers"]): Hold[] {
  const all = consumers.flatMap(({ heldRetries = [] }) => heldRetries);
  const same = Map.groupBy(all, ({ function: name, platform }) => JSON.stringify([name, platform]));
  return [...same.values()].map((each) => {
    const { function: name, platform } = each[0]!, where = platform === undefined ? "" : ` on ${platform}`;
    const ready = each.reduce((sum, { waiting }) => sum + waiting, 0);
    return {
      function: name,
      reason: `its retry budget${where}, as many calls have failed`,
      ready,
      ofRetries: true as const,
    };
  }).sort((a, b) => b.ready - a.ready);
}

/** A hold in a line: `function mail: 103 calls wait for its rate, 5 a second`. */
export function holdWords(hold: Hold): string {
  const { reason, ready } = hold, name = pauseName(hold);
  const who = ready === undefined
    ? "calls wait"
    : `${counted(ready, "call")} ${ready === 1 ? "waits" : "wait"}`;
  return name === "everything" ? `${who} for ${reason}` : `${name}: ${who} for ${reason}`;
}

/** The thing for which all waits while no consumer runs. */
export const NO_CONSUMER = "a consumer: none runs";

/** A node that has not settled, as a policy and a pause see it. */
export interface OpenNode {
  readonly chain: string;
  readonly function: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Why a node that may start has not settled, in words: what it waits for, or that it is in flight. The queue does not know which
 * calls are in flight, so where some of its function are, and others wait, both are said.
 *
 * @param isTaken whether a consumer has its instance
 */
export function standingOf(node: OpenNode, view: LiveView, isTaken = true): string {
  if (view.consumers.length === 0) return `waits for ${NO_CONSUMER}`;
  if (!isTaken) return "waits until a consumer takes its instance";
  const row = view.byFunction.find(({ name, isRest }) => name === node.function && !isRest);
  if (row !== undefined && row.ready === 0 && row.running > 0) return "in flight";
  const kept = keptOf(node.function, view).map(keptWords);
  const holds = view.holds.filter((hold) =>
    !hold.ofRetries && covers(hold, node) && !kept.includes(hold.reason)
  );
  const reasons = [
    ...kept,
    ...askedOf(node.function, view),
    ...holds.map((hold) => {
      const name = pauseName(hold);
      return name === "everything" ? hold.reason : `${hold.reason} (${name})`;
    }),
  ];
  const waits = reasons.length === 0 ? "waits for its turn" : `waits for ${reasons.join("; and for ")}`;
  return row === undefined || row.running === 0 ? waits : `in flight, or ${waits}`;
}

/** Why calls of a function cannot start, whatever limits allow, by what consumers say. */
function keptOf(name: string, { consumers }: Held): KeptFunction[] {
  const all = consumers.flatMap(({ kept = [] }) => kept.filter((each) => each.function === name));
  return [...new Map(all.map((kept) => [keptWords(kept), kept])).values()];
}

/** The longest wait that a platform has asked for, for a function or for all of them. */
function askedOf(name: string, { consumers }: Held): string[] {
  const asked = consumers.flatMap(({ asked = [] }) => asked)
    .filter(({ function: only }) => only === undefined || only === name);
  const [longest] = asked.toSorted((a, b) => b.leftMs - a.leftMs);
  if (longest === undefined) return [];
  const left = formatDuration(Math.ceil(longest.leftMs / 1000) * 1000);
  const { platform } = longest;
  return [
    `the end of a wait that the platform${
      platform === undefined ? "" : ` ${platform}`
    } asks for, ${left} more`,
  ];
}

function covers({ chain, function: fn, label }: Hold, node: OpenNode): boolean {
  return (chain === undefined || chain === node.chain) && (fn === undefined || fn === node.function) &&
    (label === undefined || ownOf(node.labels, label.name) === label.value);
}

/** Whether calls in flight use a limit up, so that it holds others back. */
export function isUsedUp(running: number, most: number): boolean {
  return running >= Math.max(1, Math.floor(most * USED_UP));
}

/** The limits that rows may have met. */
interface RowLimits {
  /** Ceilings by their kind, and these by name. */
  readonly limits: JsonObject;
  readonly kind: string;
  readonly rates?: JsonObject;
  /** Whether all slots are taken. */
  readonly full: boolean;
}

function rowHolds(
  rows: readonly LiveRow[],
  { limits, kind, rates = {}, full }: RowLimits,
  pauseOf: (name: string) => Pause,
): Hold[] {
  return rows.filter(({ isRest, ready }) => !isRest && ready > 0).flatMap(
    ({ name, ready, running, callsPerS }) => {
      const most = ceilingOf(limits[kind], name);
      const rate = ownOf(rates, name);
      const ceiling = most !== undefined && isUsedUp(running, most)
        ? [{ reason: `its ceiling, ${grouped(most)} in flight`, ready }]
        : [];
      return [...ceiling, ...rateHold({ ready, callsPerS, rate, full: full || ceiling.length > 0 })]
        .map((hold) => ({ ...pauseOf(name), ...hold }));
    },
  );
}

/** The most in flight of a name: its own number, that of all other names, or the one number for each. */
function ceilingOf(ceilings: Json | undefined, name: string): number | undefined {
  if (typeof ceilings === "number") return ceilings;
  if (!isObject(ceilings)) return undefined;
  const most = Object.hasOwn(ceilings, name) ? ceilings[name] : ceilings["*"];
  return typeof most === "number" ? most : undefined;
}

function objectIn(of: JsonObject, name: string): JsonObject {
  const value = of[name];
  return isObject(value) ? value : {};
}

/** The state of some calls with a rate. */
interface Rated {
  readonly ready: number;
  readonly callsPerS: number;
  readonly rate: Json | undefined;
  /** Whether they wait for a limit anyway: then the rate counts only where as many start as it lets. */
  readonly full: boolean;
}

function rateHold({ ready, callsPerS, rate, full }: Rated): Hold[] {
  const told = rateOf(rate);
  if (told === undefined || ready === 0) return [];
  const least = full ? USED_UP : told.perS >= SEEN_PER_S ? IN_USE : 0;
  if (callsPerS < least * told.perS) return [];
  return [{ reason: `its rate, ${told.words}`, ready }];
}

/** A rate as a record tells it: a number is starts a second. */
function rateOf(rate: Json | undefined): { readonly perS: number; readonly words: string } | undefined {
  if (typeof rate === "number") return { perS: rate, words: `${rate} a second` };
  if (!isObject(rate)) return undefined;
  const { starts, perMs } = rate;
  if (typeof starts !== "number" || typeof perMs !== "number") return undefined;
  const unit = UNITS[perMs] ?? `in ${formatDuration(perMs)}`;
  return { perS: starts / perMs * 1000, words: `${starts} ${unit}` };
}

/** Lengths of windows in words, by milliseconds. */
const UNITS: Readonly<Record<number, string>> = {
  1000: "a second",
  60_000: "a minute",
  3_600_000: "an hour",
};
