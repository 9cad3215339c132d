import type { Label } from "./label.ts";

/** The permission that a route asks for: to submit, to look, or to steer what is in the queue and those who consume it. */
export type Scope = "submit" | "read" | "steer";

/** All scopes. */
export const SCOPES: readonly Scope[] = ["submit", "read", "steer"];

/** Who sends a request. */
export interface Caller {
  readonly scopes: ReadonlySet<Scope>;
  /** The label to which the caller is bound: it sees and submits only instances that carry it. (Default: all) */
  readonly label?: Label;
  /** The tenant, or the key, under which the room of its requests is counted. (Default: nobody; it may take all) */
  readonly party?: string;
}

/** The party of all whom the server does not know. */
const STRANGERS = "strangers";

/** The party under which the room of a request is counted. @param caller undefined: a stranger */
export function partyOf(caller: Caller | undefined): string | undefined {
  return caller === undefined ? STRANGERS : caller.party;
}
