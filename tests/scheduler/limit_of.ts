import type { LabelLimit } from "../../lib/scheduler/mod.ts";

/** The limit of a value. */
export function limitOf(limit: LabelLimit, value: string): number {
  return typeof limit === "number" ? limit : limit[value] ?? limit["*"] ?? Infinity;
}
