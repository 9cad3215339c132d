import { type Clock, onAbort } from "../../../model/mod.ts";
import type { Dialer } from "../dialer.ts";
import { Connection, NoAnswerError } from "./connection.ts";
import { Sending } from "./sending.ts";

/** A request, as far as calls of functions need it. */
export interface SendInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends it, with the signal's reason. */
  readonly signal: AbortSignal;
  /** Is told when the last byte of it has been handed to the system, if that is known. */
  readonly sent?: () => void;
}

/** How an {@linkcode Http1Client} is bounded. */
export interface Http1Options {
  readonly clock: Clock;
  /** Of a longer answer one byte more than this is read, and its connection closed. */
  readonly maxBodyBytes: number;
  /** Connections kept open to one origin when they are idle. */
  readonly idleConnections: number;
  readonly dialer: Pick<Dialer, "dial">;
}

/** Connections that are opened at the same time, so that the server's backlog does not overflow. */
const OPENED_AT_ONCE = 64;
const utf8 = new TextEncoder();

/**
 * A lean HTTP/1.1 client, for load: what is sent leaves in the turn of the event loop in which it is asked for, over a
 * connection that can be opened beforehand. A thousand calls at once cost Deno's `fetch` 80 to 120 ms before the last one
 * is handed over (2 busy cores), and this 6 to 20 ms. No redirects, no compression, no proxy.
 */
export class Http1Client implements Disposable {
  readonly #options: Http1Options;
  /** Idle connections by origin, the one that was used last at the end; some may have been closed meanwhile. */
  readonly #idle = new Map<string, Connection[]>();
  readonly #open = new Set<Connection>();
  readonly #sending: Sending;
  #last: { readonly url: string; readonly target: URL } | undefined;

  constructor(options: Http1Options) {
    this.#options = options;
    this.#sending = new Sending(options.clock);
  }

  /** Sends a request and waits for the whole answer. */
  async send(url: string, init: SendInit): Promise<Response> {
    const target = this.#parsed(url);
    const { signal, sent } = init;
    const request = utf8.encode(requestText(target, init));
    const idle = this.#takeIdle(target.origin);
    if (idle !== undefined) {
      try {
        return await this.#exchange(idle, request, signal, sent);
      } catch (error) {
        // It was closed while the call was on its way. The call has an Idempotency-Key, so it may be sent again.
        if (!(error instanceof NoAnswerError) || signal.aborted) throw error;
      }
    }
    return await this.#exchange(await this.#connect(target, signal), request, signal, sent);
  }

  async #exchange(
    connection: Connection,
    request: Uint8Array,
    signal: AbortSignal,
    sent: SendInit["sent"],
  ): Promise<Response> {
    const forget = onAbort(signal, () => connection.close(signal.reason));
    try {
      return await connection.send(request, this.#options.maxBodyBytes, sent);
    } finally {
      forget();
    }
  }

  /** Opens connections until so many are idle, or one cannot be opened. @param signal ends it early */
  async open(url: string, count: number, signal: AbortSignal): Promise<void> {
    const target = new URL(url);
    const wanted = Math.min(count, this.#options.idleConnections);
    while (!signal.aborted) {
      const missing = wanted - this.#countIdle(target.origin);
      if (missing <= 0) return;
      const some = Array.from({ length: Math.min(missing, OPENED_AT_ONCE) }, async () => {
        this.#free(target.origin, await this.#connect(target, signal));
      });
      const results = await Promise.allSettled(some);
      if (results.some(({ status }) => status === "rejected")) return; // the calls will say what is wrong
    }
  }

  async #connect(target: URL, signal: AbortSignal): Promise<Connection> {
    const { protocol, origin } = target;
    const hostname = target.hostname.replace(/^\[|\]$/g, "");
    const port = Number(target.port) || (protocol === "https:" ? 443 : 80);
    const plain = await this.#options.dialer.dial(target.hostname, port, signal);
    plain.setNoDelay(true);
    const conn = protocol === "https:" ? await secured(plain, hostname) : plain;
    if (signal.aborted) {
      conn.close();
      throw signal.reason;
    }
    const connection = new Connection(
      conn,
      this.#sending,
      (freed) => this.#free(origin, freed),
      (gone) => this.#open.delete(gone),
    );
    this.#open.add(connection);
    return connection;
  }

  /** Most calls in a row are of one URL. */
  #parsed(url: string): URL {
    if (this.#last?.url !== url) this.#last = { url, target: new URL(url) };
    return this.#last.target;
  }

  #takeIdle(origin: string): Connection | undefined {
    const idle = this.#idle.get(origin) ?? [];
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) if (this.#open.has(last)) return last;
    return undefined;
  }

  #countIdle(origin: string): number {
    const idle = this.#idle.get(origin)?.filter((connection) => this.#open.has(connection)) ?? [];
    this.#idle.set(origin, idle);
    return idle.length;
  }

  #free(origin: string, connection: Connection): void {
    if (!this.#open.has(connection)) return; // closed meanwhile
    const idle = this.#idle.get(origin);
    if (idle === undefined) this.#idle.set(origin, [connection]);
    else if (idle.length < this.#options.idleConnections || this.#countIdle(origin) < idle.length) {
      this.#idle.get(origin)!.push(connection);
    } else connection.close();
  }

  [Symbol.dispose](): void {
    this.#idle.clear();
    for (const connection of [...this.#open]) connection.close(new Error("it was stopped"));
  }
}

async function secured(plain: Deno.TcpConn, hostname: string): Promise<Deno.TlsConn> {
  const conn = await Deno.startTls(plain, { hostname, alpnProtocols: ["http/1.1"] });
  try {
    await conn.handshake();
  } catch (error) {
    conn.close();
    throw error;
  }
  return conn;
}

/** @throws {TypeError} if a header would break out of its line */
function requestText(target: URL, { method, headers, body }: SendInit): string {
  let head = `${method} ${target.pathname}${target.search} HTTP/1.1\r\nhost: ${target.host}\r\n`;
  if (target.username !== "") head += `authorization: Basic ${credentialsOf(target)}\r\n`;
  for (const name in headers) {
    const value = headers[name]!;
    if (/[\r\n\0]/.test(value)) throw new TypeError(`the header ${name} has a line break`);
    head += `${name}: ${value}\r\n`;
  }
  if (body === undefined) return `${head}\r\n`;
  return `${head}content-length: ${byteLength(body)}\r\n\r\n${body}`;
}

function byteLength(text: string): number {
  // deno-lint-ignore no-control-regex -- what takes one byte is what is meant
  return /^[\x00-\x7f]*$/.test(text) ? text.length : utf8.encode(text).length;
}

function credentialsOf({ username, password }: URL): string {
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return btoa(String.fromCharCode(...utf8.encode(text)));
}
