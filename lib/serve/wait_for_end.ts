import { ENDED, type InstanceView } from "../queue/mod.ts";
import { type Caller, partyOf } from "./caller.ts";
import type { AppParts } from "./parts.ts";
import { ProblemError } from "./problems.ts";
import { isVisible, noInstance, visibleInstance } from "./visible.ts";

/**
 * Waits for the end of an instance that a caller may see.
 *
 * @param signal aborted when the caller has gone
 * @returns the instance as it stands then, whether it has ended or not
 * @throws {ProblemError} 404, or 503 `too-many-waiting`
 */
export async function waitForEnd(
  { queue, waits }: Pick<AppParts, "queue" | "waits">,
  caller: Caller,
  id: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<InstanceView> {
  const view = await visibleInstance(queue, caller, id);
  if (waitMs === 0 || ENDED.includes(view.state)) return view;
  using place = waits.place(partyOf(caller));
  if (place === undefined) {
    throw new ProblemError(
      503,
      "too-many-waiting",
      "Cannot wait for the end: too many callers wait, or too many with this key. Ask again in a second, or without wait",
      { headers: { "retry-after": "1" } },
    );
  }
  const ended = await waits.ended(id, waitMs, signal);
  if (ended === undefined) return await visibleInstance(queue, caller, id);
  if (!isVisible(caller, ended.instance.labels)) throw noInstance(id);
  return ended;
}
