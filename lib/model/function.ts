import { checkDistribution, constant, type Distribution } from "./distribution.ts";
import { type Duration, parseDuration, parsePositiveDuration } from "./durations.ts";
import { asWorkloadError, WorkloadError, type WorkloadPlace } from "./errors.ts";
import { authFault, type FunctionAuth } from "./function_auth.ts";
import { checkGiven, checkUrl, checkUrls } from "./function_url.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { checkOptions, type OptionNames } from "./options.ts";
import { checkRetry, DEFAULT_RETRY, type RetryRule } from "./retry_rule.ts";
import type { FailureCause } from "./outcome.ts";

/** The longest time that an attempt may take when the function declares none, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 300_000;

/** HTTP methods that a function may be called with. */
export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
/** One of {@linkcode METHODS}. */
export type Method = typeof METHODS[number];

/** Statuses that say that an answer is not the whole result, and that a function may say are enough. */
export const ACCEPTED = [202, 206] as const;

/** One HTTP-invocable unit, as plain data: it crosses queues. */
export interface FunctionSpec {
  /** Its name; limits, learned run times and reports go by it. */
  readonly name: string;
  /** Where it is called. Without one, and without `urls`, the function is {@linkcode served} or modelled, see `kindOf`. */
  readonly url?: string;
  /** Where it is on each of several platforms, by their names. */
  readonly urls?: Readonly<Record<string, string>>;
  /** Whether it has a body that only `sequoia functions` with the function's workload runs: nothing else answers for it. */
  readonly served?: true;
  /** The id by which the original's messages know it. */
  readonly id?: number;
  /** The HTTP method it is called with, at a URL. */
  readonly method: Method;
  /** Longest an attempt may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The rule by which failed attempts are repeated. */
  readonly retry: RetryRule;
  /** Expected run time: the local platform draws from it, the scheduler starts to learn from it. */
  readonly time?: Distribution;
  /** The body that is sent: Sequoia's event, or the bare args for functions that know nothing of Sequoia. */
  readonly payload: "event" | "args";
  /** Lower is more urgent, for policies that go by it. */
  readonly priority?: number;
  /** Records the start first and never runs twice, even after a crash; implies one attempt. */
  readonly atMostOnce: boolean;
  /** Nobody waits for what it answers: it is done when the platform has taken the call. */
  readonly background?: boolean;
  /**
   * An answer of this status counts as done. Otherwise a 202 says that the work has only begun: the call fails, unless the
   * platform says where its result will be; and a 206 that a part of the result is missing: the call fails.
   */
  readonly accepts?: 202 | 206;
  /** Headers added to each call; `env:NAME` and `file:PATH` stand for secrets of the consumer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The way in which its calls prove who makes them. */
  readonly auth?: FunctionAuth;
}

/** The event that a function receives (docs/workloads.md, "What a function receives"). */
export interface FunctionEvent {
  /** `instance/node`: the same for every attempt; another one when the node has been begun again. */
  readonly id: string;
  /** The text that the original's wrapper puts before its log lines. */
  readonly name: string;
  /** The host of the collector of function times; for wrappers. */
  readonly ip: string;
  /** The collector's port; 0 if there is none. */
  readonly port: number;
  /** Name of the chain. */
  readonly chain: string;
  /** Id of the instance. */
  readonly instance: string;
  /** Name of the node. */
  readonly node: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** The number of times that the node has been begun again, by `sequoia queue retry`, if it has. */
  readonly generation?: number;
  /** The args of `call(…, { args })`. */
  readonly args: JsonObject;
  /** The outputs of the predecessors by node name. */
  readonly inputs: JsonObject;
}

/** The body of a function, run by `sequoia functions`. */
export type FunctionBody = (event: FunctionEvent) => Json | undefined | Promise<Json | undefined>;

/** A function as a workload module holds it: the data, and perhaps a body. */
export interface FunctionDefinition extends FunctionSpec {
  /** Served by the local platform; never leaves the process. */
  readonly run?: FunctionBody;
}

