/** The fields of a request that say which instances or callbacks are meant. */
import { z } from "@hono/zod-openapi";
import { isObject } from "../model/mod.ts";
import { labelsField } from "./fields.ts";

/** Most ids that one request names. */
export const MOST_IDS = 1000;

/** The fields of every such request. */
export const anyFields = {
  labels: labelsField.openapi({ minProperties: 1, description: "Only those with these labels." }).optional(),
  all: z.literal(true).optional().openapi({
    description: "Says that all are meant that the other fields leave.",
  }),
};

/** The check that a request says which are meant, and what the OpenAPI document says of that. */
export interface Which {
  /** Refuses a filter that leaves it open which are meant, and labels that name none, which would mean all. */
  says(fields: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void;
  readonly schema: { readonly anyOf: { readonly required: string[] }[] };
}

/**
 * Returns the check for requests with some fields, beside `all`. Fields of a wrong type are refused beside that: labels may be
 * anything here.
 *
 * @param names each of these fields alone says which are meant
 */
export function whichOf(names: readonly [string, ...string[]]): Which {
  const words = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  return {
    says(fields, context) {
      const fault = (message: string, path: string[] = []) =>
        context.addIssue({ code: "custom", message, path });
      const { labels } = fields;
      if (isObject(labels) && Object.keys(labels).length === 0) {
        fault("Name a label, or leave labels out", ["labels"]);
      }
      if (["all", ...names].every((name) => fields[name] === undefined)) {
        fault(`Say which: by ${words}, or { "all": true }`);
      }
    },
    schema: { anyOf: ["all", ...names].map((name) => ({ required: [name] })) },
  };
}
