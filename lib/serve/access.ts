import type { MiddlewareHandler } from "hono";
import { ProblemError } from "./problems.ts";
import { type Caller, type Scope, SCOPES } from "./caller.ts";
import type { AppParts, ServeEnv } from "./parts.ts";

/** A caller of a server without keys: it may do everything. */
const ANYBODY: Caller = { scopes: new Set(SCOPES) };

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/**
 * The caller that sends a request.
 *
 * @param header the request's header Authorization
 * @returns undefined if a key is needed, and nobody has this one
 */
export async function callerBy(
  { keys }: Pick<AppParts, "keys">,
  header: string | null | undefined,
): Promise<Caller | undefined> {
  if (keys === undefined) return ANYBODY;
  const key = BEARER.exec(header ?? "")?.[1];
  return key === undefined ? undefined : await keys.callerOf(key);
}

/** Lets only callers in that are known. */
export const requireCaller: MiddlewareHandler<ServeEnv> = async (c, next) => {
  const { caller } = c.env;
  if (caller === undefined) throw unknown(c.req.header("authorization"));
  c.set("caller", caller);
  await next();
};

function unknown(header: string | undefined): ProblemError {
  const state = header === undefined ? "the request has no key" : "nobody has this key";
  return new ProblemError(
    401,
    "unauthenticated",
    `Cannot answer without a key: ${state}. Send the header Authorization: Bearer KEY`,
    { headers: { "www-authenticate": "Bearer" } },
  );
}

/** Lets only callers in that have a scope. */
export function requireScope(scope: Scope): MiddlewareHandler<ServeEnv> {
  return async (c, next) => {
    if (!c.get("caller").scopes.has(scope)) {
      throw new ProblemError(
        403,
        "forbidden",
        `Cannot ${c.req.method} ${c.req.path}: this key has no scope ${scope}. Use one that has`,
      );
    }
    await next();
  };
}

/** Refuses callers that are bound to a label, as a route is about all of the queue. */
export const requireUnbound: MiddlewareHandler<ServeEnv> = async (c, next) => {
  const { label } = c.get("caller");
  if (label !== undefined) {
    throw new ProblemError(
      403,
      "forbidden",
      `Cannot ${c.req.method} ${c.req.path}: this key is bound to ${label.name}=${label.value}, and this is about all of ` +
        "the queue. Use a key that is bound to no label",
    );
  }
  await next();
};
