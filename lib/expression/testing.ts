import type { Json, JsonObject } from "../model/mod.ts";
import { writeJson } from "../model/mod.ts";
import type { Scope } from "./scope.ts";

/** The scope of values, for tests. */
export function scopeOf(
  { inputs = {}, args = {}, item }: { inputs?: JsonObject; args?: JsonObject; item?: Json },
  more: Partial<Scope> = {},
): Scope {
  return {
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, writeJson(value)])),
    args: writeJson(args),
    instance: {
      id: "01X",
      chain: "thumbnails",
      labels: { tenant: "acme" },
      submitted: "2026-01-01T00:00:00Z",
    },
    ...item !== undefined && { item: writeJson(item), index: 2 },
    ...more,
  };
}
