import { AwsV4Signer } from "aws4fetch";
import { type Clock, type LambdaName, NULL, parseLambdaUrl, type Stop } from "../../model/mod.ts";
import { failure, outcomeOf } from "../calls/answers.ts";
import { answerTooLarge, MAX_ANSWER_BYTES, textOf } from "../calls/body.ts";
import { HttpClient, type HttpClientOptions } from "../http/client/client.ts";
import type { HttpAnswer } from "../http/client/response_reader.ts";
import type { AwsCredentials, Credentials } from "./credentials.ts";
import type { HeaderValues } from "../calls/refusals.ts";
import { type CollectorAddress, payloadOf } from "../calls/event.ts";
import { functionError, serviceError, tellsColdStart } from "./lambda_answers.ts";
import { type Answer, type Call, type Platform, PlatformError } from "../platform.ts";
import { TimedCalls } from "../calls/timed_calls.ts";
import { UrlGuard } from "../guard/url_guard.ts";
import type { UrlPattern } from "../guard/url_pattern.ts";

/** The options of a Lambda platform. */
export interface LambdaOptions extends HttpClientOptions {
  readonly clock: Clock;
  readonly credentials: Credentials;
  /** The platform's name in the run log. (Default: "aws-lambda") */
  readonly name?: string;
  /**
   * Of an attached platform: the region where functions without a URL are, by their names. Then credentials that are refused
   * end the run, so that not every chain fails.
   */
  readonly region?: string;
  /** Where the API is, instead of AWS's own endpoints. */
  readonly endpoint?: string;
  /** The patterns for the URLs that functions have of their own. (Default: any) */
  readonly allowed?: readonly UrlPattern[];
  /** Longest answer taken, in bytes. (Default: 262,144) */
  readonly maxAnswerBytes?: number;
  readonly collector?: CollectorAddress;
}

/** Longest explanation of an error that is read, in bytes. */
const MAX_ERROR_BYTES = 65_536;
/** A clock that is off by more than this has its signatures refused (after five minutes), in milliseconds. */
const SKEW_MS = 240_000;

/**
 * Invokes functions on AWS Lambda by its Invoke API, with requests signed by Signature Version 4. A function in the
 * background is an `Event` invocation. Each answer brings the end of its log, which tells cold starts.
 */
export class LambdaPlatform implements Platform {
  readonly name: string;
  readonly #options: LambdaOptions;
  readonly #guard: UrlGuard;
  readonly #calls: TimedCalls;
  readonly #client: HttpClient;
  /** Keys that were derived, by secret, day and region. */
  #keys = new Map<string, ArrayBuffer>();
  /** The lead of AWS's clock over this one, as far as it matters, in milliseconds. */
  #offsetMs = 0;

  constructor(options: LambdaOptions) {
    this.name = options.name ?? "aws-lambda";
    this.#options = options;
    this.#guard = new UrlGuard(options.allowed);
    this.#calls = new TimedCalls(options.clock);
    this.#client = new HttpClient(options);
  }

