import { SequoiaError } from "./errors.ts";

/** The address of the server, and the bounds of requests to it. */
export interface ClientOptions {
  /** Where `sequoia serve` answers: `http://127.0.0.1:7070`. */
  readonly url: string;
  /** The key, where the server has keys. */
  readonly key?: string;
  /** Most attempts of a request that may succeed later: 429, 502 to 504, or no answer. (Default: 5) */
  readonly attempts?: number;
  /** The longest time until an answer, beside the time that it is asked to wait, in milliseconds. (Default: 30,000) */
  readonly timeoutMs?: number;
  /** Sends requests. (Default: the global `fetch`) */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** A request. */
export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly query?: Iterable<readonly [name: string, value: string]>;
  readonly body?: unknown;
  /** The time that the server is asked to wait, in milliseconds. (Default: 0) */
  readonly waitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The first pause before another attempt, at most; it doubles up to the longest one, in milliseconds. */
const FIRST_MS = 200, LONGEST_MS = 10_000;
const LATER = new Set([429, 502, 503, 504]);

/** Sends a request until it is answered. @throws {SequoiaError} */
export async function ask<T>(options: ClientOptions, asked: Asked): Promise<T> {
  const { attempts = 5 } = options;
  for (let attempt = 1;; attempt++) {
    const answer = await once(options, asked).catch((error: unknown) => {
      asked.signal?.throwIfAborted();
      return new SequoiaError("unreachable", `Cannot reach ${options.url}: ${(error as Error).message}`, {
        cause: error,
      });
    });
    if (answer instanceof Response && answer.ok) return await answer.json() as T;
    const error = answer instanceof Response ? await problemOf(answer) : answer;
    if (attempt >= attempts || !(error.status === 0 || LATER.has(error.status))) throw error;
    const saidMs = answer instanceof Response ? 1000 * Number(answer.headers.get("retry-after") ?? 0) : 0;
    const pauseMs = Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
    await pause(Math.max(pauseMs, Math.min(saidMs || 0, LONGEST_MS)), asked.signal);
  }
}

async function once(
  { url, key, timeoutMs = 30_000, fetch = globalThis.fetch }: ClientOptions,
  { method = "GET", path, query = [], body, waitMs = 0, signal }: Asked,
): Promise<Response> {
  const text = new URLSearchParams([...query].map(([name, value]) => [name, value])).toString();
  const late = AbortSignal.timeout(timeoutMs + waitMs);
  const init: RequestInit = {
    method,
    headers: {
      accept: "application/json",
      ...key === undefined ? {} : { authorization: `Bearer ${key}` },
      ...body === undefined ? {} : { "content-type": "application/json" },
    },
    signal: signal ? AbortSignal.any([signal, late]) : late,
    ...body === undefined ? {} : { body: JSON.stringify(body) },
  };
  const response = await fetch(`${url.replace(/\/+$/, "")}${path}${text && `?${text}`}`, init);
  return new Response(await response.text(), { status: response.status, headers: response.headers });
}

/** The problem that an answer tells, by RFC 9457. */
async function problemOf(response: Response): Promise<SequoiaError> {
  const { status } = response, text = await response.text();
  try {
    const { code, detail, errors = [] } = JSON.parse(text);
    if (typeof code === "string") return new SequoiaError(code, String(detail), { status, errors });
  } catch {
    // it is none of sequoia serve
  }
  return new SequoiaError("bad-answer", `The server answered with status ${status}: ${text.slice(0, 200)}`, {
    status,
  });
}

/** Waits. @throws the reason of the signal, if that ends it */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
