import type { Limits } from "./limits.ts";
import { ceilingOf, type ValueLimits, valueLimitsOf, valueWords } from "./value_limits.ts";

/** Floors of one kind at most: each is looked at when limits change, and has a tree of its own. */
const MOST_FLOORS = 1000;

/** More slots are reserved than there are. */
export interface FloorShortage {
  /** The slots that are reserved for values of one kind: of the kind with the most. */
  readonly reserved: number;
  /** The attempts that may be in flight at present. */
  readonly limit: number;
}

/** That floors cannot all be kept, in words. */
export function floorShortageWords({ reserved, limit }: FloorShortage): string {
  return `Cannot keep all floors: they reserve ${reserved} slots, and the platform runs ${limit} calls at once. ` +
    "The floors share these in proportion. Lower them with --floor";
}

/**
 * Checks that all floors can be met at once, as far as limits say.
 *
 * @throws {RangeError} with the numbers: if a floor is not a whole number above 0, or above its ceiling, or if those of one kind are
 * above the global limit together, or too many
 */
export function checkFloors(limits: Limits): void {
  const max = typeof limits.global === "number" ? limits.global : Infinity;
  for (const of of valueLimitsOf(limits)) {
    for (const [value, floor] of Object.entries(of.floors)) checkFloor(of, value, floor);
    const reserved = sumOf(of.floors);
    if (reserved <= max) continue;
    throw new RangeError(
      `Cannot reserve ${reserved} slots (${listOf(of)}): the limit is ${max}. ` +
        `Lower the floors by ${reserved - max}, or raise the limit to ${reserved}`,
    );
  }
}

function checkFloor(of: ValueLimits, value: string, floor: number): void {
  const fail = (text: string): never => {
    throw new RangeError(`Cannot reserve ${floor} slots for ${valueWords(of, value)}: ${text}`);
  };
  if (!(Number.isInteger(floor) && floor > 0)) fail("a floor is a whole number above 0");
  if (value === "*") fail("a floor is for one value. Name each that is to have one");
  const ceiling = ceilingOf(of, value) ?? Infinity;
  if (floor > ceiling) fail(`its ceiling is ${ceiling}. Lower the floor, or raise the ceiling`);
  if (Object.keys(of.floors).length > MOST_FLOORS) {
    fail(`there are more than ${MOST_FLOORS} floors of a kind`);
  }
}

/** Floors that are named in a message at most. */
const NAMED = 5;

/** The floors of one kind in words, the highest first: `tenant=acme 80, tenant=other 40`. */
function listOf(of: ValueLimits): string {
  const floors = Object.entries(of.floors).sort(([, a], [, b]) => b - a);
  const words = floors.slice(0, NAMED).map(([value, floor]) => `${valueWords(of, value)} ${floor}`);
  return words.join(", ") + (floors.length > NAMED ? `, and ${floors.length - NAMED} more` : "");
}

/** The slots that are reserved for values of one kind: of the kind with the most. */
export function reservedBy(limits: Limits): number {
  return Math.max(...valueLimitsOf(limits).map(({ floors }) => sumOf(floors)));
}

/**
 * Limits with floors that are possible: no more than the ceilings, and, where those of one kind are above the global limit
 * together, in proportion, in whole numbers, the largest remainders rounded up. Those that come to 0 are left out.
 */
export function withPossibleFloors(limits: Limits): Limits {
  if (limits.floors === undefined) return limits;
  const max = typeof limits.global === "number" ? limits.global : Infinity;
  const [functions, chains, ...labels] = valueLimitsOf(limits);
  const floors = {
    functions: possibleOf(functions, max),
    chains: possibleOf(chains, max),
    labels: Object.fromEntries(labels.map((of) => [of.label!, possibleOf(of, max)])),
  };
  return { ...limits, floors };
}

function possibleOf(of: ValueLimits, max: number): Record<string, number> {
  const floors = Object.entries(of.floors).map(([value, floor]) => ({
    value,
    floor: Math.min(floor, ceilingOf(of, value) ?? floor),
    remainder: 0,
  }));
  const sum = floors.reduce((sum, { floor }) => sum + floor, 0);
  if (sum > max) {
    let left = max;
    for (const each of floors) {
      const exact = each.floor * max / sum;
      each.floor = Math.floor(exact);
      each.remainder = exact - each.floor;
      left -= each.floor;
    }
    for (const each of floors.toSorted((a, b) => b.remainder - a.remainder).slice(0, left)) each.floor++;
  }
  return Object.fromEntries(
    floors.filter(({ floor }) => floor > 0).map(({ value, floor }) => [value, floor]),
  );
}

function sumOf(floors: Readonly<Record<string, number>>): number {
  return Object.values(floors).reduce((sum, floor) => sum + floor, 0);
}
