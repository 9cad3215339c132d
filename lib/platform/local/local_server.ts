import { type Clock, type FunctionDefinition, kindOf, percentDecoded, type Random } from "../../model/mod.ts";
import { answerOf, failure, marked, wrongMethod } from "./answers.ts";
import { answerChains } from "./chain_endpoint.ts";
import { ChainHost } from "./chain_host.ts";
import { HostGuard, hostOf } from "../../web/mod.ts";
import { eventCollector } from "./event_collector.ts";
import { type CallEnd, FunctionRunner, type TurnedCall } from "./function_runner.ts";
import {
  ATTEMPT_HEADER,
  COLLECTOR_HEADER,
  KIND_HEADER,
  MODE_HEADER,
  NOBODY,
  TIME_HEADER,
  UNSERVED_HEADER,
} from "../http/http.ts";
import {
  ASIDE_PATH,
  BODIES_PATH,
  CHAIN_PATH,
  FUNCTION_PATH,
  IDENTITY,
  IDENTITY_PATH,
  LOCAL_ADDRESS,
  parseAddress,
} from "./local_address.ts";
import { PlatformError } from "../platform.ts";
import { problem } from "./problem.ts";
import { RequestBodies } from "./request_bodies.ts";
import type { StrayErrors } from "./stray_errors.ts";
import type { Profile } from "../../provider/mod.ts";
import { Provider, successorMode } from "../../provider/mod.ts";
import { type Entry, type Turn, Turns } from "./turns.ts";

/** Longest request taken, in bytes; as AWS Lambda's for synchronous calls (6 MB). */
const MAX_REQUEST_BYTES = 6 * 1024 * 1024;

/** Longest request of a background call, in bytes: it is kept until its turn. As AWS Lambda's for asynchronous calls. */
const MAX_BACKGROUND_BYTES = 256 * 1024;

/** The time that the end of the server waits for requests that are still being sent, in milliseconds. */
const GRACE_MS = 1000;

/** The options of a local platform. */
export interface LocalServerOptions {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly random: Random;
  /** Functions with a body, or with times of their own; others are modelled: they run as long as their caller says. */
  readonly functions?: ReadonlyMap<string, FunctionDefinition>;
  /** `host:port`; port 0 takes a free one. (Default: 127.0.0.1:7077) */
  readonly listen?: string;
  /** More names by which callers may call it, beside its address and those of loopback. (Default: none) */
  readonly hosts?: readonly string[];
  /** The only collectors that functions tell, as the header of a call names them: `host:port`. (Default: none) */
  readonly collectors?: ReadonlySet<string>;
  /** Called when a call has named another collector. (Default: no callback) */
  readonly onStranger?: (collector: string) => void;
  /** Runs bodies, so that a stray error of one ends its call alone. (Default: a body's promise says all of it) */
  readonly strays?: StrayErrors;
  /** Whether it answers calls alone that say that their function is modelled. (Default: false) */
  readonly modelledOnly?: boolean;
  /** Called when somebody wants the address; it is free then. (Default: the address is left to nobody) */
  readonly onAside?: () => void;
  /**
   * Has a function that starts tell the collector, which its call's headers, or the event alone, say where to find.
   * (Default: none tells)
   */
  readonly tells?: (headers: Headers, event?: unknown) => CallEnd;
}

/** The counts of a local platform up to now. */
export interface LocalCounts {
  /** Calls that run now, and those that wait for their turn. */
  readonly running: number;
  readonly queued: number;
  readonly served: number;
  readonly refused: number;
  /** Containers that were made. */
  readonly made: number;
  /** Chains that run without Sequoia now. */
  readonly chains: number;
}

/**
 * A real HTTP server over a {@linkcode Provider}: every function is there, at `/f/NAME`. A call with the header
 * `X-Sequoia-Mode: background` is answered with 202 when the provider has taken it, and runs when its turn has come. Chains
 * are taken at `/chains`, and run without Sequoia (see {@linkcode answerChains}).
 */
export class LocalServer implements AsyncDisposable {
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #provider: Provider;
  readonly #turns: Turns;
  readonly #runner: FunctionRunner;
  readonly #chains: ChainHost;
  readonly #hosts: HostGuard;
  readonly #bodies: RequestBodies;
  readonly #functions: ReadonlyMap<string, FunctionDefinition>;
  readonly #collectors: ReadonlySet<string>;
  readonly #onStranger: LocalServerOptions["onStranger"];
  readonly #background = new Set<Promise<void>>();
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #tells: LocalServerOptions["tells"];
  readonly #modelledOnly: boolean;
  readonly #onAside: LocalServerOptions["onAside"];
  #shutDown: Promise<void> | undefined;
  #refused = 0;

