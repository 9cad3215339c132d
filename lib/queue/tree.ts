/** An instance among those that called it, and that it has called. */
interface Called<T> {
  readonly caller: T | undefined;
  readonly called: Iterable<T>;
}

/** An entry, and all that it has called, callers first. */
export function* treeOf<T extends Called<T>>(entry: T): Generator<T> {
  yield entry;
  for (const called of entry.called) yield* treeOf(called);
}

/** The entry that nobody has called from which all the others of its tree come. */
export function rootOf<T extends Called<T>>(entry: T): T {
  let root = entry;
  while (root.caller !== undefined) root = root.caller;
  return root;
}
