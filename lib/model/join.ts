import type { Join, NodeState, OnFailure } from "./chain.ts";

/** All kinds of {@linkcode Join}. */
export const JOINS: readonly Join[] = ["all", "any", "settled"];

/** A node before, with its end and the effect that its failure was to have. */
export interface Before {
  /** Its end. */
  readonly state: NodeState;
  /** The effect of its failure. */
  readonly onFailure: OnFailure;
}

/**
 * Whether a node runs, now that all nodes before it have settled; if not, it is skipped.
 *
 * | the nodes before it     | `all` | `any` | `settled` |
 * | ----------------------- | ----- | ----- | --------- |
 * | none                    | runs  | runs  | runs      |
 * | ok                      | runs  | runs  | runs      |
 * | ok, skipped             | runs  | runs  | runs      |
 * | ok, lost                | –     | runs  | runs      |
 * | ok, lost, skipped       | –     | runs  | runs      |
 * | lost                    | –     | –     | runs      |
 * | lost, skipped           | –     | –     | runs      |
 * | skipped                 | –     | –     | –         |
 *
 * *Lost* is a node that failed, or was cancelled, with `onFailure: "skip"`. With `onFailure: "continue"` it counts as ok
 * (it answered null); with `onFailure: "fail"` it ends the chain, and nothing after it runs whatever the join.
 */
export function runsAfter(join: Join, before: readonly Before[]): boolean {
  if (before.length === 0) return true;
  const isLost = ({ state, onFailure }: Before) =>
    onFailure !== "continue" && (state === "failed" || state === "cancelled");
  const isOk = (node: Before) => node.state !== "skipped" && !isLost(node);
  switch (join) {
    case "all":
      return before.some(isOk) && !before.some(isLost);
    case "any":
      return before.some(isOk);
    case "settled":
      return before.some(({ state }) => state !== "skipped");
  }
}
