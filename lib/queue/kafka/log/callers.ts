import { isIdOfCall, isIdOfCallBy, possibleCallers } from "../../../model/mod.ts";
import { rootOf } from "../../tree.ts";
import type { Entry } from "./entry.ts";
import type { KnownEnds } from "./known_ends.ts";
import type { Place } from "./records.ts";

/** The instances that a partition knows and that may call others. */
export interface KnownInstances {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly ends: KnownEnds;
}

/**
 * The instance that calls a chain under an id, or may come to, and was submitted before that id was: then the id belongs to
 * the call. A caller whose own root has not been read yet was submitted later.
 */
export function callerUnder(
  { entries, ends }: KnownInstances,
  id: string,
  { offset }: Pick<Place, "offset">,
  nowMs: number,
): string | undefined {
  const isBefore = ({ place }: { readonly place: Place }) => !place.isCalled && place.offset < offset;
  return possibleCallers(id).find((callerId) => {
    const entry = entries.get(callerId);
    if (entry !== undefined) {
      const root = rootOf(entry);
      return root.instance.parent === undefined && isBefore(root) && isIdOfCall(id, entry.instance);
    }
    const end = ends.at(callerId, nowMs);
    return end?.calls !== undefined && isBefore(ends.get(ends.root(callerId))!) &&
      isIdOfCallBy(id, callerId, end.calls);
  });
}
