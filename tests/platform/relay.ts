/** A relay before a server on loopback: it counts the connections of callers, and can cut them. */
export interface Relay extends AsyncDisposable {
  /** Where callers connect: `127.0.0.1:PORT`. */
  readonly host: string;
  /** The connections that callers have opened so far. */
  readonly connections: number;
  /** Those that are open now. */
  readonly open: number;
  /** Closes all that are open, without another byte. */
  cut(): void;
  /** Resolves when no more than `most` are open. */
  hasAtMost(most: number): Promise<void>;
}

/** Starts a relay before the server at a port. */
export function relayTo(port: number): Relay {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, transport: "tcp" });
  const open = new Map<Deno.TcpConn, Deno.TcpConn>();
  let connections = 0, isOver = false, changed = Promise.withResolvers<void>();
  const close = (caller: Deno.TcpConn) => {
    const server = open.get(caller);
    if (server === undefined) return;
    open.delete(caller);
    for (const end of [caller, server]) end.close();
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const copy = async (from: Deno.TcpConn, to: Deno.TcpConn, caller: Deno.TcpConn) => {
    const buffer = new Uint8Array(65_536);
    try {
      for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
        for (let rest = buffer.subarray(0, size); rest.length > 0;) {
          rest = rest.subarray(await to.write(rest));
        }
      }
    } catch {
      // one of both was closed
    }
    close(caller);
  };
  const accepting = (async () => {
    const all: Promise<void>[] = [];
    for await (const caller of listener) {
      connections++;
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      open.set(caller, server);
      all.push(copy(caller, server, caller), copy(server, caller, caller));
    }
    await Promise.all(all);
  })();
  const cut = () => [...open.keys()].forEach(close);
  return {
    host: `127.0.0.1:${listener.addr.port}`,
    get connections() {
      return connections;
    },
    get open() {
      return open.size;
    },
    cut,
    async hasAtMost(most) {
      while (open.size > most) await changed.promise;
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) listener.close();
      isOver = true;
      cut();
      await accepting;
    },
  };
}
