const registries = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Something that may be stopped once, as an AbortSignal: for work that is begun by the thousand in a second and hardly ever
 * stopped. Nothing is allocated before somebody listens.
 */
export class Stop {
  #stopped = false;
  #callbacks: (() => void)[] | undefined;

  /** Whether it has been stopped. */
  get aborted(): boolean {
    return this.#stopped;
  }

  /** Stops it, and calls all listeners back. */
  abort(): void {
    this.#stopped = true;
    const callbacks = this.#callbacks ?? [];
    this.#callbacks = undefined;
    for (const callback of callbacks) callback();
  }

  /** Calls back when it is stopped. @returns a function that takes the callback back */
  listen(callback: () => void): () => void {
    if (this.#callbacks === undefined) this.#callbacks = [callback]; // most have one, and `push` makes room for 17
    else this.#callbacks.push(callback);
    return () => {
      const callbacks = this.#callbacks ?? [], at = callbacks.indexOf(callback);
      if (at < 0) return;
      callbacks[at] = callbacks.at(-1)!;
      callbacks.pop();
    };
  }
}

/**
 * Calls back when a signal is aborted, or at once if it is. One event listener serves all callbacks of a signal, so that
 * thousands may come and go at no cost: the removal of a listener looks at all the others.
 *
 * @returns a function that takes the callback back
 */
export function onAbort(signal: AbortSignal | Stop, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  if (signal instanceof Stop) return signal.listen(callback);
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
