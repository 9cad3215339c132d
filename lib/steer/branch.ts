import type { InstanceLine, InstanceView, QueueAdmin } from "../queue/mod.ts";

/** An instance with the lines of those that it has called itself. */
export interface InstanceBranch {
  readonly view: InstanceView;
  /** Oldest first. */
  readonly called: readonly InstanceLine[];
  /** Whether there are more than {@linkcode MOST_CALLED} of them. */
  readonly isCut: boolean;
}

/** Most called instances of a branch. */
const MOST_CALLED = 1000;

/** Asks the queue for what an instance has called itself: a map may have called ten thousand, each with its own. */
export async function readBranch(
  queue: Pick<QueueAdmin, "page">,
  view: InstanceView,
): Promise<InstanceBranch> {
  const { id, chain: { nodes } } = view.instance;
  if (!nodes.some(({ calls }) => calls !== undefined)) return { view, called: [], isCut: false };
  const { lines, next } = await queue.page({ parent: id }, { limit: MOST_CALLED });
  return { view, called: lines, isCut: next !== undefined };
}