/** The options of a function in a workload. */
export interface FunctionOptions {
  /**
   * An absolute http(s) URL, or `lambda:REGION:NAME[:QUALIFIER]` or `openwhisk://HOST/NAMESPACE/ACTION`: the function is called there. Without `url`, `urls` and
   * `run` it is modelled: the local platform takes as long as `time` says. A `url` that is undefined is an error.
   */
  readonly url?: string;
  /**
   * Its URL on each of several platforms, instead of `url`, by the names that `consume --platform` gives them. Each attempt
   * goes to one that has room.
   */
  readonly urls?: Readonly<Record<string, string>>;
  /** The id by which the original's messages know it. */
  readonly id?: number;
  /** The HTTP method of calls to a URL: GET, POST, PUT, PATCH or DELETE. The local platform takes POST alone. (Default: "POST") */
  readonly method?: Method;
  /** The longest time that an attempt may take; then it has failed and may be tried again. (Default: "5m") */
  readonly timeout?: Duration;
  /** Attempts in all before the invocation has failed; short for `retry: { attempts }`. (Default: 3) */
  readonly attempts?: number;
  /** The rule by which failed attempts are repeated. (Default: see below) */
  readonly retry?: {
    /** Attempts in all before the invocation has failed; throttles do not count. (Default: 3) */
    readonly attempts?: number;
    /** The greatest delay before the first retry. (Default: "200ms") */
    readonly firstDelay?: Duration;
    /** The greatest delay is multiplied by this from retry to retry. (Default: 2) */
    readonly factor?: number;
    /** The delay never exceeds this. (Default: "30s") */
    readonly maxDelay?: Duration;
    /** Whether each delay is drawn between 0 and its greatest, so that retries do not come together. (Default: true) */
    readonly jitter?: boolean;
    /** The failures that are tried again: "timeout", "network", "server-error". (Default: all three) */
    readonly on?: readonly FailureCause[];
  };
  /**
   * The expected run time, `"50ms"` or a distribution: the local platform draws from it, the scheduler starts to learn from it.
   * (Default: unknown)
   */
  readonly time?: Distribution | Duration;
  /** The body that is sent: Sequoia's event, or the bare args for functions that know nothing of Sequoia. (Default: "event") */
  readonly payload?: "event" | "args";
  /** Lower is more urgent, for policies that go by it. (Default: none) */
  readonly priority?: number;
  /** Records the start first and never runs twice, even after a crash; implies one attempt. (Default: false) */
  readonly atMostOnce?: boolean;
  /**
   * Whether nobody waits for what it answers: its output is null, and what comes after it starts as soon as the platform
   * has taken the call (AWS Lambda's `Event` invocations, the local platform's background calls). At an http(s) URL that
   * is up to the function: it is called as any other. (Default: false)
   */
  readonly background?: boolean;
  /**
   * `202`: an answer of 202 (Accepted) is the function's output, though the work has only begun. `206` (Partial Content): a
   * part of the result is the function's output. Without it a call that is answered so fails; but where OpenWhisk answers 202,
   * its result is waited for. (Default: neither)
   */
  readonly accepts?: 202 | 206;
  /**
   * Headers added to each call. They cross the queue: for a secret write `env:NAME` or `file:PATH`, which the consumer reads when
   * it calls, if its `--secret` allows that; in `authorization` also `Bearer env:NAME`. Other values that begin so cannot be
   * sent. (Default: none)
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `"google"`: each call of an http(s) URL has an ID token of Google, for private functions and Cloud Run services. The audience
   * is the URL of the service (of `cloudfunctions.net`: of the function), or the one that is named. The consumer gets the tokens,
   * and sends them where its `--secret google=URL` says. (Default: none)
   */
  readonly auth?: "google" | { readonly google: { readonly audience: string } };
  /** A body, served by `sequoia functions`: nothing else answers for the function. */
  readonly run?: FunctionBody;
}

