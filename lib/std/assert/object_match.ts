import { assertEquals } from "./equals.ts";

type Keyed = Record<PropertyKey, unknown>;

/**
 * Holds if an object has all expected properties, deeply; it may have more.
 *
 * @throws {AssertionError} that says what differs
 */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- as in the real package: any object may be compared
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  // both sides lose their classes on the way, so that an instance may match a plain object
  assertEquals(new Part().ofObject(actual, expected), new Part().ofObject(expected, expected), msg);
}

/** Takes from a value what another one speaks of. */
class Part {
  readonly #seen = new WeakMap<object, object>();

  ofObject(value: Keyed, named: Keyed): Keyed {
    if (this.#isBack(value, named)) return value;
    const keys = Reflect.ownKeys(value);
    const wanted = new Set(Reflect.ownKeys(named));
    const common = keys.filter((key) => wanted.has(key));
    // nothing in common: the message shows what there is instead
    const isOther = keys.length > 0 && wanted.size > 0 && common.length === 0;
    if (isOther) return Object.fromEntries(keys.map((key) => [key, value[key]]));
    return Object.fromEntries(common.map((key) => [key, this.#of(value[key], named[key])]));
  }

  #ofArray(value: unknown[], named: unknown[]): unknown[] {
    if (this.#isBack(value, named)) return value;
    return Array.from(value.slice(0, named.length), (item, i) => this.#of(item, named[i]));
  }

  #of(value: unknown, named: unknown): unknown {
    if (!isObject(value) || !isObject(named)) return value;
    if (value instanceof RegExp || value instanceof Date) return value;
    if (Array.isArray(value) && Array.isArray(named)) return this.#ofArray(value, named);
    if (value instanceof Set && named instanceof Set) return value.intersection(named);
    if (value instanceof Map && named instanceof Map) return this.#ofMap(value, named);
    return this.ofObject(value, named);
  }

  #ofMap(value: Map<unknown, unknown>, named: Map<unknown, unknown>): Map<unknown, unknown> {
    const common = [...value].filter(([key]) => named.has(key));
    return new Map(common.map(([key, item]) => {
      const other = named.get(key);
      return [key, isObject(item) && isObject(other) ? this.ofObject(item, other) : item];
    }));
  }

  /** Whether a cycle leads here again. */
  #isBack(value: object, named: object): boolean {
    if (this.#seen.get(value) === named) return true;
    this.#seen.set(value, named);
    return false;
  }
}

function isObject(value: unknown): value is Keyed {
  return typeof value === "object" && value !== null;
}
