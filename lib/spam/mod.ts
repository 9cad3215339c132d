/** The load generator: chains and calls without quality of service. */
export type { LoadFigures, RecentFigures } from "./measures.ts";
export { keepReady, makeReady, type Readiness } from "./ready.ts";
export { MAX_IN_FLIGHT, Spammer, type SpammerOptions, type SpamStats } from "./spammer.ts";
