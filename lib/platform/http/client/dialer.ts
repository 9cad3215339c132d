import type { Clock } from "../../../model/mod.ts";
import { hostRefusal, isAddress } from "../../../web/mod.ts";
import { CheckedName, orAborted, type Resolve, systemResolve } from "../../guard/checked_name.ts";
import { neverCalled } from "../../guard/url_guard.ts";
import { firstConnected } from "./first_connected.ts";

/** This many names are remembered, with their addresses. */
const NAMES_KEPT = 1000;

/** A name, and the address of it that has answered last. */
interface Known {
  readonly name: CheckedName;
  answered: string | undefined;
}

/** Opens TCP connections, never to an address that is always refused: names are resolved and checked first. */
export class Dialer {
  readonly #clock: Clock;
  readonly #resolve: Resolve;
  readonly #names = new Map<string, Known>();
  #hasIpv6 = false;

  /** @param resolve finds the addresses of names (Default: as the system does it) */
  constructor(clock: Clock, resolve: Resolve = systemResolve) {
    this.#clock = clock;
    this.#resolve = resolve;
  }

  /**
   * Connects to one of the addresses of a host: the one that has answered last, or the first that answers.
   *
   * @param hostname as the URL parser writes it
   * @throws {UrlRefusedError} if the host is, or one of its addresses is, never called
   * @throws {TypeError} if the name cannot be resolved, or as `Deno.connect` does
   */
  async dial(hostname: string, port: number, signal: AbortSignal): Promise<Deno.TcpConn> {
    refuseHost(hostname);
    const connect = (address: string, signal: AbortSignal) => this.#connect(address, port, signal);
    if (isAddress(hostname)) return await connect(hostname.replace(/^\[|\]$/g, ""), signal);
    const known = this.#known(hostname);
    const found = known.name.addresses();
    const addresses = found instanceof Promise ? await orAborted(found, signal) : found;
    const { answered } = known;
    const order = answered !== undefined && addresses.includes(answered)
      ? [answered, ...addresses.filter((address) => address !== answered)]
      : addresses;
    const [conn, address] = await firstConnected(order, connect, this.#clock, signal);
    known.answered = address;
    return conn;
  }

  /**
   * Checks a host that a proxy connects to. A name that cannot be resolved here is up to the proxy.
   *
   * @throws {UrlRefusedError} if the host is, or one of its addresses is, never called
   */
  async check(hostname: string, signal: AbortSignal): Promise<void> {
    refuseHost(hostname);
    if (!isAddress(hostname)) await orAborted(this.#known(hostname).name.check(), signal);
  }

  async #connect(hostname: string, port: number, signal: AbortSignal): Promise<Deno.TcpConn> {
    try {
      const conn = await Deno.connect({ hostname, port, signal });
      this.#hasIpv6 ||= hostname.includes(":");
      return conn;
    } catch (error) {
      signal.throwIfAborted();
      // Without IPv6 a machine has no address to call from: that is not a shortage that passes.
      const isWithout = error instanceof Deno.errors.AddrNotAvailable && hostname.includes(":") &&
        !this.#hasIpv6;
      throw isWithout ? new TypeError(`cannot connect to ${hostname}: this machine has no IPv6`) : error;
    }
  }

  #known(hostname: string): Known {
    let known = this.#names.get(hostname);
    if (known === undefined) {
      if (this.#names.size >= NAMES_KEPT) this.#names.clear();
      known = { name: new CheckedName(hostname, this.#resolve, this.#clock), answered: undefined };
      this.#names.set(hostname, known);
    }
    return known;
  }
}

function refuseHost(hostname: string): void {
  const why = hostRefusal(hostname);
  if (why !== undefined) throw neverCalled(hostname, why);
}
