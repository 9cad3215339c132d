const registries = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal is aborted, or at once if it is. One event listener serves all callbacks of a signal, so that
 * thousands may come and go at no cost: the removal of a listener looks at all the others.
 *
 * @returns what takes the callback back
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  let callbacks = registries.get(signal);
  if (callbacks === undefined) {
    const all = new Set<() => void>();
    registries.set(signal, all);
    signal.addEventListener("abort", () => all.forEach((each) => each()), { once: true });
    callbacks = all;
  }
  const registered = callbacks;
  registered.add(callback);
  return () => registered.delete(callback);
}
