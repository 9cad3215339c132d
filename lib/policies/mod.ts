/** The scheduling policies: one file each, and the registry of their names. */
export * from "./policy.ts";
export * from "./registry.ts";
