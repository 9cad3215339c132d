import type { PlatformSetup } from "../kind.ts";
import { fieldsOf } from "../calls/fields.ts";
import { type IdToken, readIdToken } from "./id_token.ts";
import { askForToken, refusalIn, type TokenAnswer } from "./token_request.ts";
import { IdTokenError } from "./token_error.ts";

/** The longest key file, in bytes. */
const MAX_BYTES = 65_536;
/** The time for which an assertion is good, in seconds: an hour is the most that Google takes. */
const ASSERTED_S = 3600;
const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

/** The parts of a key file that this uses. */
interface ServiceAccountKey {
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
  /** Where tokens are to be had. */
  readonly token_uri: string;
}

/**
 * Asks for an ID token by the key of a service account: a claim that is signed with it (RFC 7523) is exchanged for the token at
 * the `token_uri` of the key file. The file is read each time, so a key can be replaced. Source:
 * developers.google.com/identity/protocols/oauth2/service-account.
 *
 * @throws {IdTokenError} if the file cannot be used, or there is no token
 */
export async function tokenFromKeyFile(
  path: string,
  audience: string,
  sources: Pick<PlatformSetup, "clock" | "readFile">,
  signal: AbortSignal,
): Promise<IdToken> {
  const { clock } = sources;
  const key = await readKeyFile(path, sources);
  const { token_uri: uri } = key;
  const assertion = await signedClaim(key, audience, Math.floor(clock.wallMs() / 1000), path);
  const body = new URLSearchParams({ grant_type: GRANT, assertion });
  let answer: TokenAnswer;
  try {
    answer = await askForToken(uri, { method: "POST", body }, signal);
  } catch (cause) {
    throw new IdTokenError(
      `${new URL(uri).host} does not answer: ${(cause as Error).message}. Check the network, or HTTPS_PROXY`,
      { cause },
    );
  }
  const { id_token: text } = fieldsOf(answer.text);
  const token = typeof text === "string" ? readIdToken(text, answer.dateMs || clock.wallMs()) : undefined;
  if (token !== undefined) return token;
  const why = answer.status === 200 ? "its answer holds no ID token" : refusalIn(answer);
  throw new IdTokenError(
    `${new URL(uri).host} gives none: ${why}. Check the key file ${path}, and the clock of this machine`,
  );
}

async function readKeyFile(
  path: string,
  { readFile }: Pick<PlatformSetup, "readFile">,
): Promise<ServiceAccountKey> {
  const unusable = (why: string, options?: ErrorOptions) =>
    new IdTokenError(`the key file ${path} (GOOGLE_APPLICATION_CREDENTIALS) ${why}`, options);
  let text: string | undefined;
  try {
    text = await readFile(path, MAX_BYTES);
  } catch (cause) {
    throw unusable(`cannot be read: ${(cause as Error).message}. Check it, and its rights`, { cause });
  }
  if (text === undefined) throw unusable("is not there. Check the path");
  const { type, client_email, private_key, private_key_id, token_uri } = fieldsOf(text);
  if (type !== "service_account") {
    const of = typeof type === "string" ? ` but of the type ${type}` : "";
    throw unusable(`is none of a service account${of}. Create a key of the service account as JSON`);
  }
  const isUri = typeof token_uri === "string" && /^https?:$/.test(URL.parse(token_uri)?.protocol ?? "");
  if (typeof client_email !== "string" || typeof private_key !== "string" || !isUri) {
    throw unusable("lacks client_email, private_key or token_uri. Create the key again, as JSON");
  }
  const id = typeof private_key_id === "string" ? { private_key_id } : {};
  return { client_email, private_key, token_uri, ...id };
}

/** The claim to be a service account that wants a token for an audience, as a JWT (RFC 7515, RFC 7523). */
async function signedClaim(
  { client_email: iss, private_key, private_key_id: kid, token_uri: aud }: ServiceAccountKey,
  audience: string,
  nowS: number,
  path: string,
): Promise<string> {
  const header = { alg: "RS256", typ: "JWT", ...kid === undefined ? {} : { kid } };
  const claim = { iss, sub: iss, aud, iat: nowS, exp: nowS + ASSERTED_S, target_audience: audience };
  const text = [header, claim].map((part) => encoded(utf8.encode(JSON.stringify(part)))).join(".");
  try {
    const der = Uint8Array.from(atob(private_key.replace(/-----[^-]+-----|\s/g, "")), (c) => c.charCodeAt(0));
    const key = await crypto.subtle.importKey("pkcs8", der, RS256, false, ["sign"]);
    return `${text}.${encoded(new Uint8Array(await crypto.subtle.sign(RS256.name, key, utf8.encode(text))))}`;
  } catch { // the error may hold parts of the key
    throw new IdTokenError(
      `the private_key of the key file ${path} (GOOGLE_APPLICATION_CREDENTIALS) cannot be used. Create the key again, as JSON`,
    );
  }
}

const utf8 = new TextEncoder();

/** Bytes in base64url, without its padding. */
function encoded(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
