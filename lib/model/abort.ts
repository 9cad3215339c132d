/** Where a signal keeps its callbacks: there are as many signals as instances in flight, too many for a WeakMap. */
const CALLBACKS = Symbol("callbacks");

interface Registry extends AbortSignal {
  [CALLBACKS]?: Set<() => void>;
}

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
  const registry: Registry = signal;
  let callbacks = registry[CALLBACKS];
  if (callbacks === undefined) {
    const all = new Set<() => void>();
    registry[CALLBACKS] = callbacks = all;
    signal.addEventListener("abort", () => all.forEach((each) => each()), { once: true });
  }
  const registered = callbacks;
  registered.add(callback);
  return () => registered.delete(callback);
}
