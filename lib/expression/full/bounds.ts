import type jsonata from "jsonata";
import { seededRandom } from "../../model/mod.ts";
import type { Constants } from "../scope.ts";
import { type Builtin, builtins } from "./builtins.ts";
import { type Meter, MOST_CHARACTERS, TOO_LARGE } from "./meter.ts";

const EXIT = Symbol.for("jsonata.__evaluate_exit");

/** Characters, items or members that a function of JSONata goes through per step. */
const PER_STEP = 32;
/** Functions that go through what they get again and again: their steps are the square of its length. */
const SQUARE = new Set(["formatNumber", "formatInteger", "parseInteger", "toMillis", "fromMillis", "sort"]);

/**
 * Holds an expression to its bounds: each step of its evaluation is counted, each value measured, and the functions of
 * JSONata count by the length of their arguments and results.
 */
export async function bound(
  expression: jsonata.Expression,
  meter: Meter,
  constants: Constants | undefined,
): Promise<void> {
  expression.assign(
    EXIT as unknown as string,
    (_expr: unknown, _input: unknown, _frame: unknown, value: unknown) => {
      meter.step();
      meter.measure(value);
    },
  );
  const known = await builtins();
  for (const [name, builtin] of Object.entries({ ...known, ...replaced(known, constants) })) {
    expression.assign(name, counted(name, builtin, meter));
  }
}

/** The functions that decide, and those that need more time or memory than their arguments ask for. */
function replaced(known: Record<string, Builtin>, constants: Constants | undefined): Record<string, Builtin> {
  const { distinct: d, pad: p, eval: e, random, shuffle, now, millis, fromMillis } = known as Record<
    string,
    Builtin
  >;
  const own: Record<string, Builtin> = {
    distinct: { ...d!, implementation: distinct },
    pad: { ...p!, implementation: pad },
    eval: { ...e!, implementation: evalOf(e!) },
  };
  if (constants === undefined) return own;
  const { nowMs, seed } = constants;
  const source = seededRandom(seed);
  return {
    ...own,
    random: { ...random!, implementation: () => source.next() },
    shuffle: { ...shuffle!, implementation: (list: unknown) => shuffled(list, () => source.next()) },
    millis: { ...millis!, implementation: () => nowMs },
    now: {
      ...now!,
      implementation(this: unknown, picture: unknown, timezone: unknown) {
        return fromMillis!.implementation.call(this, nowMs, picture, timezone);
      },
    },
  };
}

/** A function that counts before it begins, and again by what it gives. */
function counted(name: string, builtin: Builtin, meter: Meter): Builtin {
  const { implementation } = builtin;
  const count = (value: unknown) => meter.step(stepsOf(name, value));
  const given = (value: unknown) => (count(value), value);
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    args.forEach(count);
    const value = implementation.apply(this, args);
    return value instanceof Promise ? value.then(given) : given(value);
  };
  // JSONata looks at how many arguments a function takes, and how they are called
  Object.defineProperty(wrapper, "length", { value: implementation.length });
  Object.defineProperty(wrapper, "toString", { value: () => implementation.toString() });
  return { ...builtin, implementation: wrapper };
}

function stepsOf(name: string, value: unknown): number {
  const length = lengthOf(value);
  if (!SQUARE.has(name)) return length / PER_STEP;
  return name === "sort" ? length * Math.log2(length + 1) / 2 : length ** 2 / PER_STEP;
}

function lengthOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** JSONata's own puts the message of an error into that of another, with each level twice as many backslashes. */
function evalOf({ implementation }: Builtin): Builtin["implementation"] {
  return async function (this: unknown, ...args: unknown[]) {
    try {
      return await implementation.apply(this, args);
    } catch (error) {
      throw (error as { error?: unknown }).error ?? error;
    }
  };
}

/** JSONata's own compares each item with each other. */
function distinct(list: unknown): unknown {
  if (!Array.isArray(list) || list.length <= 1) return list;
  const seen = new Map(list.map((item) => [isPrimitive(item) ? item : JSON.stringify(item), item]));
  return [...seen.values()];
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

/** As JSONata's: to the right for a positive width, to the left for a negative one. */
function pad(text: unknown, width: unknown, fill: unknown = " "): string | undefined {
  if (typeof text !== "string" || typeof width !== "number" || typeof fill !== "string") return undefined;
  if (Math.abs(width) > MOST_CHARACTERS) throw TOO_LARGE;
  return width < 0 ? text.padStart(-width, fill || " ") : text.padEnd(width, fill || " ");
}

/** A permutation of a list (Fisher–Yates, inside out). */
function shuffled(list: unknown, next: () => number): unknown {
  if (!Array.isArray(list)) return list;
  const result: unknown[] = [];
  list.forEach((item, i) => {
    const at = Math.floor(next() * (i + 1));
    if (at < i) result[i] = result[at];
    result[at] = item;
  });
  return result;
}
