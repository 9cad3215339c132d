import { z } from "@hono/zod-openapi";
import { retryCallbacks } from "../../steer/mod.ts";
import { dryRunQuery, idField } from "../fields.ts";
import { json } from "../json.ts";
import type { RouteGroup } from "../parts.ts";
import { visibleFilter } from "../visible.ts";
import { anyFields, MOST_IDS, whichOf } from "../which.ts";
import { answered, bodyOf, OF_BODIES, route } from "./route.ts";

const WHICH = whichOf(["ids", "labels"]);
const retrySchema = z.strictObject({
  ids: z.array(idField).min(1).max(MOST_IDS).optional().openapi({
    description: "The ids of callbacks, or of the instances whose ends they tell.",
  }),
  ...anyFields,
}).superRefine(WHICH.says).openapi("RetryCallbacks", WHICH.schema);

const retriedSchema = z.object({
  reached: z.int().openapi({
    description: "The number of callbacks that are due again; of a dry run, of those that would be.",
  }),
  isMore: z.literal(true).optional().openapi({
    description: "Of a dry run: there are more, which were not counted.",
  }),
  some: z.array(z.string()).openapi({ description: "The ids of the first of them." }),
  dryRun: z.boolean(),
}).openapi("RetriedCallbacks");

/** Callbacks that were given up. */
export const callbackRoutes: RouteGroup = (app, parts) => {
  const retry = route(parts, { scope: "steer" }, {
    method: "post",
    path: "/v1/callbacks/retry",
    operationId: "retryCallbacks",
    tags: ["steering"],
    summary: "Delivers callbacks that were given up after all, from now on",
    request: { query: dryRunQuery, body: bodyOf(retrySchema) },
    responses: { 200: answered("Done, or what would be done.", retriedSchema), ...OF_BODIES },
  });
  app.openapi(retry, async (c) => {
    const { ids, labels } = c.req.valid("json"), { dryRun = false } = c.req.valid("query");
    const filter = visibleFilter(labels === undefined ? {} : { labels }, c.get("caller"));
    if (filter === undefined) return json(retriedSchema, { reached: 0, some: [], dryRun }, 200);
    const which = {
      ...ids !== undefined && { ids },
      ...filter.labels !== undefined && { labels: filter.labels },
    };
    const { count, some, isMore } = await retryCallbacks(parts.queue, which, dryRun);
    return json(retriedSchema, { reached: count, some: [...some], ...isMore && { isMore }, dryRun }, 200);
  });
};
