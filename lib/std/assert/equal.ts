/**
 * Whether two values are deeply equal: by prototype and content, with `NaN` equal to itself and `0` to `-0`.
 * Cycles are fine.
 *
 * @throws {TypeError} for a WeakMap or WeakSet, as nobody can look into them
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

/** The partner each object is being compared with, further up. */
type Seen = Map<object, object>;

type Keyed = Readonly<Record<PropertyKey, unknown>>;

/** Classes whose instances are told apart by what they say. */
const EQUAL_BY_TEXT = new Set<unknown>(
  [
    RegExp,
    URL,
    URLSearchParams,
    Intl.Locale,
    ...Object.values(globalThis.Temporal ?? {}).filter((value) => typeof value === "function"),
  ].map(({ prototype }) => prototype),
);

function compare(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (!samePrototype(a, b)) return false;
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a instanceof WeakMap ? "WeakMap" : "WeakSet"} instances`);
  }
  if (a instanceof WeakRef) return compare(a.deref(), (b as WeakRef<object>).deref(), seen);
  const [numbers, others] = [numbersOf(a), numbersOf(b)];
  if (numbers && others) return sameNumbers(numbers, others);
  if (seen.get(a) === b) return true;
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  seen.set(a, b);
  if (a instanceof Set || a instanceof Map) return sameEntries(a, b as typeof a, seen);
  if (EQUAL_BY_TEXT.has(Object.getPrototypeOf(a))) return String(a) === String(b);
  return sameProperties(a, b, seen);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An object without a prototype is like a plain one. */
function samePrototype(a: object, b: object): boolean {
  const [ofA, ofB] = [a, b].map((value) => Object.getPrototypeOf(value) ?? Object.prototype);
  return ofA === ofB;
}

function numbersOf(value: object): ArrayLike<unknown> | undefined {
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? undefined : value as Uint8Array;
  const isBuffer = value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
  return isBuffer ? new Uint8Array(value) : undefined;
}

function sameNumbers(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  return true;
}

/** Entries stand in any order, and keys may be equal without being the same. */
function sameEntries<T extends Set<unknown> | Map<unknown, unknown>>(a: T, b: T, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  const entries = [...b.entries()];
  for (const [key, value] of a.entries()) {
    const found = isObject(key)
      ? entries.some(([other, itsValue]) => compare(key, other, seen) && compare(value, itsValue, seen))
      : b.has(key) && (b instanceof Set || compare(value, b.get(key), seen));
    if (!found) return false;
  }
  return true;
}

function sameProperties(a: object, b: object, seen: Seen): boolean {
  for (const key of new Set([...keysOf(a), ...keysOf(b)])) {
    if (!(key in a && key in b) || !compare((a as Keyed)[key], (b as Keyed)[key], seen)) return false;
  }
  return true;
}

const PLAIN: readonly unknown[] = [null, Object.prototype, Array.prototype];

/**
 * The keys to compare: all that can be listed, and of an instance of a class also the hidden ones, and its
 * getters.
 */
function keysOf(value: object): PropertyKey[] {
  if (PLAIN.includes(Object.getPrototypeOf(value))) {
    return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  }
  const keys: PropertyKey[] = [];
  for (let at = value; !PLAIN.includes(at); at = Object.getPrototypeOf(at)) {
    keys.push(...Reflect.ownKeys(at));
  }
  return keys;
}
