/** The helpers that the tests of the client share. */
import { Stop } from "../../../model/mod.ts";
import type { HttpRequest } from "./request.ts";

/** Talks over one connection: called with its number, from 1, and each request in turn. */
export type Talk = (connection: number, request: string, conn: Deno.TcpConn) => unknown;

/** A server that takes each read for a request, as the requests of these tests are short. */
export function talkingServer(talk: Talk) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, transport: "tcp" });
  const open = new Set<Deno.TcpConn>();
  let count = 0;
  const serve = async (conn: Deno.TcpConn, number: number): Promise<void> => {
    const buffer = new Uint8Array(65_536);
    try {
      for (let size = await conn.read(buffer); size !== null; size = await conn.read(buffer)) {
        await talk(number, new TextDecoder().decode(buffer.subarray(0, size)), conn);
      }
    } catch {
      // it was closed
    } finally {
      open.delete(conn);
      closed(conn);
    }
  };
  const accepting = (async () => {
    const all: Promise<void>[] = [];
    for await (const conn of listener) {
      open.add(conn);
      all.push(serve(conn, ++count));
    }
    await Promise.all(all);
  })();
  const { port } = listener.addr;
  return {
    port,
    url: `http://127.0.0.1:${port}/f`,
    /** Connections so far. */
    get connections() {
      return count;
    },
    /** Those that are open now. */
    open,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) closed(conn);
      await accepting;
    },
  };
}

function closed(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // it was closed before
  }
}

/** Writes a text. */
export async function write(conn: Deno.Conn, text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
}

/** An answer with a body. */
export function answer(body: string, head = "HTTP/1.1 200 OK\r\n"): string {
  return `${head}content-length: ${body.length}\r\n\r\n${body}`;
}

/** A request with a body that nobody stops. */
export function requestOf(url: string, parts: Partial<HttpRequest> = {}): HttpRequest {
  return { url, method: "POST", headers: {}, body: "{}", stop: new Stop(), maxBytes: () => 1000, ...parts };
}

export function textOf({ body }: { readonly body: Uint8Array<ArrayBuffer> }): string {
  return new TextDecoder().decode(body);
}

/** A name server that gives one answer after the other, and the last one for ever; and the names that it was asked for. */
export function answering(...answers: (readonly string[] | Error)[]) {
  const asked: string[] = [];
  return {
    asked,
    resolve(name: string): Promise<readonly string[]> {
      asked.push(name);
      const found = answers.length > 1 ? answers.shift()! : answers[0]!;
      return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
    },
  };
}
