import { type Chain, type FunctionSpec, type Instance, isObject, onAbort } from "../../model/mod.ts";
import type { ChainCallEnd } from "../platform.ts";
import { readText } from "../calls/body.ts";
import { explanationIn, MAX_EXPLANATION_BYTES } from "../calls/failure_words.ts";
import { UnservedError } from "../calls/unserved.ts";
import { linesOf } from "../calls/lines.ts";
import { fetchDirectly } from "../calls/fetch_directly.ts";
import type { NativeChains } from "../platform.ts";

/** Longest line of an answer that is taken, in characters. */
const MAX_LINE = 64 * 1024;
const ENDED = "the local platform ended";

/** Where chains are taken. */
export interface LocalChainsOptions {
  /**
   * For a chain that has this function.
   *
   * @throws {UnservedError} if nobody serves it
   * @throws {PlatformError} if there cannot be a local platform
   */
  readonly url: (spec: FunctionSpec) => string | Promise<string>;
  /** Called when nobody answered there. */
  readonly lost: () => void;
  /** The collector that functions are to tell, as `host:port`. (Default: none) */
  readonly collector?: string | undefined;
}

/**
 * Chains that the local platform runs without Sequoia, as its callers see it: all that are under way share one request,
 * which is open as long as there are any.
 */
export class LocalChains implements NativeChains {
  readonly #options: LocalChainsOptions;
  #link: Link | undefined;

  constructor(options: LocalChainsOptions) {
    this.#options = options;
  }

  takes({ nodes }: Chain): boolean {
    return nodes.length > 1 &&
      nodes.every(({ fn: { url, urls, background }, calls }) =>
        [url, urls, background, calls].every((said) => said === undefined)
      );
  }

  async run(
    instance: Instance,
    told: (end: ChainCallEnd) => void,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { nodes } = instance.chain;
    let url: string;
    try {
      url = await this.#options.url((nodes.find(({ fn }) => fn.served) ?? nodes[0]!).fn);
    } catch (error) {
      if (error instanceof UnservedError) return error.message;
      throw error;
    }
    if (this.#link === undefined || this.#link.isOver) this.#link = new Link(url, this.#options);
    return await this.#link.run(instance, told, signal);
  }
}

/** A chain that was sent. */
interface Sent {
  readonly chain: Chain;
  readonly told: (end: ChainCallEnd) => void;
  /** @param missing why not all calls have been told of */
  readonly over: (missing?: string) => void;
}

/** One request, and its chains that have not ended. */
class Link {
  readonly #request = new TransformStream<string, string>();
  readonly #writer = this.#request.writable.getWriter();
  readonly #stop = new AbortController();
  readonly #sent = new Map<string, Sent>();
  /** Chains that the other side knows, by name. */
  readonly #known = new Map<string, Chain>();
  readonly #lost: () => void;
  readonly #collector: string | undefined;
  /** Whether a chain goes on that nobody wants to hear of. */
  #isStopped = false;
  /** Whether it takes nothing more. */
  isOver = false;

  constructor(url: string, { lost, collector }: Pick<LocalChainsOptions, "lost" | "collector">) {
    this.#lost = lost;
    this.#collector = collector;
    this.#writer.closed.catch(() => {}); // what went wrong is heard by reading
    void this.#receive(url);
  }

  run(instance: Instance, told: Sent["told"], signal: AbortSignal): Promise<string | undefined> {
    const { id, chain } = instance;
    if (signal.aborted) return Promise.resolve("it was stopped");
    if (this.#sent.has(id)) return Promise.resolve("an instance of that id is under way");
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const forget = onAbort(signal, () => {
      this.#isStopped = true;
      over("it was stopped");
    });
    const over = (missing?: string): void => {
      this.#sent.delete(id);
      forget();
      resolve(missing);
      if (this.#sent.size === 0) this.#close();
    };
    this.#sent.set(id, { chain, told, over });
    this.#send(id, chain);
    return promise;
  }

  /** Writing that fails is heard of by reading. */
  #send(id: string, chain: Chain): void {
    const line = {
      id,
      chain: this.#known.get(chain.name) === chain ? chain.name : chain,
      ...this.#collector !== undefined && { collector: this.#collector },
    };
    this.#known.set(chain.name, chain);
    this.#writer.write(JSON.stringify(line) + "\n").catch(() => {});
  }

  /** Ends the request, as nothing is open; the answer ends with it. */
  #close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#writer.close().catch(() => {});
    if (this.#isStopped) this.#stop.abort();
  }

  async #receive(url: string): Promise<void> {
    let why = ENDED;
    try {
      const body = this.#request.readable.pipeThrough(new TextEncoderStream());
      const response = await fetchDirectly(url, { method: "POST", body, signal: this.#stop.signal });
      if (!response.ok) why = `answered with status ${response.status}: ${await explanationOf(response)}`;
      else for await (const line of linesOf(response.body!, MAX_LINE)) this.#take(line);
    } catch (error) {
      if (!this.isOver) why = innermost(error as Error);
    }
    if (this.isOver) return;
    this.#isStopped = true;
    this.#close();
    this.#lost();
    for (const { over } of [...this.#sent.values()]) over(why);
  }

  #take(line: string): void {
    const said: unknown = JSON.parse(line);
    if (!isObject(said)) throw new TypeError(`the local platform said ${line.slice(0, 100)}`);
    const sent = this.#sent.get(String(said.id));
    if (sent === undefined) return; // it was stopped, or is nobody's
    if (typeof said.error === "string") sent.over(said.error);
    else if (typeof said.outcome === "string") sent.over();
    else sent.told(checkEnd(said, sent.chain));
  }
}

async function explanationOf(response: Response): Promise<string> {
  return explanationIn(await readText(response, MAX_EXPLANATION_BYTES).catch(() => ""));
}

function checkEnd(said: unknown, { nodes }: Chain): ChainCallEnd {
  const end = said as ChainCallEnd;
  const isEnd = nodes[end.node] !== undefined && Number.isInteger(end.status) &&
    [end.atMs, end.queuedMs, end.runMs, end.providerQueuedMs ?? 0].every((ms) =>
      Number.isFinite(ms) && ms >= 0
    ) &&
    typeof end.cold === "boolean" && ["string", "undefined"].includes(typeof end.lost);
  if (isEnd) return end;
  throw new TypeError(
    `the local platform said ${JSON.stringify(said).slice(0, 100)}, which is no end of a call`,
  );
}

/** fetch says "error sending request", the cause says why. */
function innermost(error: Error): string {
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}
