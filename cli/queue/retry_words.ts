/** The words for the instances that are named to be retried. */
import { type InstanceView, isUndone, type QueueAdmin } from "../../lib/queue/mod.ts";
import { FailedError } from "../shell/errors.ts";
import { didYouMean } from "../shell/options.ts";

/** An instance that was named, as it stood before. */
export interface Retried {
  readonly id: string;
  /** Undefined if there is none. */
  readonly view: InstanceView | undefined;
  /** The first caller, with which it runs again; itself, if it was not called. */
  readonly root: InstanceView | undefined;
  /** The node of the root below which it stands, if it was called. */
  readonly calledFrom: string | undefined;
}

/** Looks for an instance, and for the one from which its calls come. */
export async function retriedOf(queue: Pick<QueueAdmin, "get">, id: string): Promise<Retried> {
  const view = await queue.get(id);
  let root = view, calledFrom: string | undefined;
  while (root?.instance.parent !== undefined) {
    calledFrom = root.instance.parent.node;
    root = await queue.get(root.instance.parent.instance);
  }
  return { id, view, root, calledFrom };
}

/**
 * Whether an instance can run again from a node.
 *
 * @throws {FailedError} if there is no such instance, or it has no such node
 */
export function checkFrom({ id, root, calledFrom }: Retried, from: string): void {
  if (root === undefined) {
    throw new FailedError(`Cannot retry ${id}: the queue has no such instance. See sequoia queue list`);
  }
  const { instance: { id: rootId, chain } } = root;
  const names = chain.nodes.map(({ name }) => name);
  if (names.includes(from)) return;
  const what = `its chain ${chain.name} has no such node`;
  throw new FailedError(
    calledFrom === undefined
      ? `Cannot retry ${id} from ${from}: ${what}${didYouMean(from, names)} See sequoia queue show ${id}`
      : `Cannot retry ${id} from ${from}: it runs again with ${rootId}, from which it was called, and ${what}. ` +
        `Write --from ${calledFrom}, the node that called it`,
  );
}

/** The first callers of those that were called, by their ids. */
export function callersOf(named: readonly Retried[]): Record<string, string> {
  return Object.fromEntries(
    named.flatMap(({ id, root, calledFrom }) =>
      root === undefined || calledFrom === undefined ? [] : [[id, root.instance.id]]
    ),
  );
}

/** The first callers, or the instances themselves, that had been undone before they are retried, by their ids. */
export function undoneOf(named: readonly Retried[]): string[] {
  const roots = named.map(({ root }) => root).filter((root) => root !== undefined);
  const undone = roots.filter(({ instance, progress }) => isUndone(instance, progress));
  return [...new Set(undone.map(({ instance: { id } }) => id))];
}

/** A line that tells the effect of a retry on an instance that had been undone. */
export function undoneWords(id: string, from: string | undefined): string {
  return from === undefined
    ? `${id} had been undone: all of its nodes run again, under new idempotency keys`
    : `${id} had been undone: what --from ${from} leaves out counts as done`;
}

/** Why a retry could not reach an instance: a line, or none. */
export function notReached({ id, view, root }: Retried, from: string | undefined): string[] {
  if (view === undefined || root === undefined) return [`${id} is not in the queue`];
  const states = ["failed", "cancelled", ...(from === undefined ? [] : ["completed"])];
  const left = [view, root].find(({ state }) => !states.includes(state));
  if (left === undefined) return [];
  const hint = left.state === "completed" ? ". To run it again, say from which node: --from NODE" : "";
  return [`${left.instance.id} is ${left.state}${hint}`];
}
