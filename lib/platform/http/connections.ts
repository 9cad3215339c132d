import type { Clock } from "../../model/mod.ts";
import { hostRefusal, isAddress } from "../guard/addresses.ts";
import { CheckedName, orAborted, type Resolve, systemResolve } from "../guard/checked_name.ts";
import { neverCalled, UrlRefusedError } from "../guard/url_guard.ts";

/** What connections are made of. */
export interface ConnectionsOptions {
  readonly clock: Clock;
  /** (Default: as the system does it) */
  readonly resolve?: Resolve;
  /** Connections kept open to one host. (Default: 1,024) */
  readonly idleConnections?: number;
  /**
   * Whether an HTTP proxy of the environment makes the connections. Then names are resolved here only to be checked, as far
   * as they can be: where the proxy goes is up to the proxy. (Default: false)
   */
  readonly behindProxy?: boolean;
}

type Init = RequestInit & { readonly signal: AbortSignal };

/** How requests get to one host. */
interface Route extends Partial<Disposable> {
  send(url: string, init: Init): Promise<Response>;
}

/** Connections kept open to one host unless it is told otherwise. */
export const IDLE_CONNECTIONS = 1024;
/** Connections that were not used for so long are closed, in milliseconds. */
const IDLE_TIMEOUT_MS = 30_000;
/** So many hosts are remembered: messages may name any number. */
const HOSTS_KEPT = 1000;

/**
 * Sends requests, never to an address that is always refused. A name is resolved once for all calls, and all of its
 * addresses are checked. Over http, what is connected to is an address that was checked: no other answer of a name server
 * can get between the two. Over https, `fetch` resolves the name again, and what is there gets no request before it has
 * proved that the name is its own, which no cloud's metadata can. Redirects are not followed.
 */
export class Connections implements Disposable {
  readonly #options: ConnectionsOptions;
  readonly #direct: Deno.HttpClient;
  readonly #routes = new Map<string, Route>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#direct = this.#client({});
  }

  /**
   * Sends a request.
   *
   * @param init with a body that can be sent again
   * @throws {UrlRefusedError} if the host is, or one of its addresses is, never called
   * @throws {TypeError} if the name cannot be resolved, or as `fetch` does
   */
  async send(url: string, init: Init): Promise<Response> {
    const { protocol, hostname, port } = new URL(url);
    const key = `${protocol}${hostname}:${port}`;
    let route = this.#routes.get(key);
    if (route === undefined) {
      if (this.#routes.size >= HOSTS_KEPT) this.#forgetFirst();
      this.#routes.set(key, route = this.#routeTo(protocol, hostname, Number(port || 80)));
    }
    return await route.send(url, init);
  }

  #forgetFirst(): void {
    for (const [key, route] of this.#routes) {
      this.#routes.delete(key);
      return route[Symbol.dispose]?.(); // what is in flight goes on
    }
  }

  #routeTo(protocol: string, hostname: string, port: number): Route {
    const why = hostRefusal(hostname);
    if (why !== undefined) return { send: () => Promise.reject(neverCalled(hostname, why)) };
    const direct: Route = { send: (url, init) => fetchBy(this.#direct, url, init) };
    if (isAddress(hostname)) return direct;
    const { resolve = systemResolve, clock, behindProxy = false } = this.#options;
    const name = new CheckedName(hostname, resolve, clock);
    if (behindProxy) return checkedFirst(name, direct, throwIfRefused);
    if (protocol !== "http:") return checkedFirst(name, direct); // the TCP transport of Deno's client does no TLS
    return new NamedRoute(name, (address) => {
      const hostname = address.includes(":") ? `[${address}]` : address;
      return this.#client({ proxy: { transport: "tcp", hostname, port } });
    });
  }

  #client(options: Deno.CreateHttpClientOptions): Deno.HttpClient {
    return Deno.createHttpClient({
      poolMaxIdlePerHost: this.#options.idleConnections ?? IDLE_CONNECTIONS,
      poolIdleTimeout: IDLE_TIMEOUT_MS,
      ...options,
    });
  }

  [Symbol.dispose](): void {
    this.#direct.close();
    for (const route of this.#routes.values()) route[Symbol.dispose]?.();
  }
}

/** Connects to the addresses that were checked: to the next one after an address has failed. */
class NamedRoute implements Route, Disposable {
  readonly #name: CheckedName;
  readonly #connect: (address: string) => Deno.HttpClient;
  readonly #clients = new Map<string, Deno.HttpClient>();
  #addresses: readonly string[] = [];
  #at = 0;

  constructor(name: CheckedName, connect: (address: string) => Deno.HttpClient) {
    this.#name = name;
    this.#connect = connect;
  }

  async send(url: string, init: Init): Promise<Response> {
    const found = this.#name.addresses();
    const addresses = found instanceof Promise ? await orAborted(found, init.signal) : found;
    if (addresses !== this.#addresses) this.#goOnWith(addresses);
    for (let tries = 1;; tries++) {
      const at = this.#at % addresses.length;
      try {
        return await fetchBy(this.#clientTo(addresses[at]!), url, init);
      } catch (error) {
        if (this.#at === at) this.#at = (at + 1) % addresses.length;
        if (tries >= addresses.length || init.signal.aborted || !isUnconnected(error)) throw error;
      }
    }
  }

  #goOnWith(addresses: readonly string[]): void {
    this.#addresses = addresses;
    this.#at = 0;
    for (const [address, client] of this.#clients) {
      if (addresses.includes(address)) continue;
      this.#clients.delete(address);
      client.close();
    }
  }

  #clientTo(address: string): Deno.HttpClient {
    let client = this.#clients.get(address);
    if (client === undefined) this.#clients.set(address, client = this.#connect(address));
    return client;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) client.close();
  }
}

/**
 * Sends by a route once a name has been checked.
 *
 * @param failed is told why it cannot be, and may let it pass (Default: it may not)
 */
function checkedFirst(name: CheckedName, route: Route, failed: (error: unknown) => void = rethrow): Route {
  return {
    async send(url, init) {
      const found = name.addresses();
      if (found instanceof Promise) await orAborted(found, init.signal).catch(failed);
      return await route.send(url, init);
    },
  };
}

function rethrow(error: unknown): never {
  throw error;
}

/** A name that only the proxy can resolve is up to the proxy. */
function throwIfRefused(error: unknown): void {
  if (error instanceof UrlRefusedError) throw error;
}

function fetchBy(client: Deno.HttpClient, url: string, init: Init): Promise<Response> {
  return fetch(url, { ...init, redirect: "manual", client });
}

/** Nothing was sent yet, so it can be sent elsewhere: as Deno has it in words only. */
function isUnconnected(error: unknown): boolean {
  return error instanceof TypeError && /\(Connect\)/.test(String(error.cause ?? error));
}