/** The options that fn() takes and a definition has as well. */
const COMMON: OptionNames<Pick<FunctionDefinition, keyof FunctionOptions & keyof FunctionDefinition>> = {
  url: true,
  urls: true,
  id: true,
  method: true,
  retry: true,
  time: true,
  payload: true,
  priority: true,
  atMostOnce: true,
  background: true,
  accepts: true,
  headers: true,
  auth: true,
  run: true,
};

const OPTIONS: OptionNames<FunctionOptions> = { ...COMMON, timeout: true, attempts: true };

const DEFINITION: OptionNames<FunctionDefinition> = {
  name: true,
  ...COMMON,
  served: true,
  timeoutMs: true,
};

const RETRY_OPTIONS: OptionNames<NonNullable<FunctionOptions["retry"]>> = {
  attempts: true,
  firstDelay: true,
  factor: true,
  maxDelay: true,
  jitter: true,
  on: true,
};

const NAME = /^[\w][\w.:/@-]{0,127}$/;

/** Names of chains, nodes and functions: they stand in URLs, headers, command lines and file names. */
export function checkName(kind: string, name: unknown): string {
  if (typeof name === "string" && NAME.test(name) && name !== "__proto__") return name;
  throw new WorkloadError(
    "bad-name",
    `Cannot use ${
      JSON.stringify(name)
    } as the name of a ${kind}. Write 1 to 128 letters, digits or _ . : / @ -`,
  );
}

/**
 * Defines a function.
 *
 * @throws {WorkloadError} naming the function, the fault and what to write instead
 *
 * @example
 * ```ts
 * import { fn, lognormal } from "sequoia";
 * const thumbnail = fn("thumbnail", { url: "http://127.0.0.1:8080/thumbnail", time: lognormal("80ms", "300ms") });
 * ```
 */
export function fn(name: string, options: FunctionOptions = {}): FunctionDefinition {
  checkName("function", name);
  const of = (text: string) => `function "${name}": ${text}`;
  checkOptions(options, OPTIONS, { of: of("fn()"), code: "bad-function" });
  if (options.retry !== undefined) {
    checkOptions(options.retry, RETRY_OPTIONS, { of: of("retry"), code: "bad-function" });
  }
  checkGiven(options, name);
  if (options.run !== undefined && typeof options.run !== "function") {
    throw new WorkloadError("bad-function", of("run is no function. Write run: (event) => …"));
  }
  const spec = checkFunction(stripUndefined({
    name,
    url: options.url,
    urls: options.urls,
    served: isServed(options) || undefined,
    id: options.id,
    method: options.method ?? "POST",
    timeoutMs: readTime(name, "timeout", options.timeout, DEFAULT_TIMEOUT_MS),
    retry: stripUndefined({
      attempts: options.retry?.attempts ?? options.attempts ??
        (options.atMostOnce ? 1 : DEFAULT_RETRY.attempts),
      firstDelayMs: readTime(name, "retry.firstDelay", options.retry?.firstDelay, DEFAULT_RETRY.firstDelayMs),
      factor: options.retry?.factor ?? DEFAULT_RETRY.factor,
      maxDelayMs: readTime(name, "retry.maxDelay", options.retry?.maxDelay, DEFAULT_RETRY.maxDelayMs),
      jitter: options.retry?.jitter === false ? false : undefined,
      on: options.retry?.on,
    }),
    time: runTime(name, options.time),
    payload: options.payload ?? "event",
    priority: options.priority,
    atMostOnce: options.atMostOnce ?? false,
    background: options.background === false ? undefined : options.background,
    accepts: options.accepts,
    headers: options.headers,
    auth: options.auth,
  }));
  return options.run ? { ...spec, run: options.run } : spec;
}

function runTime(name: string, time: FunctionOptions["time"]): Distribution | undefined {
  if (typeof time !== "string" && typeof time !== "number") return time;
  return asWorkloadError("bad-duration", `function "${name}": time`, () => constant(time));
}

