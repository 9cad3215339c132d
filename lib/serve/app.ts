import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { faultWords, fieldErrors } from "./field_errors.ts";
import { HostGuard, hostOf } from "../web/mod.ts";
import { callerBy } from "./access.ts";
import type { Caller } from "./caller.ts";
import { QueueError } from "../queue/mod.ts";
import { openApiRoutes } from "./openapi.ts";
import type { AppOptions, AppParts, ServeApp, ServeEnv } from "./parts.ts";
import { ProblemError, problemOfError } from "./problems.ts";
import { Waits } from "./waits.ts";
import { ROUTES } from "./routes/mod.ts";

/** An app that answers requests, over whatever server brings them. */
export interface App {
  /** Who sends a request, by its header Authorization; undefined: nobody whom the app knows. */
  callerOf(authorization: string | null | undefined): Promise<Caller | undefined>;
  /** Answers a request; never rejects. @param caller who sends it */
  fetch(request: Request, caller: Caller | undefined): Promise<Response>;
}

/** Methods of requests that change nothing; their bodies are not looked at. */
const READING: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** Makes the HTTP API of a queue. */
export function makeApp(options: AppOptions): App {
  const parts: AppParts = { ...options, waits: new Waits(options) };
  const app: ServeApp = new OpenAPIHono<ServeEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = fieldErrors(result.error, result.target);
      throw new ProblemError(400, "invalid-request", `Cannot use the request: ${faultWords(errors)}`, {
        errors,
      });
    },
  });
  app.use(guard(parts));
  for (const addRoutes of ROUTES) addRoutes(app, parts);
  openApiRoutes(app, parts);
  const allowed = methodsByPath(app);
  app.notFound(({ req }) => notFound(req.method, req.path, allowed).response());
  app.onError((error, c) => {
    const known = error instanceof HTTPException
      ? new ProblemError(
        error.status,
        error.status === 415 ? "bad-media-type" : "invalid-request",
        `Cannot use the request: ${error.message}`,
      )
      : problemOfError(error);
    if (known?.status === 503 && error instanceof QueueError) parts.onOutage?.(error.message);
    if (known !== undefined) return known.response();
    parts.onError(error, c.req.raw);
    return UNEXPECTED().response();
  });
  return {
    callerOf: (authorization) => callerBy(parts, authorization),
    fetch: async (request, caller) => await app.fetch(request, { caller }),
  };
}

const UNEXPECTED = () =>
  new ProblemError(
    500,
    "unexpected",
    "Cannot answer: the server met an error that nobody expected. Its log has more",
  );

/**
 * Lets no page of another origin in, nor who calls the server by a name that is not its own: see {@linkcode HostGuard}. With
 * keys the name does not matter, as a page has none.
 */
function guard({ hostname, hosts, keys }: AppParts) {
  const hostGuard = new HostGuard({
    what: "this server",
    hostname,
    ...hosts !== undefined && { hosts },
    isProxied: keys !== undefined,
  });
  return async ({ req: { raw: request } }: { req: { raw: Request } }, next: () => Promise<void>) => {
    const host = hostOf(request.url);
    const refusal = keys === undefined
      ? hostGuard.refusal(host, request.headers)
      : hostGuard.foreign(host, request.headers);
    if (refusal !== undefined) throw new ProblemError(403, "foreign-caller", `Cannot answer: ${refusal}`);
    if (!READING.has(request.method) && request.body !== null) checkMediaType(request);
    await next();
  };
}

/** @throws {ProblemError} 415 */
function checkMediaType({ headers }: Request): void {
  const type = headers.get("content-type") ?? "";
  if (/^application\/json(?:\s*;|$)/i.test(type)) return;
  throw new ProblemError(
    415,
    "bad-media-type",
    `Cannot read a body of the type ${
      JSON.stringify(type)
    }. Send JSON with the header Content-Type: application/json`,
  );
}

type Methods = readonly { readonly path: string; readonly pattern: RegExp; readonly method: string }[];

/** The methods of all routes by their paths. */
function methodsByPath(app: ServeApp): Methods {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { path, method } = definition.route;
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
    return [{ path, pattern, method: method.toUpperCase() }];
  });
}

function notFound(method: string, path: string, methods: Methods): ProblemError {
  const matching = methods.filter(({ pattern }) => pattern.test(path));
  const exact = matching.filter((each) => each.path === path);
  const allowed = (exact.length > 0 ? exact : matching).map(({ method }) => method);
  if (allowed.length === 0) {
    return new ProblemError(
      404,
      "not-found",
      `Cannot ${method} ${path}: there is nothing. See /v1/openapi.json`,
    );
  }
  const allow = [...new Set(allowed.flatMap((each) => each === "GET" ? [each, "HEAD"] : [each]))].join(", ");
  return new ProblemError(405, "method-not-allowed", `Cannot ${method} ${path}: use ${allow}`, {
    headers: { allow },
  });
}
