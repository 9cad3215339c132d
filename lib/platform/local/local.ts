import type { FunctionSpec } from "../../model/mod.ts";
import type { LocalFunctions } from "../http/http.ts";
import { chainUrl, isLocalPlatform, LOCAL_ADDRESS, localUrl } from "./local_address.ts";
import { LocalChains } from "./local_chains.ts";
import { LocalServer, type LocalServerOptions } from "./local_server.ts";

/**
 * The local platform as a consumer or a load generator sees it: whoever listens at its address, or, the first time that
 * something is to be invoked there and nobody does, a server of its own on loopback.
 */
export class LocalPlatform implements LocalFunctions, AsyncDisposable {
  /** Chains that run there without Sequoia. */
  readonly native: LocalChains;
  readonly #options: LocalServerOptions;
  readonly #base: string;
  readonly #started: (server: LocalServer) => void;
  #server: LocalServer | undefined;
  #ready: Promise<void> | undefined;
  #isReady = false;

  /** @param started is told when a server was started */
  constructor(options: LocalServerOptions, started: (server: LocalServer) => void = () => {}) {
    this.#options = options;
    this.#base = `http://${options.listen ?? LOCAL_ADDRESS}`;
    this.#started = started;
    this.native = new LocalChains({
      url: () => this.#whenReady(chainUrl(this.#base)),
      lost: () => this.lost(),
    });
  }

  /** Starts a server first if need be. */
  resolve(spec: FunctionSpec): string | Promise<string> {
    return this.#whenReady(localUrl(this.#base, spec.name));
  }

  #whenReady(url: string): string | Promise<string> {
    if (this.#isReady) return url;
    this.#ready ??= this.#start();
    return this.#ready.then(() => url);
  }

  async #start(): Promise<void> {
    try {
      if (!(await isLocalPlatform(this.#base))) {
        this.#server = new LocalServer(this.#options);
        this.#started(this.#server);
      }
      this.#isReady = true;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  /** Looks again who listens, after a call found nobody: the process that had the server may have ended. */
  lost(): void {
    if (this.#server !== undefined) return;
    this.#isReady = false;
    this.#ready = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }
}
