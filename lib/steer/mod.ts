/** The actions of operators on a queue and its consumers, as functions that return data. */
export * from "./settings.ts";
