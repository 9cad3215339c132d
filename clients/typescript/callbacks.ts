import { SequoiaError } from "./errors.ts";
import type { State } from "./types.ts";

/** The end of an instance, as a callback tells it. */
export interface Callback {
  readonly type: `instance.${"completed" | "failed" | "cancelled"}`;
  /** When it ended, by ISO 8601. */
  readonly timestamp: string;
  readonly data: {
    readonly id: string;
    readonly chain: string;
    readonly outcome: Extract<State, "completed" | "failed" | "cancelled">;
    /** Why it failed or was cancelled. */
    readonly reason?: string;
    readonly output?: unknown;
    /** The output is too large to be told. */
    readonly outputLeftOut?: true;
    readonly labels: Readonly<Record<string, string>>;
    readonly submittedAt: string;
    readonly endedAt: string;
  };
}

/** A callback as it came. */
export interface Received {
  /** The body to the byte: `await request.text()`. */
  readonly body: string;
  readonly headers: Headers | Readonly<Record<string, string | string[] | undefined>>;
  /** The secret (`whsec_…`); several, separated by spaces, while it is changed. */
  readonly secret: string;
  /** Most milliseconds between its time and now. (Default: 5 minutes) */
  readonly toleranceMs?: number;
}

/**
 * Verifies a callback by Standard Webhooks, and reads it. It comes at least once: keep the header `webhook-id` to tell repetitions.
 *
 * @throws {SequoiaError} `bad-signature`
 */
export async function verifyCallback(
  { body, headers, secret, toleranceMs = 300_000 }: Received,
): Promise<Callback> {
  const header = (name: string) => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    if (typeof value !== "string") throw refused(`it has no header ${name}`);
    return value;
  };
  const id = header("webhook-id"), seconds = header("webhook-timestamp");
  if (!(Math.abs(Date.now() - Number(seconds) * 1000) <= toleranceMs)) {
    throw refused("its time is too far off");
  }
  const signed = new TextEncoder().encode(`${id}.${seconds}.${body}`);
  const signatures = header("webhook-signature").split(" ").filter((each) => each.startsWith("v1,"));
  for (const own of secret.trim().split(/\s+/)) {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", bytesOf(own.replace(/^whsec_/, "")), algorithm, false, [
      "verify",
    ]);
    for (const signature of signatures.slice(0, 10)) {
      const bytes = bytesOf(signature.slice(3));
      if (await crypto.subtle.verify("HMAC", key, bytes, signed)) return JSON.parse(body) as Callback;
    }
  }
  throw refused("no signature is that of the secret");
}

function refused(why: string): SequoiaError {
  return new SequoiaError("bad-signature", `Cannot take the callback: ${why}`);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    throw refused("a signature or the secret is no base64");
  }
}
