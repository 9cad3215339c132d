/** Functions in the test's own process that keep a record of every call, for tests that look what consumers have done. */
import { assert } from "@std/assert";

/** A call as the function saw it. Times are in milliseconds on the clock of `performance.now()`. */
export interface RecordedCall {
  /** Which consumer made it: what stands first in the path. */
  readonly by: string;
  /** Its idempotency key. */
  readonly key: string;
  readonly instance: string;
  readonly node: string;
  readonly attempt: number;
  readonly inputs: Readonly<Record<string, string>>;
  readonly startMs: number;
  /** Infinity until it has been answered or cut off. */
  endMs: number;
  /** Its answer: never the same twice. */
  readonly output: string;
}

/** A server of functions. Where one is: `url(by)`, a slash, and any name. */
export interface RecordingServer extends AsyncDisposable {
  readonly calls: readonly RecordedCall[];
  /** For `--platform` of a consumer. */
  url(by: string): string;
}

/**
 * Serves functions.
 *
 * @param runMs how long each runs, in milliseconds; called for each call
 * @param mayEnd a call whose run time is over ends when this resolves. (Default: at once)
 */
export function serveRecorded(runMs: () => number, mayEnd = () => Promise.resolve()): RecordingServer {
  const calls: RecordedCall[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const startMs = performance.now();
    const body = await request.json() as Pick<RecordedCall, "instance" | "node" | "inputs" | "attempt">;
    const key = request.headers.get("idempotency-key")!;
    const { instance, node, inputs, attempt } = body;
    const by = new URL(request.url).pathname.split("/")[1]!;
    const output = `${key}#${calls.length}`;
    const call = { by, key, instance, node, attempt, inputs, startMs, endMs: Infinity, output };
    calls.push(call);
    const end = () => call.endMs = Math.min(call.endMs, performance.now());
    request.signal.addEventListener("abort", end, { once: true });
    await pause(runMs());
    await mayEnd();
    end();
    return Response.json(output);
  });
  return {
    calls,
    url: (by) => `http://127.0.0.1:${server.addr.port}/${by}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Waits until functions are called again. */
export async function callsGoOn({ calls }: RecordingServer): Promise<void> {
  const enough = calls.length + 200;
  await comesTrue(() => calls.length >= enough, "functions are called again");
}

/** Waits until something is so; fails if it is not within a minute. */
export async function comesTrue(isSo: () => boolean, what: string): Promise<void> {
  for (const lateMs = performance.now() + 60_000; !isSo();) {
    assert(performance.now() < lateMs, `not within a minute: ${what}`);
    await pause(10);
  }
}

/** Waits, in milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
