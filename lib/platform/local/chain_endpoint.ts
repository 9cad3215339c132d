import {
  type Chain,
  checkChain,
  checkTriggered,
  isInstanceId,
  isObject,
  NO_LABELS,
  WorkloadError,
} from "../../model/mod.ts";
import type { ChainHost } from "./chain_host.ts";
import { linesOf } from "../calls/lines.ts";
import { problem } from "./problem.ts";

/** Longest line of a request, in characters: about 2,000 nodes. */
export const MAX_CHAIN_LENGTH = 1024 * 1024;
/** Most chains under way. */
const MAX_OPEN_CHAINS = 10_000;
/** Most chains that a request may know by name. */
const MAX_KNOWN_CHAINS = 1000;
/** The part of the answer that may wait to be read, in characters; beyond it no more of the request is read. */
const MAX_UNREAD = 4 * 1024 * 1024;

/**
 * Takes chains that are to run the provider's way, at a POST whose body is read as it comes, a line of JSON for each:
 * `{"id": …, "chain": …}`, where the chain may be the name of one that the same request has brought before. `"collector"` may
 * name the one that its functions are to tell.
 *
 * The answer says as it happens, each in a line with the `id`, how a call has ended (see `ChainCallEnd`), how a chain has
 * (`"outcome":"completed"`, or `"dropped"` with a `reason`), or why it was not taken (`"error"`). It ends with the last of
 * them. Whether anybody reads it makes no difference to what runs.
 */
export function answerChains(request: Request, host: ChainHost): Response {
  if (request.body === null) return problem(400, 'nothing came: write {"id": "…", "chain": {…}}');
  const answer = new Answering(host);
  void answer.take(request.body);
  return new Response(answer.lines, { headers: { "content-type": "application/x-ndjson" } });
}

/** The answer to one request. Lines that are written while nobody reads go out at once when somebody does. */
class Answering {
  readonly lines: ReadableStream<Uint8Array>;
  readonly #host: ChainHost;
  readonly #known = new Map<string, Chain>();
  readonly #encoder = new TextEncoder();
  #output!: ReadableStreamDefaultController<Uint8Array>;
  #unread = "";
  #isRead = true;
  #wanted: () => void = () => {};

  constructor(host: ChainHost) {
    this.#host = host;
    this.lines = new ReadableStream({
      start: (output) => void (this.#output = output),
      pull: () => {
        this.#flush();
        this.#wanted();
      },
      cancel: () => {
        this.#isRead = false;
        this.#wanted();
      },
    });
  }

  async take(body: ReadableStream<Uint8Array>): Promise<void> {
    const open = new Set<Promise<void>>();
    // The request's body ends with the platform, whatever its sender does.
    const ending = body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), {
      signal: this.#host.stop,
    });
    try {
      for await (const line of linesOf(ending, MAX_CHAIN_LENGTH)) {
        const run = this.#run(line).finally(() => open.delete(run));
        open.add(run);
        while (this.#isRead && this.#unread.length > MAX_UNREAD) {
          await new Promise<void>((resolve) => this.#wanted = resolve);
        }
      }
    } catch (error) {
      this.#say({ error: (error as Error).message }); // the request broke off, or is too long
    }
    await Promise.all(open);
    if (!this.#isRead) return;
    this.#flush(-Infinity);
    this.#output.close();
  }

  async #run(line: string): Promise<void> {
    let id: string | undefined;
    try {
      const said: unknown = JSON.parse(line);
      if (!isObject(said)) throw new SyntaxError('write {"id": "…", "chain": {…}}');
      if (typeof said.id !== "string" || !isInstanceId(said.id)) {
        throw new SyntaxError("its id is not one of 1 to 256 visible characters");
      }
      id = said.id;
      const chain = typeof said.chain === "string" ? this.#named(said.chain) : this.#learn(said.chain);
      const unserved = chain.nodes.find(({ fn }) => !this.#host.answersFor(fn));
      if (unserved !== undefined) {
        throw new ReferenceError(`the function ${unserved.fn.name} is not served here`);
      }
      const collector = typeof said.collector === "string" ? said.collector : undefined;
      if (this.#host.open >= MAX_OPEN_CHAINS) throw new RangeError(`${MAX_OPEN_CHAINS} chains are under way`);
      const reason = await this.#host.run(
        instanceOf(id, chain),
        (end) => this.#say({ id, ...end }),
        collector,
      );
      this.#say(reason === undefined ? { id, outcome: "completed" } : { id, outcome: "dropped", reason });
    } catch (error) {
      this.#say({ ...id !== undefined && { id }, error: `cannot run this: ${(error as Error).message}` });
    }
  }

  #named(name: string): Chain {
    const chain = this.#known.get(name);
    if (chain === undefined) throw new ReferenceError(`no chain "${name}" has come before`);
    return chain;
  }

  #learn(value: unknown): Chain {
    const chain = checkHere(checkChain(value));
    if (!this.#known.has(chain.name) && this.#known.size >= MAX_KNOWN_CHAINS) {
      throw new RangeError(`more than ${MAX_KNOWN_CHAINS} chains in one request`);
    }
    this.#known.set(chain.name, chain);
    return chain;
  }

  #say(line: object): void {
    if (!this.#isRead) return;
    this.#unread += JSON.stringify(line) + "\n";
    this.#flush();
  }

  /** @param room that must be there on the way to the reader */
  #flush(room = 1): void {
    if (this.#unread === "" || this.#output.desiredSize! < room) return;
    const bytes = this.#encoder.encode(this.#unread);
    this.#unread = ""; // the reader may want more at once
    this.#output.enqueue(bytes);
  }
}

/** @throws {WorkloadError} if it cannot be run here */
function checkHere(chain: Chain): Chain {
  checkTriggered(chain);
  for (const { name: node, fn } of chain.nodes) {
    if (fn.url === undefined && fn.urls === undefined) continue;
    const what = `the function ${fn.name} has a URL, and is not here`;
    throw new WorkloadError("bad-chain", what, { chain: chain.name, node });
  }
  return chain;
}

function instanceOf(id: string, chain: Chain) {
  return {
    id,
    chain,
    labels: NO_LABELS,
    submittedAtMs: 0,
    priority: 0,
    weight: 1,
    deadlineMs: Infinity,
  };
}
