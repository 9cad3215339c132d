import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { requireCaller, requireScope, requireUnbound } from "../access.ts";
import type { Scope } from "../caller.ts";
import type { AppParts, ServeEnv } from "../parts.ts";
import { PROBLEM_TYPE, ProblemError, problemSchema } from "../problems.ts";

/** The name of the security scheme in the OpenAPI document. */
export const SECURITY = "key";

const PROBLEM = (description: string) => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: problemSchema } },
});

/** The problems that any route may answer with. */
const PROBLEMS = {
  400: PROBLEM("The request cannot be used; `errors` names each part at fault."),
  401: PROBLEM("The server asks for a key, and there is none, or nobody has it."),
  403: PROBLEM("The key may not do that, or the request comes from a page of another origin."),
  500: PROBLEM("The server failed."),
  503: PROBLEM("The queue does not answer at present, or the server ends."),
} as const;

/** More problems by their status, for routes that answer with them. */
export const NOT_FOUND = {
  404: PROBLEM("There is no such thing, or the key is bound to another label."),
} as const;
export const CONFLICT = { 409: PROBLEM("The id is known with another chain or other args.") } as const;
export const UNPROCESSABLE = {
  422: PROBLEM("The request is well-formed, but this queue cannot do it."),
} as const;
export const OF_BODIES = {
  408: PROBLEM("The body did not come in time."),
  413: PROBLEM("The body is too large."),
  415: PROBLEM("The body is not of the type application/json."),
} as const;

/** Refuses a request without a body, where one is needed: left out, it would count as an empty object. */
const requireBody: MiddlewareHandler<ServeEnv> = async (c, next) => {
  if (c.req.raw.body === null) {
    throw new ProblemError(400, "invalid-request", "Cannot use the request: it has no body. Send JSON", {
      errors: [{ at: "#", detail: "Send a body" }],
    });
  }
  await next();
};

/** Who may use a route. */
export interface Access {
  /** The scope that its caller needs; undefined: anybody may use it. */
  readonly scope: Scope | undefined;
  /** Whether it is about all of the queue, so that keys which are bound to a label may not use it. (Default: false) */
  readonly ofAll?: boolean;
}

/**
 * Defines a route: its schemas check the request, and are what the OpenAPI document says. Adds the check of the caller's key,
 * and the problems that every route may answer with.
 */
export function route<const R extends RouteConfig>(
  parts: Pick<AppParts, "keys">,
  { scope, ofAll }: Access,
  config: R,
) {
  const access = scope === undefined
    ? []
    : [requireCaller, requireScope(scope), ...ofAll ? [requireUnbound] : []];
  const middleware: MiddlewareHandler<ServeEnv>[] = [
    ...access,
    ...config.request?.body?.required ? [requireBody] : [],
  ];
  return createRoute({
    ...config,
    middleware,
    ...scope !== undefined && parts.keys !== undefined && { security: [{ [SECURITY]: [scope] }] },
    responses: { ...PROBLEMS, ...config.responses } as R["responses"],
  });
}

/** An answer that is JSON of a schema. */
export const answered = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});

/** A body that is JSON of a schema. @param required whether a request without a body is refused */
export const bodyOf = <T extends z.ZodType>(schema: T, { required = true } = {}) => ({
  required,
  content: { "application/json": { schema } },
});

/** The path parameter of routes about one instance. */
export const idParameter = z.object({
  id: z.string().min(1).max(256).openapi({
    param: { name: "id", in: "path" },
    description: "The id of the instance.",
    example: "order-17",
  }),
});
