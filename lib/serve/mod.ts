/**
 * The front door of a queue: an HTTP API over Queue, QueueAdmin and steer. `app.ts` answers requests, whatever brings them;
 * `routes/` has a file for each group of routes; `server.ts` listens.
 */
export { type App, makeApp } from "./app.ts";
export { type Caller, type Scope, SCOPES } from "./caller.ts";
export type { AppOptions, AppParts, RouteGroup, ServeApp, ServeEnv } from "./parts.ts";
export { ProblemError } from "./problems.ts";
export { ApiServer, type ApiServerOptions } from "./server.ts";
export { ServeError, type ServeErrorCode } from "./errors.ts";
export { KeyFile, type KeyFileOptions } from "./key_file.ts";
export { hashOf, type KeyEntry, type Keys, readKeys, withEntry } from "./keys.ts";
