import type { CallbackFilter, QueueDriver } from "../queue/mod.ts";

/** Which of the callbacks that were given up are retried; all given parts must hold. */
export interface GivenUpFilter extends Pick<CallbackFilter, "ids"> {
  /** The labels of the instances whose ends they tell. (Default: any) */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The callbacks that a retry has reached, or would reach. */
export interface CallbackReach {
  /** Their number; with `isMore`, at least. */
  readonly count: number;
  /** Whether there are more, which were not counted: only of a dry run. (Default: false) */
  readonly isMore?: true;
  /** The ids of the first of them. */
  readonly some: readonly string[];
  /** Those of the filter's ids under which no callback was given up. */
  readonly unknown: readonly string[];
}

/** Callbacks that are retried at a time. */
const AT_ONCE = 1000;
/** Most callbacks that a dry run counts, and most ids that are named. */
const MOST_COUNTED = 10_000, MOST_NAMED = 10;

/**
 * Has callbacks that were given up be delivered after all, from now on.
 *
 * @param dryRun whether nothing is done: they are only counted
 */
export async function retryCallbacks(
  queue: Pick<QueueDriver, "callbacks" | "retryCallbacks">,
  { ids, labels = {} }: GivenUpFilter,
  dryRun: boolean,
): Promise<CallbackReach> {
  const unknown = new Set(ids), some: string[] = [], wanted = Object.entries(labels);
  let count = 0, batch: string[] = [];
  const flush = async () => {
    if (!dryRun) count += await queue.retryCallbacks(batch);
    else count += batch.length;
    batch = [];
  };
  const filter = { states: ["given-up"], ...ids !== undefined && { ids } } as const;
  for await (const { id, end } of queue.callbacks(filter)) {
    if (!wanted.every(([name, value]) => end.labels[name] === value)) continue;
    if (dryRun && count + batch.length >= MOST_COUNTED) {
      return { count: count + batch.length, isMore: true, some, unknown: [...unknown] };
    }
    unknown.delete(id);
    unknown.delete(end.instance);
    if (some.length < MOST_NAMED) some.push(id);
    if (batch.push(id) >= AT_ONCE) await flush();
  }
  await flush();
  return { count, some, unknown: [...unknown] };
}
