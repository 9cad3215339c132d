/** The platforms for the contract, each before a server on loopback. */
import {
  chain,
  fn,
  type FunctionOptions,
  functionsOf,
  type Json,
  realClock,
  seededRandom,
} from "../../lib/model/mod.ts";
import {
  assemblePlatform,
  HttpPlatform,
  LocalPlatform,
  LocalServer,
  parseSecretPattern,
  parseUrlPattern,
  type Platform,
  platformKindOf,
} from "../../lib/platform/mod.ts";
import { callOf } from "../../lib/platform/testing.ts";
import { parseProfile } from "../../lib/provider/mod.ts";
import { claimsOf, tokenServer } from "../google/token_server.ts";
import { KEYS, lambdaServer, serviceFailure } from "../aws/lambda_server.ts";
import type { HarnessOptions, PlatformHarness } from "./contract_case.ts";
import { type ServerAct, Stage } from "./stage.ts";

/** A platform that calls http URLs, before a server that answers as frameworks do. */
export function openHttp({ allowed = [] }: HarnessOptions): Promise<PlatformHarness> {
  const server = serve(async (request) => {
    const event = await request.json();
    return respond(
      await stage.next(event),
      event,
      (message) => Response.json({ error: message }, { status: 500 }),
    );
  });
  const stage: Stage = new Stage(server.addr.port);
  const local = { resolve: () => `http://${stage.relay.host}/local` };
  const platform = new HttpPlatform({ clock: realClock, local, allowed: allowed.map(parseUrlPattern) });
  return Promise.resolve(harnessOf(platform, stage, server, { url: `http://${stage.relay.host}/f` }));
}

/** Private functions of Google, before such a server and one of tokens. */
export async function openGoogle({ allowed = [] }: HarnessOptions): Promise<PlatformHarness> {
  const tokens = tokenServer();
  const server = serve(async (request) => {
    const event = await request.json();
    if (claimsOf(request)?.aud !== new URL(request.url).origin) return new Response(null, { status: 401 });
    return respond(await stage.next(event), event, (error) => Response.json({ error }, { status: 500 }));
  });
  const stage: Stage = new Stage(server.addr.port);
  const { host } = stage.relay;
  const platform = await assemblePlatform({
    clock: realClock,
    random: seededRandom(1),
    variable: (name) => name === "GCE_METADATA_HOST" ? tokens.host : undefined,
    readFile: () => Promise.resolve(undefined),
    local: "127.0.0.1:1",
    mayStart: false,
    profile: parseProfile("ideal"),
    allowed: allowed.map(parseUrlPattern),
    secret: [parseSecretPattern(`google=http://${host}`)],
    onStart() {},
    onNote() {},
  });
  const servers = new AsyncDisposableStack();
  servers.use(server);
  servers.use(tokens);
  return harnessOf(platform, stage, servers, { url: `http://${host}/f`, auth: "google" });
}

/** AWS Lambda, before a server that speaks the Invoke API. */
export async function openLambda(options: HarnessOptions): Promise<PlatformHarness> {
  const server = lambdaServer(async ({ event, mode }) => {
    const act = await stage.next(event);
    if (mode === "Event") return new Response(null, { status: 202 });
    if (act.kind === "missing") {
      return serviceFailure(404, "ResourceNotFoundException", { Message: "not found" });
    }
    if (act.kind === "refused") {
      return serviceFailure(
        429,
        "TooManyRequestsException",
        { Reason: "ConcurrentInvocationLimitExceeded" },
        {
          ...waitOf(act),
        },
      );
    }
    return respond(
      act,
      event,
      (errorMessage) => Response.json({ errorMessage }, { headers: { "x-amz-function-error": "Unhandled" } }),
    );
  });
  const stage: Stage = new Stage(Number(new URL(server.endpoint).port));
  const platform = await openKind("lambda:", {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: KEYS.AKIDEXAMPLE.secret,
    AWS_ENDPOINT_URL_LAMBDA: `http://${stage.relay.host}`,
  }, options);
  return harnessOf(platform, stage, server, { url: "lambda:us-east-1:f" });
}

const OPENWHISK_KEY = "23bc46b1:123zO3xZCLrMN6v2";

