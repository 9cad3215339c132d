import { loginFault } from "../../../model/mod.ts";
import { addressValue, isAddress, isLoopback } from "../../../web/mod.ts";
import { PlatformError } from "../../platform.ts";

/** A proxy, and the variable of the environment that names it. */
export interface Proxy {
  readonly url: URL;
  readonly variable: string;
}

/** The variables that name a proxy for a scheme, the first that is set counts. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  "http:": ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
  "https:": ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
};

/**
 * Chooses the proxy that a request goes by, from the environment: HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, but for hosts of
 * NO_PROXY. Hosts on this machine are never reached by a proxy.
 */
export class Proxies {
  readonly #variable: (name: string) => string | undefined;
  readonly #isExcepted: (host: string, port: number) => boolean;

  /**
   * @param variable the value of a variable of the environment
   * @param direct hosts that are reached without a proxy, in the forms of NO_PROXY
   */
  constructor(variable: (name: string) => string | undefined, direct: readonly string[] = []) {
    this.#variable = variable;
    const value = variable("NO_PROXY") || variable("no_proxy") || "";
    this.#isExcepted = exceptions([...value.split(/[\s,]+/), ...direct]);
  }

  /**
   * The proxy for a URL; undefined if there is none.
   *
   * @throws {PlatformError} if the environment names a proxy of a kind that cannot be used
   */
  of(url: URL): Proxy | undefined {
    const names = VARIABLES[url.protocol] ?? [];
    const variable = names.find((name) => (this.#variable(name) ?? "") !== "");
    if (variable === undefined || isLoopback(url.hostname)) return undefined;
    if (this.#isExcepted(url.hostname, portOf(url))) return undefined;
    const text = this.#variable(variable)!;
    const proxy = URL.parse(/^[a-z0-9+.-]+:\/\//i.test(text) ? text : `http://${text}`);
    const fault = proxy === null ? undefined : loginFault(proxy);
    if (fault !== undefined) {
      throw new PlatformError("bad-platform", `Cannot use the proxy of ${variable}: ${fault}`);
    }
    if (proxy?.protocol === "http:" && proxy.hostname !== "") return { url: proxy, variable };
    throw new PlatformError(
      "bad-platform",
      `Cannot use the proxy of ${variable}: it is ${
        proxy === null ? "not a URL" : `of the kind ${proxy.protocol}//`
      }. Write ${variable}=http://HOST:PORT, or name ${url.hostname} in NO_PROXY`,
    );
  }
}

/** The port of a URL, also where it is the usual one of the scheme. */
export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

/** Reads the entries of NO_PROXY: `*`, names and their subdomains, addresses, blocks of addresses, each perhaps with a port. */
function exceptions(entries: readonly string[]): (host: string, port: number) => boolean {
  const tests = entries.filter((entry) => entry !== "").map(exception);
  return (host, port) => tests.some((test) => test(plain(host), port));
}

function exception(entry: string): (host: string, port: number) => boolean {
  if (entry === "*") return () => true;
  const block = /^\[?([0-9a-f.:]+)\]?\/(\d{1,3})$/i.exec(entry);
  if (block !== null) return blockOf(block[1]!, Number(block[2])) ?? (() => false);
  const bare = isAddress(entry); // an IPv6 address without brackets has colons, but no port
  const [, name = "", port] = bare ? [, entry] : /^(.*?)(?::(\d{1,5}))?$/.exec(entry)!;
  const isPort = (other: number) => port === undefined || Number(port) === other;
  const isThere = blockOf(name);
  if (isThere !== undefined) return (host, other) => isPort(other) && isThere(host);
  const domain = plain(name).replace(/^\*?\./, "");
  if (domain === "") return () => false;
  return (host, other) => isPort(other) && (host === domain || host.endsWith(`.${domain}`));
}

/**
 * Tells the addresses that begin with the same bits as one, of its kind: `::/0` names no IPv4 address.
 *
 * @param length the number of bits (default: all)
 * @returns undefined if that is no address, or has fewer bits
 */
function blockOf(address: string, length?: number): ((host: string) => boolean) | undefined {
  const first = addressValue(address), isV6 = address.includes(":"), bits = isV6 ? 128 : 32;
  if (first === undefined || (length ??= bits) > bits) return undefined;
  const free = BigInt(bits - length);
  return (host) => {
    const value = host.includes(":") === isV6 ? addressValue(host) : undefined;
    return value !== undefined && (value ^ first) >> free === 0n;
  };
}

/** A host without brackets, without the dot that ends it, in lower case. */
function plain(host: string): string {
  return host.replace(/^\[|\]$/g, "").replace(/\.+$/, "").toLowerCase();
}
