import type { Clock, FunctionSpec, Stop } from "../../model/mod.ts";
import { outcomeOf } from "../calls/answers.ts";
import { readText } from "../calls/body.ts";
import type { Resolve } from "../guard/checked_name.ts";
import { classify } from "../calls/classify.ts";
import { Connections, IDLE_CONNECTIONS } from "./connections.ts";
import { whatWasSaid } from "../calls/failure_words.ts";
import { type CollectorAddress, eventOf, idempotencyKey, traceparent } from "../calls/event.ts";
import { Dialer } from "./dialer.ts";
import { Http1Client } from "./http1/client.ts";
import type { Answer, Call, NativeChains, Platform } from "../platform.ts";
import { TimedCalls } from "../calls/timed_calls.ts";
import { UrlGuard } from "../guard/url_guard.ts";
import type { UrlPattern } from "../guard/url_pattern.ts";

/** Finds functions that have no URL. It is closed with the platform that it was given to, if it can be. */
export interface LocalFunctions extends Partial<AsyncDisposable> {
  /** The URL of a function. @throws {PlatformError} if there is no local platform and none can be started */
  resolve(spec: FunctionSpec): string | Promise<string>;
  /** Is told when nobody answered at such a URL. */
  lost?(): void;
  /** Chains of such functions that trigger each other, if they can. */
  readonly native?: NativeChains;
}

/** What an HTTP platform is made of. */
export interface HttpOptions {
  readonly clock: Clock;
  /** Where functions are that have no URL of their own. */
  readonly local: LocalFunctions;
  /** What the run log calls it. (Default: "http") */
  readonly name?: string;
  /** Longest answer taken, in bytes. (Default: 262,144) */
  readonly maxAnswerBytes?: number;
  /** Connections kept open to one host. (Default: 1,024) */
  readonly idleConnections?: number;
  /** Where functions report to; port 0 says nowhere. */
  readonly collector?: CollectorAddress;
  /** What the URLs that functions have of their own must match. (Default: anything that is not refused always) */
  readonly allowed?: readonly UrlPattern[];
  /** Finds the addresses of names. (Default: as the system does it) */
  readonly resolve?: Resolve;
  /** Whether an HTTP proxy of the environment makes the connections. (Default: false) */
  readonly behindProxy?: boolean;
  /**
   * Whether calls go out by an {@linkcode Http1Client} instead of `fetch`: sooner, and at a known instant, but by no proxy
   * and without HTTP/2. For load. (Default: false)
   */
  readonly direct?: boolean;
}

const MAX_ANSWER_BYTES = 262_144;

/**
 * Invokes functions at http(s) URLs, over connections that are kept open. URLs are not trusted: where clouds keep their
 * credentials nothing is called, by whatever name, and no redirect is followed.
 */
export class HttpPlatform implements Platform {
  readonly name: string;
  readonly #options: HttpOptions;
  readonly #guard: UrlGuard;
  readonly #connections: Connections;
  readonly #direct: Http1Client | undefined;
  readonly #maxBytes: number;
  readonly #collector: CollectorAddress;
  readonly #calls: TimedCalls;

  constructor(options: HttpOptions) {
    this.name = options.name ?? "http";
    this.#options = options;
    this.#calls = new TimedCalls(options.clock);
    this.#maxBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
    this.#collector = options.collector ?? { ip: "127.0.0.1", port: 0 };
    this.#guard = new UrlGuard(options.allowed);
    this.#connections = new Connections(options);
    if (options.direct) {
      const { clock, resolve, idleConnections = IDLE_CONNECTIONS } = options;
      const dialer = new Dialer(clock, resolve);
      this.#direct = new Http1Client({ clock, maxBodyBytes: this.#maxBytes, idleConnections, dialer });
    }
  }

  async prepare(spec: FunctionSpec, calls: number, signal: AbortSignal): Promise<void> {
    const url = spec.url ?? await this.#options.local.resolve(spec);
    await this.#direct?.open(url, calls, signal);
  }