  /** @throws {PlatformError} if it cannot listen there */
  constructor(
    options: LocalServerOptions,
  ) {
    const { profile, clock, random, functions = new Map(), listen: address = LOCAL_ADDRESS } = options;
    this.#tells = options.tells;
    this.#onAside = options.onAside;
    this.#modelledOnly = options.modelledOnly ?? false;
    this.#provider = new Provider(profile, random);
    this.#turns = new Turns(this.#provider, clock);
    this.#clock = clock;
    this.#bodies = new RequestBodies({ clock });
    this.#functions = functions;
    this.#collectors = options.collectors ?? new Set();
    this.#onStranger = options.onStranger;
    const common = { clock, turns: this.#turns, stop: this.#stop.signal };
    const { strays } = options;
    this.#runner = new FunctionRunner({
      ...common,
      ...strays !== undefined && { strays },
      random,
      functions,
      speed: profile.speed,
    });
    this.#chains = new ChainHost({
      ...common,
      runner: this.#runner,
      successors: successorMode(profile),
      refused: () => this.#refused++,
      reporting: (key, collector) => this.#reporting(new Headers(collectorHeaders(key, collector))).starts,
    });
    const { hostname, port } = parseAddress(address);
    this.#hosts = new HostGuard({
      what: "this local platform",
      hostname,
      ...options.hosts !== undefined && { hosts: options.hosts },
    });
    try {
      this.#server = Deno.serve({ hostname, port, onListen() {} }, (request) => this.#handle(request));
    } catch (cause) {
      throw cannotListen(address, cause);
    }
    this.url = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${this.#server.addr.port}`;
  }

  /** The counts up to now. */
  get counts(): LocalCounts {
    const { running, queued, made } = this.#provider;
    const { served } = this.#runner;
    return { running, queued, served, refused: this.#refused, made, chains: this.#chains.open };
  }

  /** Changes the limit of the profile while it serves, as providers do; calls beyond it run on. */
  changeLimit(limit: number): void {
    this.#turns.changeLimit(limit);
  }

  #handle(request: Request): Response | Promise<Response> {
    const refusal = this.#hosts.refusal(hostOf(request.url), request.headers);
    if (refusal !== undefined) return refused(request, problem(403, refusal));
    const path = pathOf(request.url);
    if (path.startsWith(FUNCTION_PATH)) return this.#function(path.slice(FUNCTION_PATH.length), request);
    const method = path === IDENTITY_PATH || path === BODIES_PATH ? "GET" : "POST";
    if (request.method !== method) return refused(request, wrongMethod(method));
    if (request.headers.has(ATTEMPT_HEADER)) { // what answers below runs no function
      return problem(404, `a function's call came to ${path}: functions are at ${FUNCTION_PATH}NAME`);
    }
    if (path === IDENTITY_PATH) return new Response(IDENTITY);
    if (path === BODIES_PATH) return Response.json(this.#runner.bodies);
    if (path === CHAIN_PATH) return answerChains(request, this.#chains);
    if (path === ASIDE_PATH) return this.#stepAside();
    return problem(404, `no function here: ask for ${FUNCTION_PATH}NAME`);
  }

  /** Leaves the address; the calls in flight end as they would have. */
  #stepAside(): Response {
    const onAside = this.#onAside;
    if (onAside === undefined) return problem(409, "this local platform keeps its address");
    this.#shutDown ??= this.#server.shutdown();
    onAside();
    return Response.json({ aside: true }, { status: 202 });
  }

  #function(encoded: string, request: Request): Response | Promise<Response> {
    const name = encoded.includes("%") ? percentDecoded(encoded) : encoded;
    if (name === undefined) return problem(400, "the function's name is not encoded as a URL's part must be");
    if (request.method !== "POST" && request.method !== this.#functions.get(name)?.method) {
      return refused(request, wrongMethod("POST"));
    }
    if (!this.#answersFor(name, request.headers)) return this.#unserved(name, request);
    const mode = request.headers.get(MODE_HEADER) ?? "http";
    if (mode === "http") return this.#answer(name, request);
    if (mode === "background") return this.#accept(name, request);
    return problem(400, `no mode "${mode}": ${MODE_HEADER} is http or background`);
  }

  /**
   * Whether a call may be answered here: by the function's body, or without one if the call, or the workload that is served,
   * says that the function is modelled. Callers that know nothing of kinds (the first system, curl) get an answer for any name.
   */
  #answersFor(name: string, headers: Headers): boolean {
    if (this.#runner.hasBody(name)) return true;
    const kind = headers.get(KIND_HEADER);
    if (kind !== null) return kind === "modelled";
    const own = this.#functions.get(name);
    if (own !== undefined) return kindOf(own) === "modelled";
    return !this.#modelledOnly && !headers.has(ATTEMPT_HEADER); // Sequoia calls a function that has a URL
  }

  /** Refuses what only the function's own body may answer. */
  async #unserved(name: string, request: Request): Promise<Response> {
    await request.body?.cancel();
    const error = `the function ${name} is not served here: start sequoia functions with its workload`;
    return Response.json({ error, code: "unserved" }, { status: 501, headers: { [UNSERVED_HEADER]: "1" } });
  }

  /** Runs a function while its caller waits. */
  #answer(name: string, request: Request): Response | Promise<Response> {
    const entry = this.#turns.enter(name, "http", () => request.signal);
    if (entry.kind === "started") return this.#take(entry, name, request);
    return this.#answerLater(entry, name, request);
  }

  async #answerLater(
    entry: Exclude<Entry, { kind: "started" }>,
    name: string,
    request: Request,
  ): Promise<Response> {
    if (entry.kind === "refused") {
      await request.body?.cancel();
      return this.#refuse(entry.retryAfterMs);
    }
    const turn = await entry.turn;
    if (turn === undefined) return problem(503, "the local platform ended before the call's turn came");
    return await this.#take(turn, name, request);
  }

  #take(turn: Turn, name: string, request: Request): Response | Promise<Response> {
    return this.#serve(turn, name, request.headers, this.#bodies.read(request, MAX_REQUEST_BYTES));
  }

  /** Takes a call that runs when its turn has come; its outcome goes to nobody. */
  async #accept(name: string, request: Request): Promise<Response> {
    const { headers } = request;
    let body: string;
    try {
      body = await this.#bodies.read(request, MAX_BACKGROUND_BYTES);
    } catch (error) {
      return failure(name, error);
    }
    const entry = this.#turns.enter(name, "background");
    if (entry.kind === "refused") return this.#refuse(entry.retryAfterMs);
    const run = async (): Promise<void> => {
      const turn = entry.kind === "queued" ? await entry.turn : entry;
      if (turn !== undefined) await this.#serve(turn, name, headers, body);
    };
    const running = run().finally(() => this.#background.delete(running));
    this.#background.add(running);
    return Response.json({ accepted: true }, { status: 202 });
  }

  #refuse(retryAfterMs: number): Response {
    this.#refused++;
    const headers: Record<string, string> = retryAfterMs > 0
      ? { "retry-after": String(Math.ceil(retryAfterMs / 1000)) }
      : {};
    return problem(429, "concurrency limit reached", headers);
  }

  #serve(
    turn: Turn,
    name: string,
    headers: Headers,
    sent: string | Promise<string>,
  ): Response | Promise<Response> {
    const time = headers.get(TIME_HEADER) ?? undefined;
    const output = this.#runner.run(turn, {
      name,
      sent,
      event: JSON.parse,
      time,
      ...this.#reporting(headers),
    });
    if (!(output instanceof Promise)) return marked(answerOf(name, output), turn);
    return output.then(
      (output) => marked(answerOf(name, output), turn),
      (error) => marked(failure(name, error), turn),
    );
  }

  /**
   * Returns the callbacks that tell the collector that a function starts, if its caller wants that: the collector that the
   * headers name, or that only the event names, as those of the original's callers do.
   */
  #reporting(headers: Headers): Pick<TurnedCall, "starts" | "onBody"> {
    const tells = this.#tells;
    if (tells === undefined) return NO_REPORT;
    const collector = headers.get(COLLECTOR_HEADER);
    if (collector !== null) return this.#mayReport(collector) ? { starts: () => tells(headers) } : NO_REPORT;
    return {
      onBody: (sent) => {
        const named = eventCollector(sent);
        if (named === undefined || headers.has(ATTEMPT_HEADER)) return undefined;
        return this.#mayReport(named.collector) ? tells(headers, named.event) : undefined;
      },
    };
  }

  /** Anybody may send a call, so the command line says where connections may go. */
  #mayReport(collector: string): boolean {
    if (this.#collectors.has(collector)) return true;
    if (collector !== NOBODY) this.#onStranger?.(collector);
    return false;
  }

  /** Resolves when the server has ended. */
  get finished(): Promise<void> {
    return this.#server.finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#turns.close();
    this.#bodies[Symbol.dispose]();
    const isShut = new AbortController();
    this.#shutDown ??= this.#server.shutdown();
    void this.#shutDown.finally(() => isShut.abort());
    do await this.#clock.until(this.#clock.nowMs() + GRACE_MS, isShut.signal); while (
      this.#provider.running > 0 && !isShut.signal.aborted
    ); // who only sends is not waited for any longer
    await Promise.all(this.#background);
  }
}

const NO_REPORT = {};

/** The headers by which a call says whom its function tells. */
function collectorHeaders(key: string, collector: string): Record<string, string> {
  return { "idempotency-key": key, [COLLECTOR_HEADER]: collector };
}

/** The path of a request's URL; nothing else of the URL is read. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.indexOf("?", start);
  return url.slice(start, end < 0 ? undefined : end);
}

/** Nothing of a request that is refused is read. */
async function refused({ body }: Request, response: Response): Promise<Response> {
  await body?.cancel();
  return response;
}

function cannotListen(address: string, cause: unknown): PlatformError {
  const state = cause instanceof Deno.errors.AddrInUse
    ? "the port is in use. End what listens there, or choose another port"
    : `${(cause as Error).message}. Choose another address`;
  return new PlatformError("cannot-listen", `Cannot listen at ${address}: ${state}`, { cause });
}
