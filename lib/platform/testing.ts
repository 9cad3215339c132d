/** The helpers that the tests of this folder share. */
import {
  chain,
  fn,
  type FunctionOptions,
  instanceMaker,
  realClock,
  seededRandom,
  writeJson,
} from "../model/mod.ts";
import { type HttpOptions, HttpPlatform } from "./http/http.ts";
import type { Call } from "./platform.ts";

/** A call of a function of a chain of one node. */
export function callOf(options: FunctionOptions, parts: Partial<Call> = {}): Call {
  const single = chain("single", ({ call }) => {
    call(fn("f", options), { name: "n", args: { size: 3 } });
  });
  const instance = instanceMaker(seededRandom(1))({ chain: single }, 1000);
  return {
    spec: single.nodes[0]!.fn,
    instance,
    node: 0,
    attempt: 1,
    args: writeJson({ size: 3 }),
    inputs: {},
    ...parts,
  };
}

/** An HTTP platform and a server that answers as told; both end with the scope. */
export function serve(
  handler: (request: Request) => Response | Promise<Response>,
  options: Partial<HttpOptions> = {},
): { readonly url: string; readonly platform: HttpPlatform } & AsyncDisposable {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    onError: () => new Response(null, { status: 500 }),
  }, handler);
  const local = {
    resolve: () => `http://127.0.0.1:${server.addr.port}/local`,
    lost() {},
    words: () => "nobody",
  };
  const platform = new HttpPlatform({ clock: realClock, local, ...options });
  return {
    url: `http://127.0.0.1:${server.addr.port}/f`,
    platform,
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

/** A signal that is never aborted. */
export const never = new AbortController().signal;

/** A TCP server that does with each connection what `talk` does, after it has read something; it ends with the scope. */
export function rawServer(
  talk: (connection: Deno.TcpConn, asked: string) => Promise<unknown>,
): { readonly port: number; readonly first: Promise<void> } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, transport: "tcp" });
  const open = new Set<Deno.TcpConn>();
  const first = Promise.withResolvers<void>();
  const serveOne = async (connection: Deno.TcpConn) => {
    first.resolve();
    open.add(connection);
    try {
      const bytes = new Uint8Array(65_536);
      const length = await connection.read(bytes);
      await talk(connection, new TextDecoder("latin1").decode(bytes.subarray(0, length ?? 0)));
    } catch {
      // the caller has gone
    }
    open.delete(connection);
    try {
      connection.close();
    } catch {
      // it was closed at the end
    }
  };
  const accepting = (async () => {
    const all: Promise<void>[] = [];
    for await (const connection of listener) all.push(serveOne(connection));
    await Promise.all(all);
  })();
  return {
    port: listener.addr.port,
    /** Resolves when somebody has connected. */
    first: first.promise,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) connection.close();
      await accepting;
    },
  };
}

/** Writes all of a text, or of bytes, to a connection. */
export async function writeAll(connection: Deno.Conn, what: string | Uint8Array<ArrayBuffer>): Promise<void> {
  let rest = typeof what === "string" ? new TextEncoder().encode(what) : what;
  while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
}
