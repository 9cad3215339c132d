import { type Clock, onAbort } from "../../model/mod.ts";
import { addressRefusal } from "../../web/mod.ts";
import { neverCalled, UrlRefusedError } from "./url_guard.ts";

/** Finds the addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** As the system does it for all its programs: by its hosts file, its name servers and its search list. */
export async function systemResolve(hostname: string): Promise<readonly string[]> {
  const { lookup } = await import("node:dns/promises");
  try {
    return (await lookup(hostname, { all: true })).map(({ address }) => address);
  } catch (error) {
    using _file = await Deno.open("/dev/null").catch((error) => { // a lookup does not say that it found no descriptor
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    throw error;
  }
}

/** The age from which addresses are looked up again, beside the calls that use them, in milliseconds. */
const FRESH_MS = 30_000;
/** The time without a new answer from which on calls wait for one, in milliseconds. */
const USABLE_MS = 300_000;

/** The addresses of a name; all of them were checked. Calls wait for them the first time, and after a long pause. */
export class CheckedName {
  readonly #hostname: string;
  readonly #resolve: Resolve;
  readonly #clock: Clock;
  #known: readonly string[] = [];
  #knownAtMs = -Infinity;
  #askedAtMs = -Infinity;
  #isRefused = false;
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

  /**
   * Checks the addresses of a name that others connect to, and does not mind if it cannot be resolved here.
   *
   * @throws {UrlRefusedError} if one of them is never called
   */
  async check(): Promise<void> {
    const isUnknown = this.#knownAtMs === -Infinity && this.#clock.nowMs() - this.#askedAtMs < FRESH_MS;
    if (isUnknown && this.#asking === undefined && !this.#isRefused) return;
    try {
      await this.addresses();
    } catch (error) {
      if (error instanceof UrlRefusedError) throw error;
    }
  }

  async #ask(): Promise<readonly string[]> {
    const found = await this.#resolve(this.#hostname).catch((error: Error) => error);
    if (found instanceof Error || found.length === 0) {
      const why = found instanceof Error ? found.message : "there is none";
      throw new TypeError(`cannot find the address of ${this.#hostname}: ${why}`, { cause: found });
    }
    for (const address of found) {
      const why = addressRefusal(address);
      if (why === undefined) continue;
      this.#knownAtMs = -Infinity;
      this.#isRefused = true;
      throw neverCalled(`${this.#hostname}, at ${address},`, why);
    }
    this.#isRefused = false;
    this.#knownAtMs = this.#clock.nowMs();
    return this.#known = found;
  }
}

/** Waits for a promise that many wait for, but no longer than the own signal allows. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<T>();
  const forget = onAbort(signal, () => reject(signal.reason));
  promise.then(resolve, reject).finally(forget);
  return ended;
}
