/** The fields that are read here of a part of JSONata's syntax tree. */
interface Part {
  readonly type?: string;
  readonly predicate?: readonly unknown[];
  readonly group?: unknown;
  readonly expressions?: readonly Part[];
  readonly then?: Part;
  readonly else?: Part;
  readonly rhs?: Part;
  keepArray?: boolean;
  keepSingletonArray?: boolean;
}

/** Parts whose values are no sequences. */
const SINGLE: ReadonlySet<string | undefined> = new Set([
  "string",
  "number",
  "value",
  "unary",
  "binary",
  "regex",
  "lambda",
]);

/**
 * Changes a syntax tree so that what it finds stays a list though it is one item, as JSONata's `[]` does: a filter with one
 * match, which is a list itself, would otherwise look like that list.
 */
export function keepSingletons(tree: unknown): void {
  const part = tree as Part;
  const isPlain = part.predicate === undefined && part.group === undefined;
  const ends = !isPlain ? undefined : endsOf(part);
  if (ends !== undefined) ends.forEach(keepSingletons);
  else if (part.type === "path") part.keepSingletonArray = true;
  else if (!isPlain || !SINGLE.has(part.type)) part.keepArray = true;
}

/** The parts that may give this one its value. */
function endsOf({ type, expressions = [], then, else: otherwise, rhs }: Part): readonly Part[] | undefined {
  switch (type) {
    case "block":
      return expressions.slice(-1);
    case "condition":
      return [then, otherwise].filter((part) => part !== undefined);
    case "bind":
      return [rhs!];
  }
  return undefined;
}

/** Whether a list that was kept is null alone: it may be the null that an expression has found, which is no list. */
export function isOnlyNull(value: unknown): boolean {
  return Array.isArray(value) && value.length === 1 && value[0] === null;
}
