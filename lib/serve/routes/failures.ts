import { z } from "@hono/zod-openapi";
import { failedAlike, SharedFailures } from "../failures.ts";
import { chainName, dryRunQuery, labelsField, labelsInQuery } from "../fields.ts";
import { json } from "../json.ts";
import type { RouteGroup } from "../parts.ts";
import { visibleFilter } from "../visible.ts";
import { answered, bodyOf, OF_BODIES, route } from "./route.ts";

const failuresSchema = z.object({
  groups: z.array(z.object({
    chain: z.string(),
    pattern: z.string().openapi({ description: "The reason, with ids and numbers replaced." }),
    count: z.int(),
    reason: z.string().openapi({ description: "The reason of the one that was submitted last." }),
    firstAtMs: z.number(),
    lastAtMs: z.number(),
    some: z.array(z.string()).openapi({ description: "The ids of those that were submitted last." }),
  })).openapi({ description: "The largest first." }),
  looked: z.int().openapi({
    description: "Number of failed instances that were counted: those that were submitted last.",
  }),
  isCut: z.boolean().openapi({ description: "Whether there are more of them, or more groups." }),
}).openapi("Failures");

const alikeSchema = z.strictObject({
  chain: chainName.openapi({ description: "The chain of the group." }),
  pattern: z.string().max(1000).openapi({ description: "The pattern of the group." }),
  labels: labelsField.optional(),
}).openapi("FailedAlike");

/** The instances of a group of failures that run again, or would. */
export const retriedSchema = z.object({
  reached: z.int().openapi({
    description: "The number of instances that run again; of a dry run, of those that would.",
  }),
  isMore: z.literal(true).optional().openapi({
    description: "There are more failed instances than were looked at: retry again.",
  }),
  dryRun: z.boolean(),
}).openapi("RetriedAlike");

/** Dead letters by what went wrong. */
export const failureRoutes: RouteGroup = (app, parts) => {
  const { queue } = parts, shared = new SharedFailures(parts);
  const all = route(parts, { scope: "read" }, {
    method: "get",
    path: "/v1/failures",
    operationId: "listFailures",
    tags: ["instances"],
    summary: "The failed instances, grouped by chain and reason",
    request: { query: z.strictObject({ chain: chainName.optional(), label: labelsInQuery }) },
    responses: { 200: answered("The groups.", failuresSchema) },
  });
  app.openapi(all, async (c) => {
    const { chain, label } = c.req.valid("query");
    const filter = visibleFilter(
      { ...chain !== undefined && { chain }, ...label !== undefined && { labels: label } },
      c.get("caller"),
    );
    if (filter === undefined) return json(failuresSchema, { groups: [], looked: 0, isCut: false }, 200);
    const { groups, ...rest } = await shared.of(filter);
    return json(failuresSchema, {
      groups: groups.map((group) => ({ ...group, some: [...group.some] })),
      ...rest,
    }, 200);
  });

  const retry = route(parts, { scope: "steer" }, {
    method: "post",
    path: "/v1/failures/retry",
    operationId: "retryFailures",
    tags: ["steering"],
    summary: "Runs all instances of a group of failures again",
    request: { query: dryRunQuery, body: bodyOf(alikeSchema) },
    responses: { 200: answered("Done, or what would be done.", retriedSchema), ...OF_BODIES },
  });
  app.openapi(retry, async (c) => {
    const { chain, pattern, labels } = c.req.valid("json"), { dryRun = false } = c.req.valid("query");
    const filter = visibleFilter({ chain, ...labels !== undefined && { labels } }, c.get("caller"));
    let reached = 0, isMore = false;
    for await (const alike of filter === undefined ? [] : failedAlike(queue, filter, pattern)) {
      isMore = alike.isMore === true;
      if (alike.ids.length === 0) continue;
      reached += dryRun
        ? alike.ids.length
        : await queue.request({ kind: "retry", filter: { ...filter, ids: alike.ids } });
    }
    return json(retriedSchema, { reached, ...isMore && { isMore }, dryRun }, 200);
  });
};
