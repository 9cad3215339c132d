import { z } from "@hono/zod-openapi";
import type { Filter, InstanceView } from "../../queue/mod.ts";
import { type InstanceCommand, reachOf } from "../../steer/mod.ts";
import type { Caller } from "../caller.ts";
import { chainName, dryRunQuery, idField } from "../fields.ts";
import { STATES } from "../instance_body.ts";
import { anyFields, MOST_IDS, whichOf } from "../which.ts";
import { json } from "../json.ts";
import type { AppParts, RouteGroup } from "../parts.ts";
import { ProblemError } from "../problems.ts";
import { visibleFilter, visibleInstance } from "../visible.ts";
import { answered, bodyOf, idParameter, NOT_FOUND, OF_BODIES, route, UNPROCESSABLE } from "./route.ts";

/** The instances that an action has reached, or would reach. */
export const reachSchema = z.object({
  reached: z.int().openapi({
    description:
      "The number of instances that were reached; of a dry run, of those that would be, without those that they have " +
      "called.",
  }),
  isMore: z.literal(true).optional().openapi({
    description: "Of a dry run: there are more, which were not counted.",
  }),
  some: z.array(z.string()).optional().openapi({
    description: "Of a dry run: the ids of the first of them.",
  }),
  dryRun: z.boolean(),
}).openapi("Reached");

const filterFields = {
  ids: z.array(idField).min(1).max(MOST_IDS).optional(),
  states: z.array(z.enum(STATES)).min(1).optional(),
  chain: chainName.optional(),
  ...anyFields,
};

type Which = z.infer<z.ZodObject<typeof filterFields>>;

const WHICH = whichOf(["ids", "states", "chain", "labels"]);

const abortField = z.boolean().optional()
  .openapi({
    description: "Whether calls in flight end, too, which are awaited otherwise. (Default: false)",
  });
const fromField = chainName.optional()
  .openapi({ description: "A node: it and all that come after it run again, also of what has completed." });

const cancelSchema = z.strictObject({ abort: abortField }).openapi("Cancel");
const retrySchema = z.strictObject({ from: fromField }).openapi("Retry");
const cancelManySchema = z.strictObject({ ...filterFields, abort: abortField }).superRefine(WHICH.says)
  .openapi("CancelMany", WHICH.schema);
const retryManySchema = z.strictObject(filterFields).superRefine(WHICH.says).openapi(
  "RetryMany",
  WHICH.schema,
);

const query = dryRunQuery;
const responses = { 200: answered("Done, or what would be done.", reachSchema), ...OF_BODIES };

const STEER = { scope: "steer" } as const;

/** Cancelling and retrying instances: one, or those that a filter means. */
export const steeringRoutes: RouteGroup = (app, parts) => {
  for (const addRoute of [cancelOne, retryOne, cancelSeveral, retrySeveral]) addRoute(app, parts);
};

const cancelOne: RouteGroup = (app, parts) => {
  const { queue } = parts;
  const cancel = route(parts, STEER, {
    method: "post",
    path: "/v1/instances/{id}/cancel",
    operationId: "cancelInstance",
    tags: ["steering"],
    summary: "Ends an instance, with those that it has called: nothing of it starts any more",
    request: { params: idParameter, query, body: bodyOf(cancelSchema, { required: false }) },
    responses: { ...responses, ...NOT_FOUND },
  });
  app.openapi(cancel, async (c) => {
    const { id } = c.req.valid("param"), { abort = false } = c.req.valid("json") ?? {};
    await visibleInstance(queue, c.get("caller"), id);
    return await carriedOut(parts, { kind: "cancel", filter: { ids: [id] }, abort }, c.req.valid("query"));
  });
};

