import { among, CANCELLABLE, ENDED, RETRYABLE, RETRYABLE_FROM } from "../filter.ts";
import type { Command } from "../queue.ts";
import { rootOf, treeOf } from "../tree.ts";
import { cancelEntries } from "./cancelling.ts";
import type { MemoryStore } from "./store.ts";

/**
 * Carries out what an operator asks for.
 *
 * @param nowMs in milliseconds since 1970
 * @returns the number of instances that it reached
 */
export function obey(store: MemoryStore, command: Command, nowMs: number): number {
  switch (command.kind) {
    case "cancel":
      return cancelEntries(
        store,
        store.select(among(CANCELLABLE, command.filter)),
        command.abort ?? false,
        nowMs,
      );
    case "retry": {
      const states = command.from === undefined ? RETRYABLE : RETRYABLE_FROM;
      const roots = store.select(among(states, command.filter)).map(rootOf);
      const meant = new Set(roots.filter(({ state }) => states.includes(state)));
      return store.retry(meant, { atMs: nowMs, from: command.from });
    }
    case "purge": {
      const entries = store.select(among(ENDED, command.filter));
      const roots = entries.filter(({ caller }) => caller === undefined);
      const gone = roots.reduce((sum, root) => sum + [...treeOf(root)].length, 0);
      store.forget(roots);
      return gone;
    }
    default:
      store.settings.obey(command);
      store.bell.ring();
      return 0;
  }
}