  get native(): NativeChains | undefined {
    return this.#options.local.native;
  }

  async invoke(call: Call, signal: AbortSignal | Stop): Promise<Answer> {
    const { spec } = call;
    let sentAtMs: number | undefined;
    const sent = () => sentAtMs = this.#options.clock.nowMs();
    const make = async (signal: AbortSignal) => {
      const answer = await this.#read(call, await this.#send(call, signal, sent));
      return sentAtMs === undefined ? answer : { ...answer, sentAtMs };
    };
    const lost = spec.url === undefined ? () => this.#options.local.lost?.() : undefined;
    return await this.#calls.make(spec.timeoutMs, make, signal, lost);
  }

  async #send(call: Call, signal: AbortSignal, sent: () => void): Promise<Response> {
    const { spec } = call;
    if (spec.url !== undefined) this.#guard.check(spec.url);
    const found = spec.url ?? this.#options.local.resolve(spec);
    const url = typeof found === "string" ? found : await found;
    const { method } = spec, headers = this.#headers(call);
    const target = method === "GET" ? withQuery(url, call) : url;
    const body = method === "GET" ? {} : { body: JSON.stringify(this.#payload(call)) };
    if (this.#direct !== undefined) {
      return await this.#direct.send(target, { method, headers, signal, sent, ...body });
    }
    return await this.#connections.send(target, { method, headers, signal, ...body });
  }

  #payload(call: Call): unknown {
    return call.spec.payload === "args" ? call.args : eventOf(call, this.#collector);
  }

  #headers(call: Call): Record<string, string> {
    const { spec, attempt } = call;
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "idempotency-key": idempotencyKey(call),
      "traceparent": traceparent(call),
      "x-sequoia-attempt": String(attempt),
    };
    const { ip, port } = this.#collector;
    if (port > 0) headers[COLLECTOR_HEADER] = `${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
    if (spec.url === undefined) {
      if (spec.time !== undefined) headers[TIME_HEADER] = JSON.stringify(spec.time);
      if (spec.background) headers[MODE_HEADER] = "background";
    }
    return spec.headers === undefined ? headers : { ...spec.headers, ...headers };
  }

  async #read({ spec }: Call, response: Response): Promise<Answer> {
    const { status, headers, url } = response;
    const cold = headers.get(COLD_HEADER) === "1";
    if (!response.ok) {
      const outcome = classify({ status, headers, url }, this.#options.clock.nowMs());
      if (outcome.kind === "throttled") {
        await response.body?.cancel();
        return { outcome, status, cold };
      }
      const said = await whatWasSaid(response);
      const reason = said === "" ? outcome.reason : `${outcome.reason}: ${said}`;
      return { outcome: { ...outcome, reason }, status, cold };
    }
    if (spec.background && spec.url === undefined) {
      await response.body?.cancel();
      return { outcome: { kind: "ok", output: null }, status, cold };
    }
    const text = await readText(response, this.#maxBytes);
    return { outcome: outcomeOf(text), status, cold };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connections[Symbol.dispose]();
    this.#direct?.[Symbol.dispose]();
    await this.#options.local[Symbol.asyncDispose]?.();
  }
}

/** Tells a function where the collector is, as the event's `ip` and `port` do, for wrappers that do not read the body. */
export const COLLECTOR_HEADER = "x-sequoia-collector";
/** Tells the local platform how long a function without a body runs: a distribution as JSON. */
export const TIME_HEADER = "x-sequoia-time";
/** Tells the local platform whether the caller waits for the answer: `http` (the default) or `background`. */
export const MODE_HEADER = "x-sequoia-mode";
/** Says `1` in an answer for which a container had to be started. */
export const COLD_HEADER = "x-sequoia-cold";

/** A GET has no body: the id goes into the query, as the original's spammer does it. */
function withQuery(url: string, call: Call): string {
  const target = new URL(url);
  target.searchParams.set("id", idempotencyKey(call));
  return target.href;
}
