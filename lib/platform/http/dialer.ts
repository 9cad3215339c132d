import type { Clock } from "../../model/mod.ts";
import { hostRefusal, isAddress } from "../guard/addresses.ts";
import { CheckedName, orAborted, type Resolve, systemResolve } from "../guard/checked_name.ts";
import { neverCalled } from "../guard/url_guard.ts";

/** So many names are remembered, with their addresses. */
const NAMES_KEPT = 1000;

/** Opens TCP connections, never to an address that is always refused: names are resolved and checked first. */
export class Dialer {
  readonly #clock: Clock;
  readonly #resolve: Resolve;
  readonly #names = new Map<string, CheckedName>();

  constructor(clock: Clock, resolve: Resolve = systemResolve) {
    this.#clock = clock;
    this.#resolve = resolve;
  }

  /**
   * Connects to one of the addresses of a host: the first that answers.
   *
   * @param hostname as the URL parser writes it
   * @throws {UrlRefusedError} if the host is, or one of its addresses is, never called
   * @throws {TypeError} if the name cannot be resolved, or as `Deno.connect` does
   */
  async dial(hostname: string, port: number, signal: AbortSignal): Promise<Deno.TcpConn> {
    const why = hostRefusal(hostname);
    if (why !== undefined) throw neverCalled(hostname, why);
    const addresses = isAddress(hostname)
      ? [hostname.replace(/^\[|\]$/g, "")]
      : await this.#addressesOf(hostname, signal);
    for (const [i, address] of addresses.entries()) {
      try {
        return await Deno.connect({ hostname: address, port, signal });
      } catch (error) {
        if (i === addresses.length - 1 || signal.aborted) throw error;
      }
    }
    throw new TypeError(`cannot find the address of ${hostname}: there is none`);
  }

  async #addressesOf(hostname: string, signal: AbortSignal): Promise<readonly string[]> {
    const found = this.#named(hostname).addresses();
    return found instanceof Promise ? await orAborted(found, signal) : found;
  }

  #named(hostname: string): CheckedName {
    let name = this.#names.get(hostname);
    if (name === undefined) {
      if (this.#names.size >= NAMES_KEPT) this.#names.clear();
      this.#names.set(hostname, name = new CheckedName(hostname, this.#resolve, this.#clock));
    }
    return name;
  }
}
