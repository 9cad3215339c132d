/** What operators do to a queue and its consumers, as functions that return data. */
export * from "./settings.ts";