const retryOne: RouteGroup = (app, parts) => {
  const { queue } = parts;
  const retry = route(parts, STEER, {
    method: "post",
    path: "/v1/instances/{id}/retry",
    operationId: "retryInstance",
    tags: ["steering"],
    summary:
      "Runs a failed or cancelled instance again: what is ok is kept, but nothing of what has been undone",
    request: { params: idParameter, query, body: bodyOf(retrySchema, { required: false }) },
    responses: { ...responses, ...NOT_FOUND, ...UNPROCESSABLE },
  });
  app.openapi(retry, async (c) => {
    const { id } = c.req.valid("param"), { from } = c.req.valid("json") ?? {};
    checkFrom(await rootOf(parts, await visibleInstance(queue, c.get("caller"), id)), id, from);
    const command = { kind: "retry", filter: { ids: [id] }, ...from !== undefined && { from } } as const;
    return await carriedOut(parts, command, c.req.valid("query"));
  });
};

const cancelSeveral: RouteGroup = (app, parts) => {
  const cancelMany = route(parts, STEER, {
    method: "post",
    path: "/v1/instances/cancel",
    operationId: "cancelInstances",
    tags: ["steering"],
    summary: "Ends all instances that are meant",
    request: { query, body: bodyOf(cancelManySchema) },
    responses,
  });
  app.openapi(cancelMany, async (c) => {
    const { abort = false, ...which } = c.req.valid("json");
    return await ofFilter(
      parts,
      which,
      c.get("caller"),
      c.req.valid("query"),
      (filter) => ({ kind: "cancel", filter, abort }),
    );
  });
};

const retrySeveral: RouteGroup = (app, parts) => {
  const retryMany = route(parts, STEER, {
    method: "post",
    path: "/v1/instances/retry",
    operationId: "retryInstances",
    tags: ["steering"],
    summary: "Runs all failed and cancelled instances that are meant again",
    request: { query, body: bodyOf(retryManySchema) },
    responses,
  });
  app.openapi(
    retryMany,
    async (c) =>
      await ofFilter(
        parts,
        c.req.valid("json"),
        c.get("caller"),
        c.req.valid("query"),
        (filter) => ({ kind: "retry", filter }),
      ),
  );
};

/** Carries out a command on all instances that are meant and that the caller may see. */
async function ofFilter(
  parts: AppParts,
  { ids, states, chain, labels }: Which,
  caller: Caller,
  { dryRun = false }: Dry,
  command: (filter: Filter) => InstanceCommand,
) {
  const filter = visibleFilter({
    ...ids !== undefined && { ids },
    ...states !== undefined && { states },
    ...chain !== undefined && { chain },
    ...labels !== undefined && { labels },
  }, caller);
  if (filter === undefined) return json(reachSchema, { reached: 0, dryRun }, 200);
  return await carriedOut(parts, command(filter), { dryRun });
}

interface Dry {
  readonly dryRun?: boolean | undefined;
}

async function carriedOut({ queue }: AppParts, command: InstanceCommand, { dryRun }: Dry) {
  if (!dryRun) {
    return json(reachSchema, { reached: await queue.request(command), dryRun: false }, 200);
  }
  const { count, ...rest } = await reachOf(queue, command);
  return json(reachSchema, { reached: count, ...rest, some: [...rest.some], dryRun: true }, 200);
}

/** The first caller of an instance, with which it is retried; itself, if it was not called. */
async function rootOf({ queue }: AppParts, view: InstanceView): Promise<InstanceView> {
  let root = view;
  for (let parent = root.instance.parent; parent !== undefined; parent = root.instance.parent) {
    const caller = await queue.get(parent.instance);
    if (caller === undefined) break;
    root = caller;
  }
  return root;
}

/** @throws {ProblemError} 422 if the instance has no such node */
function checkFrom(
  { instance: { id: root, chain } }: InstanceView,
  id: string,
  from: string | undefined,
): void {
  const names = chain.nodes.map(({ name }) => name);
  if (from === undefined || names.includes(from)) return;
  const of = root === id ? "" : ` with ${root}, from which it was called,`;
  throw new ProblemError(
    422,
    "invalid-request",
    `Cannot retry ${JSON.stringify(id)}${of} from ${
      JSON.stringify(from)
    }: chain ${chain.name} has no such node. Use one of ` +
      names.slice(0, 20).join(", "),
    { errors: [{ at: "#/from", detail: "there is no such node" }] },
  );
}
