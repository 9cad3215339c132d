/** The actions of operators on a queue and its consumers, as functions that return data. */
export * from "./chain_types.ts";
export * from "./deploy.ts";
export * from "./branch.ts";
export * from "./callbacks.ts";
export * from "./instance_json.ts";
export * from "./instance_tree.ts";
export * from "./reach.ts";
export * from "./settings.ts";
