import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { claimsOf, idToken } from "../../../tests/google/token_server.ts";
import { VirtualClock } from "../../../tests/programs/virtual_clock.ts";
import { type FunctionOptions, type Outcome, writeJson } from "../../model/mod.ts";
import { parseUrlPattern } from "../guard/url_pattern.ts";
import { parseSecretPattern } from "../secrets/secret_pattern.ts";
import { Secrets } from "../secrets/secrets.ts";
import { OwnUrls } from "../own_urls.ts";
import { callOf, never, serve } from "../testing.ts";
import { AuthorizedPlatform } from "./authorized_platform.ts";
import { IdTokens } from "./id_tokens.ts";
import { IdTokenError } from "./token_error.ts";

const HOUR_MS = 3_600_000;

interface Scene {
  /** Where tokens may go: `google=ORIGIN`. (Default: to the functions) */
  readonly allowed?: (origin: string) => readonly string[];
  /** The URLs that may be called. (Default: any) */
  readonly urls?: readonly string[];
  /** Comes before the token. (Default: nothing does) */
  readonly before?: (n: number) => unknown;
}

/** A platform before a server of functions, and a source of tokens that are numbered. */
function scene(
  handler: (request: Request) => Response | Promise<Response>,
  { allowed = (origin) => [`google=${origin}`], urls = [], before }: Scene = {},
) {
  const clock = new VirtualClock(), asked: string[] = [], notes: string[] = [];
  const at = serve(handler, { clock });
  const { origin } = new URL(at.url);
  const secrets = new Secrets({
    clock,
    variable: () => undefined,
    readFile: () => Promise.resolve(undefined),
    allowed: allowed(origin).map(parseSecretPattern),
    onNote: (words) => notes.push(words),
  });
  const open = () =>
    Promise.resolve(
      new IdTokens({
        clock,
        async fetch(aud) {
          const jti = asked.push(aud);
          await before?.(jti);
          return { text: idToken({ aud, email: "e", iat: 0, exp: 0, jti }), leftMs: HOUR_MS };
        },
      }),
    );
  const platform = new AuthorizedPlatform({
    clock,
    http: at.platform,
    secrets,
    open,
    allowed: urls.map(parseUrlPattern),
  });
  const call = (options: FunctionOptions = {}) => callOf({ url: at.url, auth: "google", ...options });
  const invoke = (options: FunctionOptions = {}, stop: AbortSignal = never) =>
    platform.invoke(call(options), stop);
  return {
    clock,
    asked,
    notes,
    origin,
    url: at.url,
    platform,
    call,
    invoke,
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await at[Symbol.asyncDispose]();
    },
  };
}

function reasonOf(outcome: Outcome): string {
  return outcome.kind === "ok" ? "ok" : outcome.reason;
}

Deno.test("a call with auth brings a token for the URL of its function, or for the audience that is named", async () => {
  const allowed = (origin: string) => [`google=${origin}`, `google:https://shop.example=${origin}/f`];
  await using at = scene((request) => Response.json(claimsOf(request)?.aud ?? null), { allowed });
  const output = async (options: FunctionOptions) => (await at.invoke(options)).outcome;
  assertEquals(await output({}), { kind: "ok", output: writeJson(at.origin) });
  const auth = { google: { audience: "https://shop.example" } };
  assertEquals(await output({ auth }), { kind: "ok", output: writeJson("https://shop.example") });
  const { outcome } = await at.platform.invoke(callOf({ url: at.url, headers: { "x-key": "k" } }), never);
  assertEquals(outcome, { kind: "ok", output: writeJson(null) });
  assertEquals(at.asked, [at.origin, "https://shop.example"]);
});

Deno.test("a thousand calls ask for one token", async () => {
  await using at = scene((request) => Response.json(claimsOf(request)!.jti));
  const answers = await Promise.all(Array.from({ length: 1000 }, () => at.invoke()));
  assert(answers.every(({ outcome }) => outcome.kind === "ok" && outcome.output === "1"));
  assertEquals(at.asked.length, 1);
});

