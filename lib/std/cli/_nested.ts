type Nested = Record<string, unknown>;

/** Puts a value where a dotted name points to; with `collect` to the end of a list there. */
export function setNested(object: Nested, name: string, value: unknown, collect = false): void {
  const path = name.split(".");
  const last = path.pop()!;
  for (const key of path) {
    if (isUnsafe(object, key)) return;
    object = (object[key] ??= {}) as Nested;
  }
  if (isUnsafe(object, last)) return;
  const there = object[last];
  if (!collect) object[last] = value;
  else if (Array.isArray(there)) there.push(value);
  else object[last] = there ? [there, value] : [value];
}

/** Whether a value is where a dotted name points to. */
export function hasNested(object: Nested, name: string): boolean {
  for (const key of name.split(".")) {
    if (!Object.hasOwn(object, key)) return false;
    object = object[key] as Nested;
  }
  return true;
}

/** Whether a key leads to what all objects share. */
function isUnsafe(object: Nested, key: string): boolean {
  return key === "__proto__" || (key === "constructor" && typeof object[key] === "function");
}
