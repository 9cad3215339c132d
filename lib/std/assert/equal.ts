type Seen = WeakMap<object, WeakSet<object>>;

/** Whether two values are deeply equal: by content, with their prototypes; cycles are fine. */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new WeakMap());
}

function compare(a: unknown, b: unknown, seen: Seen): boolean {
  if (Object.is(a, b) || (a === 0 && b === 0)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) && !bothPlain(a, b)) return false;
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a.constructor.name} instances`);
  }
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof WeakRef && b instanceof WeakRef) return compare(a.deref(), b.deref(), seen);
  if (isBoxed(a) && isBoxed(b) && !Object.is(a.valueOf(), b.valueOf())) return false;
  if (met(a, b, seen)) return true;
  if (a instanceof Set && b instanceof Set) return sameSet(a, b, seen);
  if (a instanceof Map && b instanceof Map) return sameMap(a, b, seen);
  if (a instanceof Error && b instanceof Error && a.message !== b.message) return false;
  return sameProperties(a, b, seen);
}

/** An object without a prototype equals a plain one. */
function bothPlain(a: object, b: object): boolean {
  const plain = (value: object) => [null, Object.prototype].includes(Object.getPrototypeOf(value));
  return plain(a) && plain(b);
}

function isBoxed(value: object): boolean {
  return value instanceof String || value instanceof Number || value instanceof Boolean;
}

/** Whether this very pair is being compared already, further up. */
function met(a: object, b: object, seen: Seen): boolean {
  let partners = seen.get(a);
  if (!partners) seen.set(a, partners = new WeakSet());
  if (partners.has(b)) return true;
  partners.add(b);
  return false;
}

function sameSet(a: Set<unknown>, b: Set<unknown>, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  const rest = [...b].filter((item) => !a.has(item));
  return [...a].filter((item) => !b.has(item)).every((item) =>
    takeFirst(rest, (other) => compare(item, other, seen))
  );
}

function sameMap(a: Map<unknown, unknown>, b: Map<unknown, unknown>, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  const rest = [...b];
  return [...a].every(([key, value]) =>
    takeFirst(
      rest,
      ([otherKey, otherValue]) => compare(key, otherKey, seen) && compare(value, otherValue, seen),
    )
  );
}

function takeFirst<T>(items: T[], matches: (item: T) => boolean): boolean {
  const at = items.findIndex(matches);
  if (at >= 0) items.splice(at, 1);
  return at >= 0;
}

function sameProperties(a: object, b: object, seen: Seen): boolean {
  const keys = ownKeys(a);
  if (keys.length !== ownKeys(b).length) return false;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  return keys.every((key) =>
    Object.hasOwn(b, key) &&
    compare((a as Record<PropertyKey, unknown>)[key], (b as Record<PropertyKey, unknown>)[key], seen)
  );
}

function ownKeys(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
  return [...Object.keys(value), ...symbols];
}
