import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";

/** The beginning of a secret, as Standard Webhooks writes it. */
const PREFIX = "whsec_";
/** Keys are this long, in bytes. */
const KEY_BYTES = { least: 24, most: 64 };

/** A secret that cannot sign. The message holds nothing of it. */
export class SigningError extends Error {
  override readonly name = "SigningError";
}

/**
 * Reads the keys of a secret: `whsec_` and 24 to 64 bytes in base64. Several, separated by spaces, all sign: receivers take either
 * while the secret is changed.
 *
 * @param name of the secret, for the error: `env:NAME`
 * @throws {SigningError} if one is none
 */
export function signingKeys(text: string, name: string): Buffer[] {
  const secrets = text.split(/\s+/).filter((part) => part !== "");
  const keys = secrets.map((secret) =>
    keyOf(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret)
  );
  if (keys.length > 0 && keys.every((key) => key !== undefined)) return keys;
  throw new SigningError(
    `secret-unusable: ${name} is no secret of Standard Webhooks. Write ${PREFIX} and ${KEY_BYTES.least} to ` +
      `${KEY_BYTES.most} random bytes in base64, as echo ${PREFIX}$(openssl rand -base64 32) does`,
  );
}

function keyOf(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const key = Buffer.from(text, "base64");
  return key.length >= KEY_BYTES.least && key.length <= KEY_BYTES.most ? key : undefined;
}

/**
 * The headers of Standard Webhooks 1.0 for an attempt.
 *
 * @param id the same for each attempt; it has no full stop
 * @param nowMs the time of the attempt, in milliseconds since 1970
 */
export function signedHeaders(
  keys: readonly Buffer[],
  id: string,
  nowMs: number,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signatures = keys.map((key) =>
    `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
