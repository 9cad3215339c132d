import { readText } from "../calls/body.ts";
import { fetchDirectly } from "../calls/fetch_directly.ts";
import { fieldsOf } from "../calls/fields.ts";
import { shortened } from "../calls/failure_words.ts";

/** The longest answer that is taken, in bytes. */
const MAX_BYTES = 65_536;

/** The answer of a server of tokens. */
export interface TokenAnswer {
  readonly status: number;
  readonly text: string;
  /** Its time when it answered, in milliseconds since 1970; NaN if it did not say. */
  readonly dateMs: number;
}

/**
 * Asks a server of tokens.
 *
 * @throws {Error} if it does not answer, or `signal` is aborted
 */
export async function askForToken(url: string, init: RequestInit, signal: AbortSignal): Promise<TokenAnswer> {
  const response = await fetchDirectly(url, { ...init, redirect: "manual", signal });
  const text = await readText(response, MAX_BYTES);
  return { status: response.status, text, dateMs: new Date(response.headers.get("date") ?? "").getTime() };
}

/** The words of a server that gives no token, on one line: the fields of an OAuth error (RFC 6749, section 5.2), or its text. */
export function refusalIn({ status, text }: TokenAnswer): string {
  const { error, error_description: description } = fieldsOf(text);
  const said = [error, description].filter((part) => typeof part === "string").join(": ");
  const isPage = /^\s*</.test(text);
  return [`it answered with status ${status}`, shortened(said || (isPage ? "" : text))]
    .filter((part) => part !== "").join(": ");
}
