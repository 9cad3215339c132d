/** Where a broker is asked. */
export interface Asked {
  readonly hostname: string;
  readonly port: number;
  /** The certificate to trust, when it speaks TLS. */
  readonly caPem?: string | undefined;
}

/** The longest time of one exchange, in milliseconds. */
const PATIENCE_MS = 2000;

/** ApiVersions (key 18), version 0, correlation id 7, no client id: a broker answers it before any login. */
const REQUEST = Uint8Array.of(0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 255, 255);

async function connect({ hostname, port, caPem }: Asked): Promise<Deno.Conn> {
  if (caPem === undefined) return await Deno.connect({ hostname, port });
  return await Deno.connectTls({ hostname, port, caCerts: [caPem] });
}

/** Whether the answer's head, size and correlation id, comes back. */
async function exchange(connection: Deno.Conn): Promise<boolean> {
  await connection.write(REQUEST); // so short that it goes in one piece
  const head = new Uint8Array(8);
  for (let filled = 0; filled < head.length;) {
    const read = await connection.read(head.subarray(filled));
    if (read === null) return false;
    filled += read;
  }
  return new DataView(head.buffer).getInt32(4) === 7;
}

/** Whether a Kafka broker answers there: an open port alone is too early. */
export async function answers(asked: Asked): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    using connection = await connect(asked);
    timer = setTimeout(() => connection.close(), PATIENCE_MS);
    return await exchange(connection);
  } catch {
    return false; // refused, reset, closed by the timer, no TLS yet: it does not answer, whichever it is
  } finally {
    clearTimeout(timer);
  }
}