/** Whether a function with these has a body that its callers depend on: one with a URL is called there. */
export function isServed(
  { run, served, url, urls }: Pick<FunctionOptions, "run" | "url" | "urls"> & { readonly served?: true },
): boolean {
  return (run !== undefined || served === true) && url === undefined && urls === undefined;
}

/** Checks what stands for a function in a chain, whoever made it. @throws {WorkloadError} if it has what no function has */
export function checkDefinition(definition: FunctionDefinition, place: WorkloadPlace): void {
  const of = `function "${definition.name}"`;
  checkOptions(definition, DEFINITION, { of, code: "bad-function", place });
  checkGiven(definition, definition.name);
}

function readTime(name: string, option: string, value: Duration | undefined, fallbackMs: number): number {
  if (value === undefined) return fallbackMs;
  return asWorkloadError("bad-duration", `function "${name}": ${option}`, () => parseDuration(value));
}

/**
 * Checks a function's data, whoever wrote it: the builder, or a message from a queue.
 *
 * @throws {WorkloadError} naming the function and the fault
 */
export function checkFunction(value: unknown): FunctionSpec {
  if (!isObject(value)) {
    throw new WorkloadError("bad-function", "a function is no object. Write fn(name, { … })");
  }
  const f = value as unknown as FunctionSpec;
  checkName("function", f.name);
  const fail = (code: WorkloadError["code"], text: string): never => {
    throw new WorkloadError(code, `function "${f.name}": ${text}`);
  };
  if (f.url !== undefined) checkUrl(f.url, f.name);
  if (f.urls !== undefined) checkUrls(f.urls, f.name);
  if (f.url !== undefined && f.urls !== undefined) fail("bad-url", "it has both url and urls. Leave one out");
  if (f.served !== undefined && (f.served !== true || !isServed(f))) {
    fail("bad-function", "served is not true, or it has a URL as well. Leave one out");
  }
  if (!METHODS.includes(f.method)) {
    fail("bad-function", `the method ${JSON.stringify(f.method)} is none of ${METHODS.join(", ")}`);
  }
  if (typeof f.timeoutMs !== "number") {
    fail("bad-duration", "timeoutMs is no number. Write it in milliseconds");
  }
  asWorkloadError("bad-duration", `function "${f.name}": timeout`, () => parsePositiveDuration(f.timeoutMs));
  checkRetry(f, fail);
  if (f.time !== undefined) {
    asWorkloadError("bad-function", `function "${f.name}": time`, () => checkDistribution(f.time));
  }
  if (f.payload !== "event" && f.payload !== "args") {
    fail("bad-function", `payload is neither "event" nor "args"`);
  }
  if (f.priority !== undefined && !Number.isFinite(f.priority)) fail("bad-function", "priority is no number");
  if (f.id !== undefined && !isInt32(f.id)) fail("bad-function", "id is no whole number of 32 bits");
  if (f.atMostOnce && f.retry.attempts !== 1) fail("bad-function", "atMostOnce goes with attempts: 1 only");
  if (f.background !== undefined && typeof f.background !== "boolean") {
    fail("bad-function", `background is ${f.background}. Write true or false`);
  }
  if (f.accepts !== undefined && !ACCEPTED.includes(f.accepts)) {
    fail("bad-function", `accepts is ${JSON.stringify(f.accepts)}. Write 202 or 206, or leave it out`);
  }
  if (f.headers !== undefined) {
    const headers = f.headers as Record<string, string>;
    asWorkloadError("bad-function", `function "${f.name}": headers`, () => new Headers(headers));
  }
  const fault = authFault(f);
  if (fault !== undefined) fail("bad-function", fault);
  return f;
}

/** Whether a number fits the wire format's int32. */
export function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
}

/** A copy without the keys that are undefined. */
export function stripUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const defined = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as { [K in keyof T]: Exclude<T[K], undefined> };
}
