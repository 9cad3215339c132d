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
