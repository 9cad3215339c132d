import type { FunctionSpec } from "./function.ts";

/**
 * The program that answers a function's calls: a **called** function is at its URLs; a **served** one has a body, which
 * `sequoia functions` runs; a **modelled** one has neither, and the local platform takes its time for it.
 */
export type FunctionKind = "called" | "served" | "modelled";

/** The kind of a function. */
export function kindOf({ url, urls, served }: Pick<FunctionSpec, "url" | "urls" | "served">): FunctionKind {
  if (url !== undefined || urls !== undefined) return "called";
  return served === true ? "served" : "modelled";
}