Deno.test("no token is asked for, nor sent, where the operator does not let it go", async () => {
  let calls = 0;
  const other = { allowed: () => ["google=https://*.run.app"] };
  await using at = scene(() => Response.json(++calls), other);
  const { outcome } = await at.invoke();
  assertEquals(outcome, {
    kind: "failed",
    reason: `secret-refused: auth is google, which no --secret (or SEQUOIA_SECRET) lets go to ${at.url}. ` +
      `If it is to be sent there, add --secret google=${at.origin}`,
    retryable: false,
  });
  await using none = scene(() => Response.json(++calls), { allowed: () => [] });
  assertStringIncludes(
    reasonOf((await none.invoke()).outcome),
    `auth is google, which no --secret (or SEQUOIA_SECRET) allows. If it is to be used, add --secret google=${none.origin}`,
  );
  await using free = scene(() => Response.json(++calls));
  const stolen = await free.invoke({ auth: { google: { audience: "https://bank.example" } } });
  assertStringIncludes(
    reasonOf(stolen.outcome),
    "auth is google:https://bank.example, which no --secret (or SEQUOIA_SECRET) allows",
    "who may get a token for its own URL must not have one for another's",
  );
  await using refusing = scene(() => Response.json(++calls), { urls: ["https://fns.example"] });
  assertStringIncludes(reasonOf((await refusing.invoke()).outcome), "url-refused: ");
  assertEquals([calls, at.asked, none.asked, free.asked, refusing.asked], [0, [], [], [], []]);
  assertEquals(await at.platform.unserved(at.call().spec), undefined, "its calls fail, they do not wait");
});

Deno.test("a function whose token is not to be had waits until it is, and no attempt is charged", async () => {
  let isDown = true;
  await using at = scene(() => Response.json(1), {
    before: () => {
      if (isDown) throw new IdTokenError("the server is down. Start it");
    },
  });
  const why =
    `function f waits, as there is no ID token of Google for ${at.origin}: the server is down. Start it`;
  assertEquals(await at.invoke(), {
    outcome: { kind: "unserved", reason: why },
    status: 0,
    cold: false,
  });
  assertEquals(await at.platform.unserved(at.call().spec), why);
  assertEquals(at.asked.length, 1, "it is not asked at each call");
  isDown = false;
  await at.clock.pass(1000);
  await at.invoke();
  await at.clock.pass(1);
  assertEquals((await at.invoke()).outcome.kind, "ok");
});

Deno.test("whether a function has a token is asked only of one with a URL of its own", async () => {
  const down = () => Promise.reject(new IdTokenError("the server is down. Start it"));
  await using at = scene(() => Response.json(1), { before: down });
  const own = new OwnUrls(at.platform, () => Promise.reject(new Error("none is opened")));
  const unserved = (options: FunctionOptions) => own.unserved(callOf({ auth: "google", ...options }).spec);
  assertStringIncludes(await unserved({ url: at.url }) ?? "", "the server is down. Start it");
  assertEquals(
    await unserved({ urls: { edge: at.url } }),
    undefined,
    "it is called where a platform is attached",
  );
});

Deno.test("the wait for a token is none of the function's time", async () => {
  const slow = Promise.withResolvers<void>(), stop = new AbortController();
  await using at = scene(() => Response.json(1), { before: () => slow.promise });
  const stopped = at.invoke({}, stop.signal), answered = at.invoke({ timeout: "1s" });
  await at.clock.pass(9000);
  stop.abort();
  assertEquals((await stopped).outcome, { kind: "failed", reason: "it was stopped", retryable: true });
  slow.resolve();
  const { outcome, heldMs } = await answered;
  assertEquals([outcome.kind, heldMs], ["ok", 9000]);
});

Deno.test("a kept token that is refused is replaced once, and the call made again, but not one that may run once only", async () => {
  let good = 1, calls = 0;
  await using at = scene((request) => {
    calls++;
    return claimsOf(request)?.jti === good ? Response.json(1) : new Response("bad token", { status: 401 });
  });
  assertEquals((await at.invoke()).outcome.kind, "ok");
  good = 2;
  await at.clock.pass(60_000);
  const once = await at.invoke({ atMostOnce: true });
  assertEquals([once.status, calls], [401, 2]);
  const all = await Promise.all(Array.from({ length: 100 }, () => at.invoke()));
  assert(all.every(({ outcome }) => outcome.kind === "ok"));
  assertEquals(at.asked.length, 2);
  good = 0;
  calls = 0;
  await at.clock.pass(60_000);
  const { outcome, status } = await at.invoke();
  assertEquals([status, calls, at.asked.length], [401, 2, 3], "once only");
  assertEquals(
    reasonOf(outcome),
    `answered with status 401: bad token. The ID token was for ${at.origin}: if it expects another audience, write ` +
      "auth: { google: { audience } }",
  );
  await at.invoke();
  assertEquals([calls, at.asked.length], [3, 3], "a new token would be refused as well");
});

Deno.test("who may not call a function is told which role to give, and no error shows a token", async () => {
  await using at = scene(({ headers }) =>
    Response.json({ error: `no: ${headers.get("authorization")}` }, { status: 403 })
  );
  assertEquals(
    reasonOf((await at.invoke()).outcome),
    "answered with status 403: no: Bearer ***. If Google refused it, give the service account the role roles/run.invoker " +
      "(of 1st gen, roles/cloudfunctions.invoker)",
  );
});
