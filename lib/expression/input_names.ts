import jsonata from "jsonata";

/**
 * The names that an expression reads of `inputs`, as in `inputs.scan.score`, each once. A name that is looked up in something
 * else than the scope, as within the brackets of `args.files[inputs = 1]`, is none of them.
 *
 * @param text an expression that can be read
 */
export function inputNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  walk(jsonata(text).ast(), names);
  return names;
}

/** A part of a parsed expression, as far as it is read here. */
interface Part {
  readonly type?: string;
  readonly value?: unknown;
  readonly steps?: readonly Part[];
}

/** Goes through the parts that are evaluated with the scope as their context. */
function walk(part: unknown, names: Set<string>): void {
  if (Array.isArray(part)) return part.forEach((each) => walk(each, names));
  if (typeof part !== "object" || part === null) return;
  const { type, steps } = part as Part;
  if (type === "path" && steps !== undefined) return walkPath(steps, names);
  if (type === "transform" || type === "regex") return;
  for (const [key, inner] of Object.entries(part)) if (!INNER.includes(key)) walk(inner, names);
}

/** Evaluated for each of the items that stand before it. */
const INNER = ["predicate", "stages", "group", "focus"];

/** Only the first step of a path has the scope as its context. */
function walkPath(steps: readonly Part[], names: Set<string>): void {
  const isRoot = steps[0]?.type === "variable" && ["", "$"].includes(String(steps[0].value)); // `$` and `$$`
  const [first, second] = isRoot ? steps.slice(1) : steps;
  if (first?.type === "name" && first.value === "inputs") {
    if ((second?.type === "name" || second?.type === "string") && typeof second.value === "string") {
      names.add(second.value);
    }
    return;
  }
  if (!isRoot) walk(first, names);
}
