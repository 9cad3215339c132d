import type { z } from "@hono/zod-openapi";
import { printJson } from "../model/mod.ts";

/**
 * An answer in JSON in which args and outputs stand as they came, see {@linkcode printJson}.
 *
 * @param _schema the schema of the answer: the compiler holds the value to it
 * @returns the answer, as any type: that of hono's handlers cannot tell JSON that stands as it came
 */
export function json<S extends z.ZodType>(
  _schema: S,
  value: z.input<S>,
  status: 200 | 201 | 207,
  headers: Readonly<Record<string, string>> = {},
): never {
  const response = new Response(printJson(value), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
  return response as never;
}