  async invoke(call: Call, stop: AbortSignal | Stop): Promise<Answer> {
    const { spec } = call;
    const own = spec.url ?? (this.#options.region && `lambda:${this.#options.region}:${spec.name}`);
    const target = own === undefined ? undefined : parseLambdaUrl(own);
    if (target === undefined) {
      return failure(`Lambda has no functions named ${spec.name}. Give it a url`, false);
    }
    return await this.#calls.make({
      timeoutMs: spec.timeoutMs,
      make: async (stop) => {
        if (spec.url !== undefined) this.#guard.check(spec.url);
        return await this.#invoke(call, target, stop);
      },
      stop,
      relief: (error, stop) => this.#client.relief(error, stop),
    });
  }

  /** Once more, if it was only that the clock is off, or that there are newer credentials. */
  async #invoke(call: Call, target: LambdaName, stop: Stop): Promise<Answer> {
    for (let isLast = false;; isLast = true) {
      const credentials = await this.#credentials();
      if (credentials instanceof PlatformError) return this.#refused(credentials.message);
      const answer = await this.#send(call, target, credentials, stop);
      const { status, headers } = answer;
      if (isOk(status)) return this.#read(call, answer);
      const text = textOf(answer.body);
      const nowMs = this.#options.clock.wallMs();
      const { outcome, isRefusal } = serviceError({ status, headers, text, nowMs });
      if (!isRefusal) return { outcome, status, cold: false };
      const wasOffMs = this.#setClock(headers, nowMs);
      if (
        !isLast && (wasOffMs !== 0 || await this.#options.credentials.renew(credentials).catch(() => false))
      ) continue;
      return this.#refused(`${outcome.reason}${this.#skewWords()}`, status);
    }
  }

  async #credentials(): Promise<AwsCredentials | PlatformError> {
    try {
      return await this.#options.credentials.get();
    } catch (error) {
      if (error instanceof PlatformError) return error;
      throw error;
    }
  }

  #refused(why: string, status = 0): Answer {
    if (this.#options.region !== undefined) {
      throw new PlatformError(
        "bad-platform",
        why.startsWith("Cannot") ? why : `Cannot use AWS Lambda: ${why}`,
      );
    }
    return { ...failure(why, false), status };
  }

  /** Goes by AWS's clock if this one is far off. @returns the difference, in milliseconds; 0 if the clock was not changed */
  #setClock(headers: HeaderValues, nowMs: number): number {
    const theirMs = new Date(headers.get("date") ?? "").getTime();
    const offMs = theirMs - (nowMs + this.#offsetMs);
    if (!(Math.abs(offMs) > SKEW_MS)) return 0;
    this.#offsetMs = theirMs - nowMs;
    return offMs;
  }

  #skewWords(): string {
    if (this.#offsetMs === 0) return "";
    const s = Math.round(Math.abs(this.#offsetMs) / 1000);
    return `. The clock of this machine is ${s} s ${
      this.#offsetMs > 0 ? "behind" : "ahead of"
    } AWS's: set it right`;
  }

  async #send(
    call: Call,
    { region, name, qualifier }: LambdaName,
    credentials: AwsCredentials,
    stop: Stop,
  ): Promise<HttpAnswer> {
    const { clock, endpoint, collector = { ip: "127.0.0.1", port: 0 } } = this.#options;
    const base = endpoint?.replace(/\/$/, "") ??
      `https://lambda.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
    const url = new URL(`${base}/2015-03-31/functions/${name}/invocations`);
    if (qualifier !== undefined) url.searchParams.set("Qualifier", qualifier);
    if (this.#keys.size > 1000) this.#keys = new Map(); // one for each day and region
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const signed = await new AwsV4Signer({
      method: "POST",
      url: url.href,
      headers: {
        "content-type": "application/json",
        "x-amz-invocation-type": call.spec.background ? "Event" : "RequestResponse",
        ...call.spec.background ? {} : { "x-amz-log-type": "Tail" },
      },
      body: payloadOf(call, collector),
      accessKeyId,
      secretAccessKey,
      ...sessionToken === undefined ? {} : { sessionToken },
      service: "lambda",
      region,
      cache: this.#keys,
      datetime: new Date(clock.wallMs() + this.#offsetMs).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    }).sign();
    return await this.#client.send({
      url: url.href,
      method: "POST",
      headers: Object.fromEntries(signed.headers as Headers),
      body: signed.body as string,
      stop,
      maxBytes: (status) => isOk(status) ? this.#maxBytes : MAX_ERROR_BYTES,
      once: call.spec.atMostOnce,
    });
  }

  get #maxBytes(): number {
    return this.#options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
  }

  #read({ spec }: Call, { status, headers, body, isCut }: HttpAnswer): Answer {
    if (spec.background) return { outcome: { kind: "ok", output: NULL }, status, cold: false };
    if (isCut) throw answerTooLarge(this.#maxBytes);
    const cold = tellsColdStart(headers.get("x-amz-log-result"));
    const text = textOf(body);
    const error = headers.get("x-amz-function-error");
    return { outcome: error === null ? outcomeOf(text) : functionError(error, text), status, cold };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
    return Promise.resolve();
  }
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300;
}
