/** The store of the key: it ends with the tab. */
const KEY_STORE = "sequoia-key";
/** An answer that takes longer, in milliseconds, does not come. */
const MOST_MS = 30_000;

/** An answer that is an error: a problem as RFC 9457 has it, or none at all. */
export class ApiError extends Error {
  /**
   * @param {number} status 0: there was no answer
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * What is the matter, for people.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** Asks the viewer for a key; set by the page. @type {{ ask: (wasWrong: boolean) => Promise<void> }} */
export const keyPrompt = { ask: () => Promise.reject(new ApiError(401, "The server wants a key.")) };

/** @param {string} key */
export function keepKey(key) {
  sessionStorage.setItem(KEY_STORE, key);
}

export function forgetKey() {
  sessionStorage.removeItem(KEY_STORE);
}

export function hasKey() {
  return sessionStorage.getItem(KEY_STORE) !== null;
}

/**
 * The address of a route, from wherever the page is served.
 *
 * @param {string} path below `v1/`
 * @param {Record<string, string | undefined>} [query]
 * @returns {string}
 */
export function addressOf(path, query = {}) {
  const url = new URL(`v1/${path}`, location.href);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.append(name, value);
  }
  return url.href;
}

/**
 * Sends a request, with the key if there is one. If the server wants another key, the viewer is asked for it.
 *
 * @param {string} url
 * @param {RequestInit} init
 * @returns {Promise<Response>} one that is no error
 * @throws {ApiError}
 */
export async function send(url, init) {
  for (;;) {
    const key = sessionStorage.getItem(KEY_STORE), headers = new Headers(init.headers);
    if (key !== null) headers.set("authorization", `Bearer ${key}`);
    const response = await fetch(url, { ...init, headers, cache: "no-store", redirect: "error" }).catch(
      (error) => {
        if (init.signal?.aborted) throw init.signal.reason;
        throw new ApiError(0, `The server does not answer: ${messageOf(error)}`);
      },
    );
    if (response.ok) return response;
    if (response.status !== 401) throw new ApiError(response.status, await problemOf(response));
    await response.body?.cancel();
    if (key === sessionStorage.getItem(KEY_STORE)) await keyPrompt.ask(key !== null); // else a new one is there already
  }
}

/** @param {Response} response */
async function problemOf(response) {
  try {
    const { title, detail } = await response.json();
    return String(detail ?? title ?? `status ${response.status}`);
  } catch {
    return `The server answers with status ${response.status}.`;
  }
}

/**
 * Asks for JSON.
 *
 * @param {string} path below `v1/`
 * @param {{ query?: Record<string, string | undefined>, method?: string, body?: unknown, signal?: AbortSignal }} [options]
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function ask(path, { query, method = "GET", body, signal } = {}) {
  const late = AbortSignal.timeout(MOST_MS);
  const response = await send(addressOf(path, query), {
    method,
    signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    ...body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } },
  });
  return exactJson(await response.text());
}

/**
 * Reads JSON. Numbers that JavaScript would round stay as they came when they are written again.
 *
 * @param {string} text
 * @returns {any}
 */
function exactJson(text) {
  const rawJson = Reflect.get(JSON, "rawJSON");
  if (rawJson === undefined) return JSON.parse(text);
  /** @param {string} _key @param {unknown} value @param {{ source?: string }} [context] */
  const read = (_key, value, context) =>
    typeof value === "number" && context?.source !== undefined && String(value) !== context.source
      ? rawJson(context.source)
      : value;
  return JSON.parse(text, read);
}
