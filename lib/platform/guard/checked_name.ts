import { type Clock, onAbort } from "../../model/mod.ts";
import { addressRefusal } from "./addresses.ts";
import { neverCalled } from "./url_guard.ts";

/** Finds the addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** As the system does it for all its programs: by its hosts file, its name servers and its search list. */
export async function systemResolve(hostname: string): Promise<readonly string[]> {
  const { lookup } = await import("node:dns/promises");
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

/** Addresses are looked up again after so long, beside the calls that use them, in milliseconds. */
const FRESH_MS = 30_000;
/** After so long without a new answer calls wait for one, in milliseconds. */
const USABLE_MS = 300_000;

/** The addresses of a name, all of which were checked. Calls wait for them the first time, and after a long pause. */
export class CheckedName {
  readonly #hostname: string;
  readonly #resolve: Resolve;
  readonly #clock: Clock;
  #known: readonly string[] = [];
  #knownAtMs = -Infinity;
  #askedAtMs = -Infinity;
  #asking: Promise<readonly string[]> | undefined;

  constructor(hostname: string, resolve: Resolve, clock: Clock) {
    this.#hostname = hostname;
    this.#resolve = resolve;
    this.#clock = clock;
  }

  /**
   * One address at least. It rejects with an {@linkcode UrlRefusedError} if one of them is never called, and with a
   * TypeError if there is none.
   */
  addresses(): readonly string[] | Promise<readonly string[]> {
    const nowMs = this.#clock.nowMs();
    const isUsable = nowMs - this.#knownAtMs < USABLE_MS;
    if (isUsable && nowMs - this.#askedAtMs < FRESH_MS) return this.#known;
    if (this.#asking === undefined) {
      this.#askedAtMs = nowMs;
      this.#asking = this.#ask().finally(() => this.#asking = undefined);
      this.#asking.catch(() => {}); // perhaps nobody waits for it
    }
    return isUsable ? this.#known : this.#asking;
  }

  async #ask(): Promise<readonly string[]> {
    const found = await this.#resolve(this.#hostname).catch(({ message }: Error) => message);
    if (typeof found === "string" || found.length === 0) {
      const why = typeof found === "string" ? found : "there is none";
      throw new TypeError(`cannot find the address of ${this.#hostname}: ${why}`);
    }
    for (const address of found) {
      const why = addressRefusal(address);
      if (why === undefined) continue;
      this.#knownAtMs = -Infinity;
      throw neverCalled(`${this.#hostname}, at ${address},`, why);
    }
    this.#knownAtMs = this.#clock.nowMs();
    return this.#known = found;
  }
}

/** What waits for something of many waits no longer than its own signal says. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<T>();
  const forget = onAbort(signal, () => reject(signal.reason));
  promise.then(resolve, reject).finally(forget);
  return ended;
}
