import { isAddress, isLoopback } from "./addresses.ts";

/** Hosts are remembered, whether they are ours or not: at most this many. */
const HOSTS_KEPT = 1000;

/** The callers that a server answers. */
export interface HostGuardOptions {
  /** The server in words, as `this local platform`. */
  readonly what: string;
  /** The host that it listens at. */
  readonly hostname: string;
  /** More names by which callers may call it. (Default: none) */
  readonly hosts?: readonly string[];
  /** Whether a proxy may stand before it that does TLS, so that its own pages have an origin of https. (Default: false) */
  readonly isProxied?: boolean;
}

/**
 * Keeps web pages out of a server that has no passwords. A page of another site can have a browser send a POST here, and a
 * name server can have the page's own name lead here. So a request must name this machine as its host, and must not come
 * from another origin. Nothing is answered that would let a browser ask for more (CORS).
 */
export class HostGuard {
  readonly #what: string;
  readonly #names: ReadonlySet<string>;
  readonly #isOpenToAddresses: boolean;
  readonly #isProxied: boolean;
  readonly #known = new Map<string, boolean>();

  constructor({ what, hostname, hosts = [], isProxied = false }: HostGuardOptions) {
    this.#what = what;
    this.#isProxied = isProxied;
    this.#names = new Set([hostname, ...hosts].map(bare));
    this.#isOpenToAddresses = hostname === "0.0.0.0" || hostname === "::"; // no name server is asked for an address
  }

  /** Why a request is not let in, in words; undefined: it is. @param host as the request names it, with its port */
  refusal(host: string, headers: Headers): string | undefined {
    if (!this.#isOwn(host)) {
      return `${this.#what} is not ${host}: call it by its address, or start it with --allow-host`;
    }
    return this.foreign(host, headers);
  }

  /** Why a request of a web page is not let in, in words; undefined: it is of no page, or of one of this server's own. */
  foreign(host: string, headers: Headers): string | undefined {
    const origin = headers.get("origin");
    const site = headers.get("sec-fetch-site");
    const isForeign = origin !== null && origin !== `http://${host}` &&
        !(this.#isProxied && origin === `https://${host}`) ||
      site !== null && site !== "same-origin" && site !== "none";
    return isForeign ? `${this.#what} answers no pages of other origins` : undefined;
  }

  #isOwn(host: string): boolean {
    let isOwn = this.#known.get(host);
    if (isOwn === undefined) {
      if (this.#known.size >= HOSTS_KEPT) this.#known.clear();
      const name = bare(host.replace(/:\d+$/, ""));
      isOwn = isLoopback(name) || this.#names.has(name) ||
        (this.#isOpenToAddresses && isAddress(name.includes(":") ? `[${name}]` : name));
      this.#known.set(host, isOwn);
    }
    return isOwn;
  }
}

/** A host as it is compared: without brackets, in small letters. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "").toLowerCase();
}

/** The host of a request's URL, with its port: Deno has it of the Host header. */
export function hostOf(url: string): string {
  const start = url.indexOf("//") + 2, end = url.indexOf("/", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}
