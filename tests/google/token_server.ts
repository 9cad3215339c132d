/** A server that is Google's metadata server and its token endpoint to whoever asks for ID tokens, on loopback. */
import { isObject } from "../../lib/model/mod.ts";

/** The claims of an ID token. */
export interface Claims {
  readonly aud: string;
  readonly email: string;
  readonly iat: number;
  readonly exp: number;
  /** Which token of the server it is, from 1. */
  readonly jti: number;
}

export interface TokenServerOptions {
  /** Where it listens on loopback. (Default: any free port) */
  readonly port?: number;
  /** The time for which a token is good, in seconds. (Default: an hour) */
  readonly lifeS?: number;
  /** Its clock, in milliseconds since 1970. (Default: the real one) */
  readonly nowMs?: () => number;
  /** Answers instead of a token, if it answers anything. (Default: tokens) */
  readonly instead?: (audience: string) => Response | undefined | Promise<Response | undefined>;
}

const PATH = "/computeMetadata/v1/instance/service-accounts/default/identity";
const ACCOUNT = "caller@project.iam.gserviceaccount.com";
const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

/** Starts it; it ends with the scope. */
export function tokenServer(
  { port = 0, lifeS = 3600, nowMs = Date.now, instead }: TokenServerOptions = {},
) {
  const given: string[] = [], refused: string[] = [];
  let made: Promise<CryptoKeyPair> | undefined; // it takes a while, and only keys of accounts need it
  const keys = () => made ??= keyPair();
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
    const url = new URL(request.url);
    const isKey = url.pathname === "/token";
    const audience = isKey
      ? await audienceAsserted(request, (await keys()).publicKey, `${url.origin}/token`, nowMs())
      : url.searchParams.get("audience") ?? "";
    const isForGoogle = isKey ||
      (url.pathname === PATH && request.headers.get("metadata-flavor") === "Google");
    if (!isForGoogle || audience === undefined) {
      refused.push(url.pathname);
      return Response.json({ error: "invalid_grant", error_description: "Invalid JWT Signature." }, {
        status: 400,
      });
    }
    given.push(audience);
    const other = await instead?.(audience);
    if (other !== undefined) return other;
    const iat = Math.floor(nowMs() / 1000);
    const token = idToken({ aud: audience, email: ACCOUNT, iat, exp: iat + lifeS, jti: given.length });
    const headers = { date: new Date(nowMs()).toUTCString() };
    return isKey ? Response.json({ id_token: token }, { headers }) : new Response(token, { headers });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    host,
    /** The audiences that it was asked for, in order. */
    given,
    /** The paths of requests that were not as Google wants them. */
    refused,
    /** The text of the key file of a service account that it knows. */
    async keyFile(): Promise<string> {
      const der = await crypto.subtle.exportKey("pkcs8", (await keys()).privateKey);
      const base64 = new Uint8Array(der).toBase64();
      return JSON.stringify({
        type: "service_account",
        private_key_id: "key-1",
        private_key: `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`,
        client_email: ACCOUNT,
        token_uri: `http://${host}/token`,
      });
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function keyPair(): Promise<CryptoKeyPair> {
  const size = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  return await crypto.subtle.generateKey({ ...RS256, ...size }, true, ["sign", "verify"]);
}

/** A token; nobody here checks its signature. */
export function idToken(claims: Claims): string {
  return [{ alg: "RS256", typ: "JWT" }, claims].map((part) => encoded(JSON.stringify(part))).join(".") +
    ".c2ln";
}

/** The claims of the token that a request brings; undefined if it brings none. */
export function claimsOf({ headers }: { readonly headers: Headers }): Claims | undefined {
  const [, claims] = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(headers.get("authorization") ?? "") ?? [];
  return claims === undefined ? undefined : JSON.parse(decoded(claims)) as Claims;
}

/** The audience that a signed claim asks for; undefined if the claim is not as it must be. */
async function audienceAsserted(
  request: Request,
  publicKey: CryptoKey,
  endpoint: string,
  nowMs: number,
): Promise<string | undefined> {
  const form = new URLSearchParams(await request.text());
  const [head = "", body = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  const isSigned = await crypto.subtle.verify(
    RS256.name,
    publicKey,
    Uint8Array.fromBase64(signature, { alphabet: "base64url" }),
    new TextEncoder().encode(`${head}.${body}`),
  );
  const claim: unknown = isSigned ? JSON.parse(decoded(body)) : undefined;
  if (!isObject(claim) || form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") {
    return undefined;
  }
  const { iss, sub, aud, iat, exp, target_audience: audience } = claim;
  const isOfAccount = iss === ACCOUNT && sub === ACCOUNT && aud === endpoint;
  const isTimely = Number(iat) <= nowMs / 1000 + 1 && Number(exp) > nowMs / 1000 &&
    Number(exp) <= Number(iat) + 3600;
  return isOfAccount && isTimely && typeof audience === "string" ? audience : undefined;
}

function encoded(text: string): string {
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

function decoded(text: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: "base64url" }));
}
