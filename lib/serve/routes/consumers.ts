import { z } from "@hono/zod-openapi";
import { json } from "../json.ts";
import type { RouteGroup } from "../parts.ts";
import { consumerSchema } from "../settings_body.ts";
import { answered, route } from "./route.ts";

const consumersSchema = z.object({ consumers: z.array(consumerSchema) });

/** The consumers that live. */
export const consumerRoutes: RouteGroup = (app, parts) => {
  const all = route(parts, { scope: "read", ofAll: true }, {
    method: "get",
    path: "/v1/consumers",
    operationId: "listConsumers",
    tags: ["consumers"],
    summary: "The consumers that live, oldest first: where they run, by what they go, and their load",
    description: "Takes about a second: a consumer is known to live once two of its beats were seen.",
    responses: { 200: answered("The consumers.", consumersSchema) },
  });
  app.openapi(
    all,
    async () =>
      json(consumersSchema, {
        consumers: (await parts.queue.consumers()).map(({ work: _, ...each }) => each),
      }, 200),
  );
};
