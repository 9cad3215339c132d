interface Seen {
  readonly key: string;
  aborted: boolean;
}

/** Functions that answer when they are let, and note what they were asked; they answer 200 to all at the end of the scope. */
export function functions() {
  const seen: Seen[] = [];
  const waiting = new Map<string, (answer: Response) => void>();
  const end = Promise.withResolvers<Response>();
  let told = () => {};
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const call: Seen = { key: request.headers.get("idempotency-key")!, aborted: false };
    await request.body?.cancel();
    seen.push(call);
    const answer = Promise.withResolvers<Response>();
    waiting.set(call.key, answer.resolve);
    request.signal.addEventListener("abort", () => {
      call.aborted = true;
      answer.resolve(new Response());
      told();
    });
    told();
    return await Promise.race([answer.promise, end.promise]);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    seen,
    keys: () => seen.map(({ key }) => key),
    /** Resolves when something that was asked, or has become of it, is as wanted. */
    async until(isSo: () => boolean): Promise<void> {
      while (!isSo()) await new Promise<void>((resolve) => told = resolve);
    },
    answer(key: string, status = 200): void {
      waiting.get(key)!(status === 200 ? Response.json(key) : new Response(null, { status }));
    },
    async [Symbol.asyncDispose](): Promise<void> {
      end.resolve(new Response());
      await server.shutdown();
    },
  };
}
