import {
  attemptTraceparent,
  type Clock,
  type FunctionSpec,
  kindOf,
  type Method,
  NULL,
  type Outcome,
  type Stop,
} from "../../model/mod.ts";
import { outcomeOf } from "../calls/answers.ts";
import { answerTooLarge, MAX_ANSWER_BYTES, textOf } from "../calls/body.ts";
import { classify } from "../calls/classify.ts";
import { type CollectorAddress, idempotencyKey, NO_COLLECTOR, payloadOf } from "../calls/event.ts";
import { explanationIn, MAX_EXPLANATION_BYTES } from "../calls/failure_words.ts";
import { isRefused, UnservedError } from "../calls/unserved.ts";
import { TimedCalls } from "../calls/timed_calls.ts";
import { isLoopback } from "../../web/mod.ts";
import { UrlGuard } from "../guard/url_guard.ts";
import type { UrlPattern } from "../guard/url_pattern.ts";
import { type Answer, type Call, type NativeChains, type Platform, PlatformError } from "../platform.ts";
import {
  FunctionHeaders,
  hidingSecrets,
  NO_HEADERS,
  type SentHeaders,
  withCredentials,
  withoutSecrets,
} from "../secrets/function_headers.ts";
import { noSecrets, type Secrets } from "../secrets/secrets.ts";
import { activationOutcome, activationUrl, ONLY_ACCEPTED, whenActivated } from "./activation.ts";
import { HttpClient, type HttpClientOptions } from "./client/client.ts";
import type { HttpAnswer } from "./client/response_reader.ts";

/** Finds functions that have no URL. It is closed with the platform that it was given to, if it can be. */
export interface LocalFunctions extends Partial<AsyncDisposable> {
  /**
   * The URL of a function.
   *
   * @throws {UnservedError} if nobody serves it, and nobody can be started for it
   * @throws {PlatformError} if nobody can ever serve it
   */
  resolve(spec: FunctionSpec): string | Promise<string>;
  /** Nobody listens at such a URL. */
  lost?(): void;
  /** Why nobody serves a function, and what is to be started, if nobody listens at its URL. */
  words?(spec: FunctionSpec): string;
  /** Why nobody serves a function now, if so; calls nothing. */
  unserved?(spec: FunctionSpec): Promise<string | undefined>;
  /** Chains of such functions that trigger each other, if they can. */
  readonly native?: NativeChains;
}

/** The options of an HTTP platform. */
export interface HttpOptions extends HttpClientOptions {
  readonly clock: Clock;
  /** Where functions are that have no URL of their own. */
  readonly local: LocalFunctions;
  /** The platform's name in the run log. (Default: "http") */
  readonly name?: string;
  /** Longest answer taken, in bytes. (Default: 262,144) */
  readonly maxAnswerBytes?: number;
  /** Where functions report to. (Default: nowhere) */
  readonly collector?: CollectorAddress;
  /**
   * Where there is no collector: what takes connections of functions on this machine and hears nothing. The first system's
   * wrapper fails a function if it cannot connect to the address in its event. (Default: the event names port 0)
   */
  readonly sink?: CollectorAddress;
  /** The patterns for the URLs that functions have of their own. (Default: anything that is not refused always) */
  readonly allowed?: readonly UrlPattern[];
  /** The secrets that headers may refer to. (Default: none) */
  readonly secrets?: Secrets;
  /**
   * Whether a local platform may answer calls of URLs without a body of the function, as a load shows what a platform does and
   * no chain relies on its answers. (Default: false)
   */
  readonly modelsUrls?: boolean;
}

/** Connections are opened beforehand for this long at most, in milliseconds. */
const PREPARE_MS = 5000;

/**
 * Invokes functions at http(s) URLs, over connections that are kept open. URLs are not trusted: where clouds keep their
 * credentials nothing is called, by whatever name, and no redirect is followed.
 */
export class HttpPlatform implements Platform {
  readonly name: string;
  readonly #options: HttpOptions;
  readonly #guard: UrlGuard;
  readonly #client: HttpClient;
  readonly #maxBytes: number;
  readonly #collector: CollectorAddress | undefined;
  readonly #calls: TimedCalls;
  readonly #ofFunctions: FunctionHeaders;

  constructor(options: HttpOptions) {
    this.name = options.name ?? "http";
    this.#options = options;
    this.#calls = new TimedCalls(options.clock);
    this.#maxBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
    this.#collector = options.collector;
    this.#guard = new UrlGuard(options.allowed);
    this.#client = new HttpClient(options);
    // a message must not have a stand-in answer
    this.#ofFunctions = new FunctionHeaders(options.secrets ?? noSecrets(options.clock), KIND_HEADER);
  }

