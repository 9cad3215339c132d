/**
 * Has functions tell a collector of Sequoia when they start and end, on whatever platform they run. Each wrapper is also the
 * `sequoia` of a module of its own: `sequoia-wrap/lambda`, `/express`, `/azure`, `/openwhisk` and `/fetch`.
 *
 * @module
 */
export { type AzureHandler, sequoia as azure } from "./azure.ts";
export { type ExpressHandler, sequoia as express } from "./express.ts";
export { type FetchHandler, type RequestLike, sequoia as fetch } from "./fetch.ts";
export { type LambdaHandler, sequoia as lambda } from "./lambda.ts";
export { sequoia as openwhisk } from "./openwhisk.ts";
export { tell, type Telling } from "./tell.ts";
export type { WrapOptions } from "./reported_call.ts";
