import { onAbort } from "../../lib/model/mod.ts";

/**
 * Closes a resource when the program is to end, as there is nothing to drain: whatever waits for it rejects. To be disposed
 * before the resource.
 */
export function closeWhenDrained(resource: AsyncDisposable, drain: AbortSignal): Disposable {
  const close = async () => {
    try {
      await resource[Symbol.asyncDispose]();
    } catch {
      // whoever opened it disposes it, too, and is told
    }
  };
  return { [Symbol.dispose]: onAbort(drain, () => void close()) };
}
