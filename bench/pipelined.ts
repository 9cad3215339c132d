/** A load that costs the machine little, so that it is the server that is measured: HTTP/1.1 over raw connections. */

/** The requests to send, and their number in flight. */
export interface Load {
  readonly url: URL;
  /** The JSON that is POSTed. */
  readonly body: string;
  readonly connections: number;
  /** Requests of a connection that are under way; a server answers them one after the other. */
  readonly depth: number;
  readonly forMs: number;
}

const CRLF = "\r\n";

/**
 * Sends the same request again and again.
 *
 * @returns answers a second
 * @throws {Error} if an answer is not as long as the first one, or of another status
 */
export async function answersPerS({ url, body, connections, depth, forMs }: Load): Promise<number> {
  const encoder = new TextEncoder();
  const head = [`POST ${url.pathname} HTTP/1.1`, `host: ${url.host}`, "content-type: application/json"];
  const bytes = encoder.encode(
    [...head, `content-length: ${encoder.encode(body).length}`, "", body].join(CRLF),
  );
  const batch = new Uint8Array(bytes.length * depth);
  for (let i = 0; i < depth; i++) batch.set(bytes, i * bytes.length);
  let answers = 0;
  const start = performance.now();
  const run = async (): Promise<void> => {
    using connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
    connection.setNoDelay(true);
    const buffer = new Uint8Array(64 * 1024);
    await write(connection, bytes);
    const first = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
    const start12 = first.slice(0, 12), length = encoder.encode(first).length;
    while (performance.now() - start < forMs) {
      await write(connection, batch);
      for (let left = length * depth, at = 0; left > 0;) {
        const count = await connection.read(buffer);
        if (count === null) throw new Error("the server closed the connection");
        // every answer that begins in these bytes begins as the first one did
        for (; at < count; at += length) {
          const seen = new TextDecoder().decode(buffer.subarray(at, Math.min(at + 12, count)));
          if (!start12.startsWith(seen)) {
            throw new Error(`an answer begins with ${seen}, not with ${start12}`);
          }
        }
        at -= count;
        left -= count;
      }
      answers += depth;
    }
  };
  await Promise.all(Array.from({ length: connections }, run));
  return answers / (performance.now() - start) * 1000;
}

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}
