/**
 * The names of runs without what all of them begin or end with, whole parts of paths at a time: `out/a.json` and `out/b.json` are
 * `a` and `b`, as are `a/run.json` and `b/run.json`. Names that would be empty then stay whole.
 */
export function shortNames(names: readonly string[]): string[] {
  const parts = names.map((name) => name.split(/(?<=[/\\.])|(?=[.])/));
  if (names.length < 2) return [...names];
  const start = commonLength(parts);
  const end = commonLength(parts.map((list) => list.slice(start).reverse()));
  const short = parts.map((list) => list.slice(start, list.length - end).join("").replace(/[/\\.]+$/, ""));
  return short.includes("") || new Set(short).size < new Set(names).size ? [...names] : short;
}

/** The number of first elements that all lists have in common. */
function commonLength(lists: readonly (readonly string[])[]): number {
  const [first = []] = lists;
  const differs = first.findIndex((part, i) => lists.some((list) => list[i] !== part));
  return differs < 0 ? first.length : differs;
}
