import type { Chain, Instance } from "../model/mod.ts";
import { isObject } from "../model/mod.ts";
import { TooLargeError } from "./body.ts";
import type { ChainCallEnd } from "./chain_host.ts";
import { whatWasSaid } from "./failure_words.ts";
import { type NativeChains, PlatformError } from "./platform.ts";

/** Longest line that is taken, in characters. */
const MAX_LINE = 64 * 1024;

/** Where chains are taken. */
export interface LocalChainsOptions {
  /** @throws {PlatformError} if there is no local platform and none can be started */
  readonly url: () => string | Promise<string>;
  /** Is told when nobody answered there. */
  readonly lost: () => void;
}

/** Chains that the local platform runs without Sequoia, as its callers see it: one request each, answered bit by bit. */
export class LocalChains implements NativeChains {
  readonly #options: LocalChainsOptions;

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
    { id, chain }: Instance,
    told: (end: ChainCallEnd) => void,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const url = await this.#options.url();
      const response = await fetch(url, { method: "POST", body: JSON.stringify({ id, chain }), signal });
      if (!response.ok) return `answered with status ${response.status}: ${await whatWasSaid(response)}`;
      for await (const line of linesOf(response.body!)) {
        const said: unknown = JSON.parse(line);
        if (isObject(said) && typeof said.outcome === "string") return undefined;
        told(checkEnd(said, chain));
      }
      return "the local platform ended";
    } catch (error) {
      if (error instanceof PlatformError) throw error;
      if (signal.aborted) return "it was stopped";
      this.#options.lost();
      return (error as Error).message;
    }
  }
}

/** The lines of a text as they come. @throws {TooLargeError} if one has no end */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > MAX_LINE) throw new TooLargeError(`a line is longer than ${MAX_LINE} characters`);
    yield* lines;
  }
}

function checkEnd(said: unknown, { nodes }: Chain): ChainCallEnd {
  const end = said as ChainCallEnd;
  const isEnd = isObject(said) && nodes[end.node] !== undefined && Number.isInteger(end.status) &&
    [end.atMs, end.queuedMs, end.runMs].every((ms) => Number.isFinite(ms) && ms >= 0) &&
    typeof end.cold === "boolean" &&
    ["string", "undefined"].includes(typeof end.lost);
  if (isEnd) return end;
  throw new TypeError(
    `the local platform said ${JSON.stringify(said).slice(0, 100)}, which is no end of a call`,
  );
}
