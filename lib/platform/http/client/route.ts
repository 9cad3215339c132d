import type { Dialer } from "./dialer.ts";
import { portOf, type Proxy } from "./proxies.ts";
import { ResponseReader } from "./response_reader.ts";
import { utf8 } from "./request.ts";

/** The way of requests to their server: connections of one kind, which any of the requests may use. */
export interface Route {
  /** The same for routes whose connections may be used for each other. */
  readonly key: string;
  /** The target that the request line names. */
  target(url: URL): string;
  /** Headers that only this route needs, by name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Opens a connection. @throws also {UrlRefusedError} if the host of the URL is never called */
  connect(signal: AbortSignal): Promise<Deno.Conn>;
}

/** The route to a URL, by a proxy if there is one. */
export function routeTo(url: URL, proxy: Proxy | undefined, dialer: Dialer): Route {
  if (proxy === undefined) return direct(url, dialer);
  return url.protocol === "https:" ? tunnelled(url, proxy, dialer) : forwarded(url, proxy, dialer);
}

function direct(url: URL, dialer: Dialer): Route {
  const { hostname, protocol, origin } = url, port = portOf(url);
  return {
    key: origin,
    target: pathOf,
    headers: {},
    async connect(signal) {
      const conn = await dialer.dial(hostname, port, signal);
      return await orClosed<Deno.Conn>(conn, signal, () => {
        conn.setNoDelay(true);
        return protocol === "https:" ? secured(conn, hostname, signal) : conn;
      });
    },
  };
}

/** By a proxy that reads the requests: each names its host. */
function forwarded(url: URL, proxy: Proxy, dialer: Dialer): Route {
  return {
    key: `${url.origin} by ${proxy.url.origin}`,
    target: (url) => `${url.protocol}//${url.host}${pathOf(url)}`,
    headers: authorization(proxy),
    async connect(signal) {
      await dialer.check(url.hostname, signal);
      return await dialProxy(proxy, signal);
    },
  };
}

/** By a proxy that passes the bytes on: it is asked for a connection (RFC 9110, section 9.3.6), which is secured then. */
function tunnelled(url: URL, proxy: Proxy, dialer: Dialer): Route {
  const authority = `${url.hostname}:${portOf(url)}`;
  return {
    key: `${url.origin} by ${proxy.url.origin}`,
    target: pathOf,
    headers: {},
    async connect(signal) {
      await dialer.check(url.hostname, signal);
      const conn = await dialProxy(proxy, signal);
      return await orClosed(conn, signal, async () => {
        await askFor(authority, conn, proxy);
        return await secured(conn, url.hostname, signal);
      });
    },
  };
}

async function dialProxy(proxy: Proxy, signal: AbortSignal): Promise<Deno.TcpConn> {
  const { url } = proxy, hostname = url.hostname.replace(/^\[|\]$/g, "");
  try {
    const conn = await Deno.connect({ hostname, port: portOf(url), signal });
    return await orClosed(conn, signal, () => (conn.setNoDelay(true), conn));
  } catch (cause) {
    signal.throwIfAborted();
    throw proxyError(proxy, `cannot be reached: ${(cause as Error).message}`, cause);
  }
}

async function askFor(authority: string, conn: Deno.TcpConn, proxy: Proxy): Promise<void> {
  const headers = { host: authority, ...authorization(proxy) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  let bytes = utf8.encode(`CONNECT ${authority} HTTP/1.1\r\n${lines}\r\n`);
  while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
  const reader = new ResponseReader();
  reader.begin(() => 0, true);
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = await conn.read(buffer);
    if (count === null) throw proxyError(proxy, "closed the connection");
    const answer = reader.take(buffer.subarray(0, count));
    if (answer === undefined) continue;
    if (answer.status >= 200 && answer.status < 300) return;
    throw proxyError(proxy, `refused a connection to ${authority} with status ${answer.status}`);
  }
}

/** The server at the other end must prove by its certificate that the name is its own. */
async function secured(plain: Deno.TcpConn, hostname: string, signal: AbortSignal): Promise<Deno.TlsConn> {
  const name = hostname.replace(/^\[|\]$/g, "");
  const conn = await Deno.startTls(plain, { hostname: name, alpnProtocols: ["http/1.1"] });
  return await orClosed(conn, signal, async () => {
    await conn.handshake();
    signal.throwIfAborted();
    return conn;
  });
}

/** Goes on with a connection, which is closed if that fails. @throws the signal's reason, if it is aborted meanwhile */
async function orClosed<T>(conn: Deno.Conn, signal: AbortSignal, goOn: () => Promise<T> | T): Promise<T> {
  using _closing = closingOn(signal, conn);
  try {
    return await goOn();
  } catch (error) {
    close(conn);
    signal.throwIfAborted();
    throw error;
  }
}

/** Closes a connection when a signal is aborted: whatever is waited for of it fails. */
function closingOn(signal: AbortSignal, conn: Deno.Conn): Disposable {
  const end = () => close(conn);
  if (signal.aborted) end();
  signal.addEventListener("abort", end);
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", end) };
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // it was closed before
  }
}

function authorization({ url }: Proxy): Record<string, string> {
  return url.username === "" ? {} : { "proxy-authorization": `Basic ${basic(url)}` };
}

/** The user and the password of a URL as Basic credentials (RFC 7617). */
export function basic({ username, password }: URL): string {
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return btoa(String.fromCharCode(...utf8.encode(text)));
}

/** An error that names the proxy, without its password. */
function proxyError({ url, variable }: Proxy, what: string, cause?: unknown): Error {
  return new Error(
    `the proxy ${url.protocol}//${url.host} (${variable}) ${what}`,
    cause === undefined ? {} : { cause },
  );
}

function pathOf({ pathname, search }: URL): string {
  return pathname + search;
}
