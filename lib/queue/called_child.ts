import { type Instance, type JsonText, type NodeRecord, NULL } from "../model/mod.ts";
import type { Child, InstanceState } from "./queue.ts";

/** A called instance, as a driver has it. */
interface CalledEntry {
  readonly instance: Instance;
  readonly state: InstanceState;
  readonly reason?: string | undefined;
  /** Why it is to end, if it is. */
  readonly cancel?: string | undefined;
  /** (Default: null) */
  readonly output?: JsonText | undefined;
}

/** A called instance, as its caller's holder gets it. */
export function childOf(
  { instance, state, reason, cancel, output = NULL }: CalledEntry,
  progress: readonly NodeRecord[],
): Child {
  if (state === "delayed" || state === "queued" || state === "running") {
    return { instance, progress, ...cancel !== undefined && { cancel } };
  }
  return { instance, progress, ended: { outcome: state, output, ...reason !== undefined && { reason } } };
}
