/**
 * The check that AWS makes of a signed request, written from its documentation of Signature Version 4 ("Create a signed AWS API
 * request"): the signature is computed again from the request as it arrived, and compared.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** The keys of a caller. */
export interface Keys {
  readonly secret: string;
  readonly token?: string;
}

/** The fault that AWS finds with a request. */
export interface Refusal {
  readonly type: string;
  readonly message: string;
}

const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");
const hmac = (key: string | Uint8Array, text: string) =>
  createHmac("sha256", key).update(text, "utf8").digest();

/** All but unreserved characters (RFC 3986) as octets. */
function encoded(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((octet) => {
      const letter = String.fromCharCode(octet);
      return /[A-Za-z0-9_.~-]/.test(letter)
        ? letter
        : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

/** The canonical request of all services but S3: each part of the path, as it was sent, is encoded once more. */
export function canonicalRequest({ method, url, headers, body }: Arrived, signed: readonly string[]): string {
  const path = url.pathname.split("/").map(encoded).join("/");
  const query = [...url.searchParams]
    .map(([key, value]) => [encoded(key), encoded(value)] as const)
    .sort(([a, x], [b, y]) => a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0)
    .map(([key, value]) => `${key}=${value}`)
    .join("&");
  const values = signed.map((name) => `${name}:${(headers.get(name) ?? "").trim().replace(/ +/g, " ")}\n`)
    .join("");
  return [method, path, query, values, signed.join(";"), sha256(body)].join("\n");
}

/** The signature of a canonical request. @param scope day, region, service and `aws4_request` */
export function signatureOf(secret: string, time: string, scope: string, canonical: string): string {
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = scope.split("/").reduce<string | Uint8Array>((key, part) => hmac(key, part), `AWS4${secret}`);
  return hmac(key, toSign).toString("hex");
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request), ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Finds what is wrong with the signature of a request; undefined: nothing.
 *
 * @param keysOf the caller's, by access key id
 * @param service what is asked, and where
 */
export function findFault(
  request: Arrived,
  keysOf: (id: string) => Keys | undefined,
  service: { readonly name: string; readonly region: string },
  nowMs: number,
): Refusal | undefined {
  const { headers } = request;
  const match = AUTHORIZATION.exec(headers.get("authorization") ?? "");
  if (match === null) {
    return { type: "MissingAuthenticationTokenException", message: "Missing Authentication Token" };
  }
  const [, id = "", scope = "", day = "", region, name, list = "", signature = ""] = match;
  const keys = keysOf(id);
  const unknown = {
    type: "UnrecognizedClientException",
    message: "The security token included in the request is invalid.",
  };
  if (keys === undefined || (headers.get("x-amz-security-token") ?? undefined) !== keys.token) return unknown;
  const wrong = (message: string) => ({ type: "InvalidSignatureException", message });
  const time = headers.get("x-amz-date") ?? "";
  const atMs = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5"));
  if (Number.isNaN(atMs) || !time.startsWith(day)) return wrong("Date in Credential scope does not match");
  if (Math.abs(atMs - nowMs) > 300_000) {
    return wrong(
      `Signature ${atMs < nowMs ? "expired" : "not yet current"}: ${time} is not within 5 min. of now`,
    );
  }
  if (region !== service.region || name !== service.name) {
    return wrong("Credential should be scoped to a valid region");
  }
  const signed = list.split(";");
  const must = ["host", ...[...headers.keys()].filter((key) => key.startsWith("x-amz-"))];
  const missing = must.find((key) => !signed.includes(key));
  if (missing !== undefined) return wrong(`'${missing}' must be a 'SignedHeader'`);
  const expected = signatureOf(keys.secret, time, scope, canonicalRequest(request, signed));
  if (timingSafeEqual(new TextEncoder().encode(expected), new TextEncoder().encode(signature))) {
    return undefined;
  }
  return wrong("The request signature we calculated does not match the signature you provided.");
}
