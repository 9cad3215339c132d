import { type FunctionSpec, kindOf } from "../../model/mod.ts";
import type { CollectorAddress } from "../calls/event.ts";
import { UnservedError } from "../calls/unserved.ts";
import { collectorText, type LocalFunctions } from "../http/http.ts";
import {
  bodiesAt,
  chainUrl,
  isLocalPlatform,
  LOCAL_ADDRESS,
  localUrl,
  SilentError,
} from "./local_address.ts";
import { LocalChains } from "./local_chains.ts";
import { LocalServer, type LocalServerOptions } from "./local_server.ts";
import { unservedWords } from "./unserved_words.ts";

/** Where the local platform is, and whether it may be started. */
export interface LocalPlatformOptions {
  /** `host:port`. (Default: 127.0.0.1:7077) */
  readonly address?: string;
  /**
   * The server that is started there when a modelled function is to be invoked and nobody listens; it answers for modelled
   * functions alone. Left out: nothing is started, as the user has named the platform.
   */
  readonly starts?: Omit<LocalServerOptions, "listen" | "functions" | "modelledOnly" | "onAside">;
  /** Where functions of chains report to that run there without Sequoia. (Default: nowhere) */
  readonly collector?: CollectorAddress | undefined;
  /** Called when a server was started. */
  readonly started?: (server: LocalServer) => void;
}

const SILENT_ADVICE =
  "End that program, let it go on if it was stopped, or choose another address with --local";

/** The time that a program that has asked for the address has to listen there, in milliseconds. */
const ASIDE_MS = 3000;

/**
 * The local platform as a consumer or a load generator sees it: the server that listens at its address, or a server of its own.
 */
export class LocalPlatform implements LocalFunctions, AsyncDisposable {
  /** Chains that run there without Sequoia. */
  readonly native: LocalChains;
  readonly #options: LocalPlatformOptions;
  readonly #address: string;
  readonly #base: string;
  readonly #stack = new AsyncDisposableStack();
  #server: LocalServer | undefined;
  #startsAtMs = -Infinity;
  #looking: Promise<boolean> | undefined;
  #isReady = false;
  #isSilent = false;
  /** Whether who listens refuses functions whose bodies it has not. */
  #knowsKinds = false;

  constructor(options: LocalPlatformOptions = {}) {
    this.#options = options;
    this.#address = options.address ?? LOCAL_ADDRESS;
    this.#base = `http://${this.#address}`;
    this.native = new LocalChains({
      url: (spec) => this.#whenReady(chainUrl(this.#base), spec),
      lost: () => this.lost(),
      collector: options.collector && collectorText(options.collector),
    });
  }

  resolve(spec: FunctionSpec): string | Promise<string> {
    return this.#whenReady(localUrl(this.#base, spec.name), spec);
  }

  words(spec: FunctionSpec): string {
    return unservedWords(spec, this.#address);
  }

  async unserved(spec: FunctionSpec): Promise<string | undefined> {
    if (this.#mayStartFor(spec)) return undefined;
    const isServed = kindOf(spec) === "served"
      ? (await bodiesAt(this.#base))?.has(spec.name)
      : await isLocalPlatform(this.#base).catch(() => false); // another program there serves nothing of ours
    return isServed ? undefined : this.words(spec);
  }

  #whenReady(url: string, spec: FunctionSpec): string | Promise<string> {
    return this.#isReady && (spec.served !== true || this.#knowsKinds) ? url : this.#find(url, spec);
  }

  /** Finds who listens, or starts a server for a modelled function. */
  async #find(url: string, spec: FunctionSpec): Promise<string> {
    this.#looking ??= this.#look().finally(() => this.#looking = undefined);
    this.#isReady = await this.#looking.catch((error) => {
      if (!(error instanceof SilentError)) throw error;
      throw new UnservedError(`function ${spec.name} cannot run: ${error.message}. ${SILENT_ADVICE}`);
    }) || this.#isReady || await this.#start(spec);
    if (!this.#isReady) throw new UnservedError(this.words(spec));
    if (spec.served && !this.#knowsKinds) {
      this.#knowsKinds = await bodiesAt(this.#base) !== undefined;
      // An older one would take the function for a modelled one.
      if (!this.#knowsKinds) {
        throw new UnservedError(`${this.words(spec)}, instead of the older one that is there`);
      }
    }
    return url;
  }

  /** Asks which program listens; only once, if nobody answered the last time. */
  async #look(): Promise<boolean> {
    try {
      const isThere = await isLocalPlatform(this.#base, this.#isSilent ? 1 : undefined);
      this.#isSilent = false;
      return isThere;
    } catch (error) {
      this.#isSilent = error instanceof SilentError;
      throw error;
    }
  }

  #mayStartFor(spec: FunctionSpec): boolean {
    return this.#options.starts !== undefined && kindOf(spec) === "modelled";
  }

  /** @returns whether somebody listens now */
  async #start(spec: FunctionSpec): Promise<boolean> {
    const { starts, started } = this.#options;
    if (starts === undefined || !this.#mayStartFor(spec) || starts.clock.nowMs() < this.#startsAtMs) {
      return false;
    }
    const onAside = (): void => {
      this.#server = undefined; // its calls end with this platform at the latest
      this.#isReady = this.#knowsKinds = false;
      this.#startsAtMs = starts.clock.nowMs() + ASIDE_MS;
    };
    try {
      this.#server = this.#stack.use(
        new LocalServer({ ...starts, listen: this.#address, modelledOnly: true, onAside }),
      );
    } catch (error) {
      if (await isLocalPlatform(this.#base)) return true; // somebody was faster
      throw error;
    }
    started?.(this.#server);
    return true;
  }

  /** Looks again which program listens, after a call found nobody: the process that had the server may have ended. */
  lost(): void {
    if (this.#server !== undefined) return;
    this.#isReady = this.#knowsKinds = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
