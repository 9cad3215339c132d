import { fieldsOf } from "../calls/fields.ts";

/** An ID token, as it came. It is shown nowhere. */
export interface IdToken {
  /** The token itself: a JWT. */
  readonly text: string;
  /** The time that was left until its end when it came, in milliseconds; below 0 if it had ended by then. */
  readonly leftMs: number;
}

/** The most characters of a token: more go into no header. */
const MOST_CHARACTERS = 16_384;
const JWT = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/**
 * Reads a token. Its signature is not checked: whoever it is sent to does that.
 *
 * @param nowMs the present instant by the clock of its server, or by ours if that is not known, in milliseconds since 1970
 * @returns undefined if it is none, or does not say when it ends
 */
export function readIdToken(text: string, nowMs: number): IdToken | undefined {
  const [, claims] = text.length > MOST_CHARACTERS ? [] : JWT.exec(text) ?? [];
  if (claims === undefined) return undefined;
  const { exp } = fieldsOf(decoded(claims));
  return typeof exp === "number" ? { text, leftMs: exp * 1000 - nowMs } : undefined;
}

/** A text out of base64url. */
function decoded(base64url: string): string {
  try {
    return atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}
