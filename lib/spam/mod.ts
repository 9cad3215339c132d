/** The load generator: chains and calls without quality of service. */
export { Spammer, type SpammerOptions, type SpamStats } from "./spammer.ts";
export { checkTriggered } from "../model/mod.ts";
