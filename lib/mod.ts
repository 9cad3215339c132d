/**
 * The public module "sequoia": what a workload or a policy file imports.
 *
 * @module
 */
export * from "./model/mod.ts";
export * from "./policies/mod.ts";
export * from "./scheduler/mod.ts";
