import { assertEquals } from "@std/assert";
import { Webhook } from "standardwebhooks";
import type { Random } from "../../lib/model/mod.ts";
import { pause } from "./recorded_calls.ts";

/** A secret that signs callbacks. */
export const SECRET = `whsec_${btoa("s".repeat(32))}`;

/** One post to a receiver of callbacks. */
export interface ReceivedPost {
  /** Its `webhook-id`. */
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** The status of its answer. */
  readonly status: number;
}

/**
 * A server that receives callbacks, and notes them when they are answered.
 *
 * @param answer gives the status, also later; `count` is the number of posts under this id, this one included
 */
export function receiver(
  answer: (post: Omit<ReceivedPost, "status">, count: number) => number | Promise<number>,
) {
  const posts: ReceivedPost[] = [], counts = new Map<string, number>();
  let told = () => {};
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const headers = Object.fromEntries(request.headers), id = headers["webhook-id"] ?? "";
    const body = await request.text();
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    const status = await answer({ id, headers, body }, count);
    posts.push({ id, headers, body, status });
    told();
    return new Response(null, { status });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/ends`,
    posts,
    /** Those that were answered as taken. */
    get taken(): readonly ReceivedPost[] {
      return posts.filter(({ status }) => status < 300);
    },
    /** Resolves when what was received is as wanted. */
    async until(isSo: () => boolean): Promise<void> {
      while (!isSo()) await new Promise<void>((resolve) => told = resolve);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await server.shutdown();
    },
  };
}

/**
 * A receiver that takes up to a time, in milliseconds, for each answer, so that kills of senders come in between, and fails a
 * fifth of the first posts under an id.
 */
export function shakyReceiver(random: Random, longestMs: number) {
  return receiver(async (_, count) => {
    await pause(random.next() * longestMs);
    return count === 1 && random.next() < 0.2 ? 500 : 204;
  });
}

/** The ids of the instances whose ends were taken. */
export function tellersOf(ends: { readonly taken: readonly ReceivedPost[] }): Set<string> {
  return new Set(ends.taken.map(({ body }) => JSON.parse(body).data.id as string));
}

/**
 * Asserts that all posts are signed, and that each end is told under one id of its own.
 *
 * @returns the outcomes, by instance
 */
export function assertToldByOneId(posts: readonly ReceivedPost[]): Map<string, string> {
  const idsOf = new Map<string, Set<string>>(), outcomes = new Map<string, string>();
  for (const { id, body, headers } of posts) {
    const { data } = new Webhook(SECRET).verify(body, headers) as { data: { id: string; outcome: string } };
    idsOf.set(data.id, (idsOf.get(data.id) ?? new Set()).add(id));
    outcomes.set(data.id, data.outcome);
  }
  assertEquals([...idsOf.values()].filter((ids) => ids.size !== 1), [], "each end has one id");
  assertEquals(new Set([...idsOf.values()].flatMap((ids) => [...ids])).size, idsOf.size, "of its own");
  return outcomes;
}
