import type { ParentRef } from "../model/mod.ts";
import { QueueError } from "./errors.ts";
import type { Filter, InstanceState, InstanceView } from "./views.ts";

/** An instance as lists show it: without its args, its output and the records of its nodes, which may be large. */
export interface InstanceLine {
  /** The id of the instance. */
  readonly id: string;
  /** The name of its chain. */
  readonly chain: string;
  /** Where it stands. */
  readonly state: InstanceState;
  /** Its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** In milliseconds since 1970. */
  readonly submittedAtMs: number;
  /** When it may begin, in milliseconds since 1970. (Default: at once) */
  readonly dueAtMs?: number;
  /** Lower is more urgent. */
  readonly priority: number;
  /** When it should have ended, in milliseconds since 1970; Infinity for never. */
  readonly deadlineMs: number;
  /** By whom it was called, if a chain has called it. */
  readonly parent?: ParentRef;
  /** Why it failed or was cancelled, if it was. */
  readonly reason?: string;
  /** When it ended, in milliseconds since 1970, if it has ended. */
  readonly endedAtMs?: number;
}

/** The part of a list that is asked for. */
export interface PageOptions {
  /** Most lines of the page, from 1 to 1,000. */
  readonly limit: number;
  /** The `next` of the page before. (Default: the list begins) */
  readonly after?: string;
  /** Whether those that were submitted last come first. (Default: those that were submitted first) */
  readonly newestFirst?: boolean;
}

/**
 * A part of a list. A page looks at a bounded number of instances, so that it takes no longer however many there are: it may have
 * fewer lines than were asked for, or none, while there are more behind it.
 */
export interface InstancePage {
  /** In their order. */
  readonly lines: readonly InstanceLine[];
  /** Where the next page begins, for {@linkcode PageOptions.after}; undefined: there is nothing more. */
  readonly next?: string;
}

/** Pages of lists of instances. */
export interface Pages {
  /**
   * A part of the instances that a filter means; its `limit` is not looked at.
   *
   * @throws {QueueError} `bad-cursor` if `after` is of no page of such a queue
   */
  page(filter: Filter, options: PageOptions): Promise<InstancePage>;
}

/** A page of a list that is read only so far. */
export interface PageWithin {
  /** In their order. */
  readonly lines: readonly InstanceLine[];
  /** Of the last page: there are more instances behind it, which are not looked at. (Default: there are none) */
  readonly isMore?: true;
}

/**
 * The pages of a list, one after the other, in bounded time. Each counts as full, also where it has few lines: most of what it
 * looks at may be other instances.
 *
 * @param options the size of a page, and the order
 * @param most the most instances of all pages together
 */
export async function* pagesWithin(
  queue: Pages,
  filter: Filter,
  options: Omit<PageOptions, "after">,
  most: number,
): AsyncGenerator<PageWithin> {
  let after: string | undefined;
  for (let left = most; left > 0;) {
    const { lines, next } = await queue.page(filter, { ...options, ...after !== undefined && { after } });
    left -= options.limit;
    yield { lines, ...left <= 0 && next !== undefined && { isMore: true } };
    if (next === undefined) return;
    after = next;
  }
}

/** The line of an instance. */
export function lineOf({ instance, state, reason, endedAtMs }: Omit<InstanceView, "progress">): InstanceLine {
  const { id, chain, labels, submittedAtMs, dueAtMs, priority, deadlineMs, parent } = instance;
  return {
    id,
    chain: chain.name,
    state,
    labels,
    submittedAtMs,
    priority,
    deadlineMs,
    ...dueAtMs !== undefined && { dueAtMs },
    ...parent !== undefined && { parent },
    ...reason !== undefined && { reason },
    ...endedAtMs !== undefined && { endedAtMs },
  };
}

/** Writes a cursor. */
export function cursorText(parts: readonly number[]): string {
  return parts.join(".");
}

/**
 * Reads a cursor.
 *
 * @param count the number of its parts
 * @throws {QueueError} `bad-cursor`
 */
export function readCursor(text: string, count: number): number[] {
  const parts = /^\d{1,16}(?:\.\d{1,16})*$/.test(text) ? text.split(".").map(Number) : [];
  if (parts.length === count && parts.every(Number.isSafeInteger)) return parts;
  throw new QueueError(
    "bad-cursor",
    `Cannot go on from ${
      JSON.stringify(text)
    }: it is of no page of this queue. Use the cursor of a page as it came`,
  );
}