  async prepare(spec: FunctionSpec, calls: number, signal: AbortSignal): Promise<void> {
    const url = spec.url ?? await this.#localUrl(spec);
    const late = new AbortController();
    const disarm = this.#options.clock.after(Math.min(PREPARE_MS, spec.timeoutMs), () => late.abort());
    try {
      await this.#client.open(url, calls, AbortSignal.any([signal, late.signal]));
    } finally {
      disarm();
    }
  }

  async #localUrl(spec: FunctionSpec): Promise<string> {
    try {
      return await this.#options.local.resolve(spec);
    } catch (error) {
      throw error instanceof UnservedError ? new PlatformError("unserved", error.message) : error;
    }
  }

  async unserved(spec: FunctionSpec): Promise<string | undefined> {
    return spec.url === undefined ? await this.#options.local.unserved?.(spec) : undefined;
  }

  get native(): NativeChains | undefined {
    return this.#options.local.native;
  }

  /** @param credentials the value of the header `authorization` for a function with a URL; it is shown nowhere. (Default: none) */
  invoke(call: Call, stop: AbortSignal | Stop, credentials?: string): Promise<Answer> {
    const { timeoutMs } = call.spec;
    return this.#calls.make({
      timeoutMs,
      make: (stop) => this.#attempt(call, stop, credentials),
      stop,
      relief: this.#relief,
    });
  }

  readonly #relief: HttpClient["relief"] = (error, stop) => this.#client.relief(error, stop);

  #attempt(call: Call, stop: Stop, credentials: string | undefined): Promise<Answer> {
    const { url } = call.spec;
    if (url === undefined) return this.#attemptLocally(call, stop);
    this.#guard.check(url);
    return this.#attemptAt(url, call.spec.method, call, stop, credentials).catch((error) => {
      if (!isRefused(error)) throw error;
      throw new Error(`cannot connect to ${new URL(url).host}: ${error.message}`, { cause: error });
    });
  }

  /** Where nobody listens any more, another server may come to listen, or be started. */
  async #attemptLocally(call: Call, stop: Stop): Promise<Answer> {
    const { local } = this.#options;
    for (let isLast = false;; isLast = true) {
      const found = local.resolve(call.spec);
      try {
        return await this.#attemptAt(typeof found === "string" ? found : await found, "POST", call, stop);
      } catch (error) {
        if (!isRefused(error)) throw error;
        local.lost?.();
        if (isLast || local.lost === undefined) throw this.#unserved(call.spec);
      }
    }
  }

  #unserved(spec: FunctionSpec): UnservedError {
    return new UnservedError(
      this.#options.local.words?.(spec) ?? `function ${spec.name} cannot run: nobody listens there`,
    );
  }

  async #attemptAt(
    url: string,
    method: Method,
    call: Call,
    stop: Stop,
    credentials?: string,
  ): Promise<Answer> {
    const { spec } = call;
    const collector = this.#collector ?? (isOnThisMachine(spec) && this.#options.sink || NO_COLLECTOR);
    const id = idempotencyKey(call);
    const found = spec.headers === undefined ? NO_HEADERS : this.#ofFunctions.of(spec.headers, url, stop);
    const said = found instanceof Promise ? await found : found;
    const own = credentials === undefined ? said : withCredentials(said, credentials);
    let sentAtMs: number | undefined;
    const answer = await this.#client.send({
      url: method === "GET" ? withQuery(url, id) : url,
      method,
      headers: this.#headers(call, own, id, collector),
      body: method === "GET" ? undefined : payloadOf(call, collector, id),
      stop,
      maxBytes: this.#maxBytesOf,
      once: spec.atMostOnce,
      sent: () => sentAtMs = this.#options.clock.nowMs(),
    });
    const { status, headers } = answer, cold = headers.get(COLD_HEADER) === "1";
    if (spec.url === undefined && headers.has(UNSERVED_HEADER)) throw this.#unserved(spec);
    const outcome = isOnlyAccepted(spec, status)
      ? await this.#whenDone(own, url, answer, stop)
      : this.#outcomeOf(spec, url, answer, own);
    return sentAtMs === undefined ? { outcome, status, cold } : { outcome, status, cold, sentAtMs };
  }

  /** The outcome of a call whose answer only tells that the call has begun. */
  async #whenDone(own: SentHeaders, url: string, { body }: HttpAnswer, stop: Stop): Promise<Outcome> {
    const activation = activationUrl(url, textOf(body));
    if (activation === undefined) return ONLY_ACCEPTED;
    const { headers, secrets } = own;
    const request = { url: activation, method: "GET", headers, stop, maxBytes: this.#maxBytesOf };
    const outcome = await whenActivated(
      async () => {
        const { status, body, isCut } = await this.#client.send(request);
        if (isCut) throw answerTooLarge(this.#maxBytes);
        return activationOutcome({ status, text: textOf(body) }, url, outcomeOf);
      },
      this.#options.clock,
      stop,
    );
    return hidingSecrets(outcome, secrets);
  }

  readonly #maxBytesOf = (status: number) => isOk(status) ? this.#maxBytes : MAX_EXPLANATION_BYTES;

  #headers(call: Call, own: SentHeaders, id: string, collector: CollectorAddress): Record<string, string> {
    const { spec, attempt } = call;
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (own !== NO_HEADERS) Object.assign(headers, own.headers);
    headers["idempotency-key"] = id;
    headers["traceparent"] = call.traceparent ?? attemptTraceparent(call.instance, call);
    const { tracestate } = call.instance;
    if (tracestate !== undefined) headers["tracestate"] = tracestate;
    headers[ATTEMPT_HEADER] = String(attempt);
    if (this.#collector !== undefined) headers[COLLECTOR_HEADER] = collectorText(collector);
    else if (collector !== NO_COLLECTOR) headers[COLLECTOR_HEADER] = NOBODY;
    if (spec.url === undefined) {
      headers[KIND_HEADER] = kindOf(spec);
      if (spec.time !== undefined) headers[TIME_HEADER] = JSON.stringify(spec.time);
      if (spec.background) headers[MODE_HEADER] = "background";
    } else if (this.#options.modelsUrls) headers[KIND_HEADER] = "modelled";
    return headers;
  }

  #outcomeOf(
    spec: FunctionSpec,
    url: string,
    { status, headers, body, isCut }: HttpAnswer,
    { secrets }: SentHeaders,
  ): Outcome {
    if (!isOk(status)) {
      const text = withoutSecrets(textOf(body), secrets);
      const { atMostOnce } = spec, isRead = !isCut || body.length > 0;
      const head = { status, headers, url, atMostOnce, ...isRead && { text } };
      const outcome = classify(head, this.#options.clock.wallMs());
      const said = outcome.kind === "throttled" ? "" : explanationIn(text);
      return said === ""
        ? outcome
        : hidingSecrets({ ...outcome, reason: `${outcome.reason}: ${said}` }, secrets);
    }
    if (status === 206 && spec.accepts !== 206) return ONLY_A_PART;
    if (spec.background && spec.url === undefined) return { kind: "ok", output: NULL };
    if (isCut) throw answerTooLarge(this.#maxBytes);
    return outcomeOf(textOf(body));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
    await this.#options.local[Symbol.asyncDispose]?.();
  }
}

/**
 * The end of a call that was answered with a part of its result (RFC 9110, section 15.3.7), though none was asked for. All other
 * answers of 2xx are whole: 203 is what a proxy made of a 200, 204 and 205 have no content, and null for an output.
 */
const ONLY_A_PART: Outcome = {
  kind: "failed",
  reason:
    "partial-answer: answered with status 206, which is a part of the result. Have the function answer 200, or " +
    "write accepts: 206 if that is enough",
  retryable: false,
};

function isOk(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Whether a call with this answer has only begun, though somebody waits for its result. */
function isOnlyAccepted({ accepts, background }: FunctionSpec, status: number): boolean {
  return status === 202 && accepts !== 202 && background !== true;
}

const onThisMachine = new WeakMap<FunctionSpec, boolean>();

/** Whether a function is called at a loopback address. */
function isOnThisMachine(spec: FunctionSpec): boolean {
  let is = onThisMachine.get(spec);
  if (is === undefined) {
    is = spec.url !== undefined && isLoopback(URL.parse(spec.url)?.hostname ?? "");
    onThisMachine.set(spec, is);
  }
  return is;
}

/** Stands for the collector's address where there is none, whatever the event says: wrappers but the first system's go by it. */
export const NOBODY = "none";
/** Tells which attempt of an invocation a call is; only Sequoia's calls have it. */
export const ATTEMPT_HEADER = "x-sequoia-attempt";
/** Tells a function where the collector is, as the event's `ip` and `port` do, for wrappers that do not read the body. */
export const COLLECTOR_HEADER = "x-sequoia-collector";
/** A collector's address as calls have it. */
export function collectorText({ ip, port }: CollectorAddress): string {
  return `${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
}

/** The header that tells the local platform the run time of a function without a body: a distribution as JSON. */
export const TIME_HEADER = "x-sequoia-time";
/** Tells the local platform whether the caller waits for the answer: `http` (the default) or `background`. */
export const MODE_HEADER = "x-sequoia-mode";
/**
 * Tells the local platform what the function is: `served`, by a body that it must have, or `modelled`. A call of ours that says
 * neither is of a function with a URL, which needs a body there as well.
 */
export const KIND_HEADER = "x-sequoia-kind";
/** A header that is `1` in an answer of the local platform that has not run the function, and does not stand in for it. */
export const UNSERVED_HEADER = "x-sequoia-unserved";
/** A header that is `1` in an answer for which a container had to be started. */
export const COLD_HEADER = "x-sequoia-cold";

/** A GET has no body: the id goes into the query, as the original's spammer does it. */
function withQuery(url: string, id: string): string {
  const target = new URL(url);
  target.searchParams.set("id", id);
  return target.href;
}
