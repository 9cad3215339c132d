import { isObject } from "./json.ts";

/** The way in which calls of a function prove who makes them; plain data, without any secret. */
export type FunctionAuth =
  /** By an ID token of Google, for the audience that follows from the function's URL. */
  | "google"
  /** By an ID token of Google for another audience. */
  | { readonly google: { readonly audience: string } };

/** Audiences stand in queries and in tokens: any signs but spaces and control characters, at most this many. */
const AUDIENCE = /^[^\s\p{Cc}]{1,1000}$/u;

/**
 * Why an `auth` cannot be used, and what to write; undefined if it can.
 *
 * @param fn the function, not yet checked, but for its URLs and headers
 */
export function authFault(
  { auth, url, urls, headers }: {
    readonly auth?: unknown;
    readonly url?: string;
    readonly urls?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
  },
): string | undefined {
  if (auth === undefined) return undefined;
  if (auth !== "google" && !isGoogle(auth)) {
    return `auth is ${JSON.stringify(auth)}. Write "google", or { google: { audience: "https://…" } }`;
  }
  if (![url, ...Object.values(urls ?? {})].some((url) => url?.startsWith("http"))) {
    return "auth goes with an http(s) url only. Write the function's url, or leave auth out";
  }
  if (Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "authorization")) {
    return "it has both auth and a header authorization. Leave one out";
  }
  return undefined;
}

function isGoogle(auth: unknown): boolean {
  if (!isObject(auth) || Object.keys(auth).join() !== "google" || !isObject(auth.google)) return false;
  const { audience } = auth.google;
  return Object.keys(auth.google).join() === "audience" && typeof audience === "string" &&
    AUDIENCE.test(audience);
}

/** The audience that a function names for its tokens; undefined: it follows from the URL. */
export function audienceNamed(auth: FunctionAuth): string | undefined {
  return auth === "google" ? undefined : auth.google.audience;
}
