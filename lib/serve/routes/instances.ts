import { z } from "@hono/zod-openapi";
import { parseDuration } from "../../model/mod.ts";
import type { Filter } from "../../queue/mod.ts";
import { readBranch } from "../../steer/mod.ts";
import { chainName, labelsInQuery, several, switchField, waitField } from "../fields.ts";
import {
  detailOf,
  detailSchema,
  instanceBody,
  instanceSchema,
  STATES,
  summaryBody,
  summarySchema,
} from "../instance_body.ts";
import { json } from "../json.ts";
import type { AppParts, RouteGroup } from "../parts.ts";
import { visibleFilter } from "../visible.ts";
import { waitForEnd } from "../wait_for_end.ts";
import { answered, idParameter, NOT_FOUND, route } from "./route.ts";

/** Lines of a page unless the request says how many, and at most. */
const LINES = 50, MOST_LINES = 500;
/** Looks at the queue that one page makes at most, where few instances are meant; … */
const MOST_LOOKS = 4;
/** … and it begins no other after this time, in milliseconds, so that a page takes no longer on a slow machine. */
const LOOKING_MS = 20;

/** A part of a list of instances. */
export const pageSchema = z.object({
  instances: z.array(summarySchema),
  next: z.string().optional().openapi({
    description:
      "The `cursor` of the next page; absent: there is nothing more. A page may be short, or empty, while there is " +
      "more: each looks at a bounded number of instances.",
  }),
}).openapi("InstancePage");

const listQuery = z.strictObject({
  state: several(z.enum(STATES)).openapi({ description: "Only those in this state. (Repeatable)" }),
  chain: chainName.optional().openapi({ description: "Only those of the chain of this name." }),
  label: labelsInQuery,
  parent: z.string().max(256).optional().openapi({
    description: "Only those that this instance has called, by its id.",
  }),
  order: z.enum(["newest", "oldest"]).optional().openapi({
    description: "Which come first. (Default: newest)",
  }),
  limit: z.coerce.number().int().min(1).max(MOST_LINES).optional()
    .openapi({
      type: "integer",
      minimum: 1,
      maximum: MOST_LINES,
      description: `Most of them on a page. (Default: ${LINES})`,
    }),
  cursor: z.string().max(100).optional().openapi({ description: "The `next` of the page before." }),
});

/** Looking at instances. */
export const instanceRoutes: RouteGroup = (app, parts) => {
  for (const addRoute of [listInstances, getInstance]) addRoute(app, parts);
};

const listInstances: RouteGroup = (app, parts) => {
  const list = route(parts, { scope: "read" }, {
    method: "get",
    path: "/v1/instances",
    operationId: "listInstances",
    tags: ["instances"],
    summary: "Instances, a page at a time; a page takes no longer however many there are",
    request: { query: listQuery },
    responses: { 200: answered("A page.", pageSchema) },
  });
  app.openapi(list, async (c) => {
    const { state, chain, label, parent, order = "newest", limit = LINES, cursor } = c.req.valid("query");
    const filter = visibleFilter({
      ...state !== undefined && { states: state },
      ...chain !== undefined && { chain },
      ...label !== undefined && { labels: label },
      ...parent !== undefined && { parent },
    }, c.get("caller"));
    if (filter === undefined) return json(pageSchema, { instances: [] }, 200);
    const { lines, next } = await fullPage(parts, filter, limit, cursor, order === "newest");
    return json(pageSchema, { instances: lines.map(summaryBody), ...next !== undefined && { next } }, 200);
  });
};

const getInstance: RouteGroup = (app, parts) => {
  const { queue } = parts;
  const one = route(parts, { scope: "read" }, {
    method: "get",
    path: "/v1/instances/{id}",
    operationId: "getInstance",
    tags: ["instances"],
    summary: "One instance: its state, and its output once it has ended",
    request: {
      params: idParameter,
      query: z.strictObject({
        wait: waitField.optional(),
        nodes: switchField.optional().openapi({
          description:
            "With `true`, also its nodes with their times, outputs and items, and the instances that it has called. " +
            "(Default: false)",
        }),
      }),
    },
    responses: {
      200: answered("The instance.", z.union([detailSchema, instanceSchema])),
      ...NOT_FOUND,
    },
  });
  app.openapi(one, async (c) => {
    const { id } = c.req.valid("param"), { wait, nodes = false } = c.req.valid("query");
    const view = await waitForEnd(
      parts,
      c.get("caller"),
      id,
      wait === undefined ? 0 : parseDuration(wait),
      c.req.raw.signal,
    );
    if (nodes) {
      const isOpen = view.state === "running" && c.get("caller").label === undefined;
      const live = isOpen ? await parts.live.now() : undefined; // the whole queue is not for a tenant
      return json(detailSchema, detailOf(await readBranch(queue, view), live), 200);
    }
    return json(instanceSchema, instanceBody(view), 200);
  });
};

/** A page that is full, if that many are meant, or looks far enough. */
async function fullPage(
  { queue, clock }: Pick<AppParts, "queue" | "clock">,
  filter: Filter,
  limit: number,
  cursor: string | undefined,
  newestFirst: boolean,
) {
  const lines = [], sinceMs = clock.nowMs();
  let next = cursor;
  for (let look = 0; look < MOST_LOOKS; look++) {
    const left = limit - lines.length;
    const page = await queue.page(filter, {
      limit: left,
      newestFirst,
      ...next !== undefined && { after: next },
    });
    lines.push(...page.lines);
    next = page.next;
    if (next === undefined || lines.length >= limit || clock.nowMs() - sinceMs >= LOOKING_MS) break;
  }
  return { lines, next };
}