/** OpenWhisk, before a server that speaks its API. */
export async function openOpenWhisk(options: HarnessOptions): Promise<PlatformHarness> {
  const server = serve(async (request) => {
    const event = await request.json();
    if (request.headers.get("authorization") !== `Basic ${btoa(OPENWHISK_KEY)}`) {
      return Response.json({ error: "The supplied authentication is invalid." }, { status: 401 });
    }
    const act = await stage.next(event);
    const isBlocking = new URL(request.url).searchParams.get("blocking") === "true";
    if (!isBlocking) return Response.json({ activationId: "abc123" }, { status: 202 });
    return respond(act, event, (error) => Response.json({ error }, { status: 502 }));
  });
  const stage: Stage = new Stage(server.addr.port);
  const { host } = stage.relay;
  const variables = { OW_APIHOST: `http://${host}`, OW_AUTH: OPENWHISK_KEY };
  const platform = await openKind("openwhisk:", variables, options);
  return harnessOf(platform, stage, server, { url: `openwhisk://${host}/_/f` });
}

/** The number of calls that the local platform runs at once. */
const MOST_RUNNING = 100;

/** The local platform, with a served function. */
export async function openLocal(): Promise<PlatformHarness> {
  const run = async (event: unknown): Promise<Json> => {
    const act = await stage.next(event);
    if (act.kind === "echo") return event as Json;
    if (act.kind === "answers") return act.output;
    throw new Error(act.kind === "fails" ? act.message : `it cannot play ${act.kind}`);
  };
  const f = fn("f", { run });
  const full = heldSlot();
  const served = chain("single", ({ call }) => {
    call(f);
    call(full.fn);
  });
  const server = new LocalServer({
    profile: parseProfile(`hard-limit,limit=${MOST_RUNNING},cold=0ms,retryafter=7s`),
    clock: realClock,
    random: seededRandom(1),
    functions: functionsOf([served]),
    listen: "127.0.0.1:0",
  });
  const stage: Stage = new Stage(Number(new URL(server.url).port));
  const local = new LocalPlatform({ address: stage.relay.host });
  const http = new HttpPlatform({ clock: realClock, local });
  const platform: Platform = {
    name: http.name,
    invoke: (call, stop) =>
      stage.takeRefusal() ? full.during(server, () => http.invoke(call, stop)) : http.invoke(call, stop),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
  await local.resolve(f); // it asks over a connection of its own whether a local platform is there
  return harnessOf(platform, stage, server, { run: () => null });
}

/** A function that takes all there is of a local platform, while something is done. */
function heldSlot() {
  let begun = Promise.withResolvers<void>(), over = Promise.withResolvers<null>();
  const hold = fn("hold", { run: () => (begun.resolve(), over.promise) });
  return {
    fn: hold,
    async during<T>(server: LocalServer, work: () => Promise<T>): Promise<T> {
      [begun, over] = [Promise.withResolvers(), Promise.withResolvers()];
      const holding = fetch(`${server.url}/f/${hold.name}`, { method: "POST", body: "{}" });
      await begun.promise;
      server.changeLimit(1);
      const done = await work();
      server.changeLimit(MOST_RUNNING);
      over.resolve(null);
      await (await holding).body?.cancel();
      return done;
    },
  };
}

function harnessOf(
  platform: Platform,
  stage: Stage,
  server: AsyncDisposable,
  where: FunctionOptions,
): PlatformHarness {
  return {
    platform,
    stage,
    call: (options = {}, parts = {}) => callOf({ ...where, ...options }, parts),
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await stage[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function openKind(
  scheme: string,
  variables: Readonly<Record<string, string>>,
  { allowed = [] }: HarnessOptions,
): Promise<Platform> {
  return await platformKindOf(scheme)!.open({
    clock: realClock,
    variable: (name) => variables[name],
    readFile: () => Promise.resolve(undefined),
    allowed: allowed.map(parseUrlPattern),
  });
}

function serve(handler: (request: Request) => Promise<Response>) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
}

/** The answer of a server that is called by HTTP. */
function respond(act: ServerAct, event: unknown, failure: (message: string) => Response): Response {
  switch (act.kind) {
    case "echo":
      return Response.json(event);
    case "answers":
      return Response.json(act.output);
    case "text":
      return new Response(act.text);
    case "fails":
      return failure(act.message);
    case "missing":
      return Response.json({ error: "not found" }, { status: 404 });
    case "refused":
      return Response.json({ error: "too many requests" }, { status: 429, headers: { ...waitOf(act) } });
  }
}

function waitOf({ retryAfterS }: Extract<ServerAct, { kind: "refused" }>): Record<string, string> {
  return retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) };
}
