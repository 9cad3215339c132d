import { among, type Command, pagesWithin, type QueueAdmin, reachableStates } from "../queue/mod.ts";

/** A command about instances. */
export type InstanceCommand = Extract<Command, { kind: "cancel" | "retry" }>;

/** The instances that a command would reach. */
export interface Reach {
  /** Their number, without those that they have called; with `isMore`, at least. */
  readonly count: number;
  /** Whether there are more, which were not counted. (Default: false) */
  readonly isMore?: true;
  /** The ids of the first of them. */
  readonly some: readonly string[];
}

/** Most instances that are looked at for their number, and a page of them. */
const MOST_COUNTED = 10_000, AT_ONCE = 1000;
/** Most ids that are named. */
const MOST_NAMED = 10;

/** Counts the instances that a command would reach now, as far as that takes little time. */
export async function reachOf(queue: Pick<QueueAdmin, "page">, command: InstanceCommand): Promise<Reach> {
  const filter = among(reachableStates(command), command.filter);
  const some: string[] = [];
  let count = 0, isCut = false;
  for await (
    const { lines, isMore = false } of pagesWithin(queue, filter, { limit: AT_ONCE }, MOST_COUNTED)
  ) {
    for (const { id, parent } of lines) {
      if (parent !== undefined) continue;
      count++;
      if (some.length < MOST_NAMED) some.push(id);
    }
    isCut = isMore;
  }
  return { count, some, ...isCut && { isMore: true } };
}
