/** Which of the instances that are to be cancelled have something to undo first: a consumer has to do that. */
import type { Chain } from "../model/mod.ts";
import type { EndOf } from "./retried.ts";

/**
 * Whether an instance that may have begun has to undo what it has done, if it is cancelled: its chain has a node that undoes,
 * and that node has not settled.
 */
export function hasToUndo({ onFailed }: Chain, progress: () => Iterable<EndOf>): boolean {
  if (onFailed === undefined) return false;
  for (const { node, state } of progress()) if (node === onFailed && isSettled(state)) return false;
  return true;
}

function isSettled(state: EndOf["state"]): boolean {
  return state !== "started" && state !== "cancelled";
}

/**
 * The instances that stay in the queue although they are to be cancelled: those that have to undo something, and their callers,
 * without which they are not handed out.
 *
 * @param instances instances that may have begun and have not ended
 */
export function keptToUndo<T>(
  instances: Iterable<T>,
  callerOf: (instance: T) => T | undefined,
  undoes: (instance: T) => boolean,
): Set<T> {
  const kept = new Set<T>();
  for (const instance of instances) {
    if (!undoes(instance)) continue;
    for (let at: T | undefined = instance; at !== undefined && !kept.has(at); at = callerOf(at)) kept.add(at);
  }
  return kept;
}
