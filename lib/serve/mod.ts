/**
 * The front door of a queue: an HTTP API over Queue, QueueAdmin and steer. `app.ts` answers requests, whatever brings them;
 * `routes/` has a file for each group of routes; `server.ts` listens.
 */
export { makeApp } from "./app.ts";
export { type Caller, type Scope, SCOPES } from "./caller.ts";
export { ApiServer } from "./server.ts";
export { ServeError } from "./errors.ts";
export { KeyFile } from "./key_file.ts";
export { hashOf, type Keys, withEntry } from "./keys.ts";
