import { isAddress, isLoopback } from "../guard/addresses.ts";
import { problem } from "./problem.ts";

/** Hosts are remembered, whether they are ours or not: at most this many. */
const HOSTS_KEPT = 1000;

/** The callers that a local platform answers. */
export interface DoorOptions {
  /** The host that it listens at. */
  readonly hostname: string;
  /** More names by which callers may call it. (Default: none) */
  readonly hosts?: readonly string[];
}

/**
 * Keeps web pages out of a server that has no passwords. A page of another site can have a browser send a POST here, and a
 * name server can have the page's own name lead here. So a request must name this machine as its host, and must not come
 * from another origin. Nothing is answered that would let a browser ask for more (CORS).
 */
export class Door {
  readonly #names: ReadonlySet<string>;
  readonly #isOpenToAddresses: boolean;
  readonly #known = new Map<string, boolean>();

  constructor({ hostname, hosts = [] }: DoorOptions) {
    this.#names = new Set([hostname, ...hosts].map(bare));
    this.#isOpenToAddresses = hostname === "0.0.0.0" || hostname === "::"; // no name server is asked for an address
  }

  /** The answer to who is not let in. */
  refusal({ url, headers }: Request): Response | undefined {
    const host = hostOf(url);
    if (!this.#isOwn(host)) {
      return problem(
        403,
        `this local platform is not ${host}: call it by its address, or start it with --allow-host`,
      );
    }
    const origin = headers.get("origin");
    if (origin !== null && origin !== `http://${host}`) return FOREIGN();
    const site = headers.get("sec-fetch-site");
    if (site !== null && site !== "same-origin" && site !== "none") return FOREIGN();
    return undefined;
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

const FOREIGN = () => problem(403, "this local platform answers no pages of other origins");

/** A host as it is compared: without brackets, in small letters. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "").toLowerCase();
}

/** The host of a request's URL, with its port: Deno has it of the Host header. */
function hostOf(url: string): string {
  const start = url.indexOf("//") + 2, end = url.indexOf("/", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}
