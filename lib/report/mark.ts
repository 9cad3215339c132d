import type { Better } from "./figure_types.ts";

/** The result of a comparison of a run's figure with the first run's. */
export type Mark = "better" | "worse" | "same";

/** A change of less than this part is of no importance, however sure it is. */
const NOTICEABLE = 0.01;

/** Whether a change is large enough for a mark. @param change as a part of what it was; null: it cannot be said, as from 0 */
export function isNoticeable(change: number | null): boolean {
  return change === null || Math.abs(change) >= NOTICEABLE;
}

/** The mark of a difference that is no chance. @param isLower whether the figure has become lower */
export function markOf(better: Better | undefined, isLower: boolean): Mark {
  if (better === undefined) return "same";
  return isLower === (better === "lower") ? "better" : "worse";
}
