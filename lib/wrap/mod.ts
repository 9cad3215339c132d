/**
 * Has functions tell a collector of Sequoia when they start and end, on whatever platform they run. Each wrapper is also the
 * `sequoia` of a module of its own: `sequoia-wrap/lambda`, `/express`, `/azure`, `/openwhisk` and `/fetch`.
 *
 * @module
 */
export { sequoia as azure } from "./azure.ts";
export { sequoia as express } from "./express.ts";
export { type FetchHandler, sequoia as fetch } from "./fetch.ts";
export { sequoia as lambda } from "./lambda.ts";
export { sequoia as openwhisk } from "./openwhisk.ts";
export type { WrapOptions } from "./told_call.ts";
