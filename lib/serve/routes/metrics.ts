import { z } from "@hono/zod-openapi";
import { TEXT_TYPE } from "../../live/mod.ts";
import type { RouteGroup } from "../parts.ts";
import { route } from "./route.ts";

/** The metrics for Prometheus. */
export const metricsRoutes: RouteGroup = (app, parts) => {
  const { live } = parts;
  const metrics = route(parts, { scope: "read", ofAll: true }, {
    method: "get",
    path: "/metrics",
    operationId: "getMetrics",
    tags: ["live"],
    summary: "Metrics in Prometheus's text format",
    responses: {
      200: { description: "The metrics.", content: { "text/plain": { schema: z.string() } } },
    },
  });
  app.openapi(metrics, async () => {
    const headers = { "content-type": TEXT_TYPE, "cache-control": "no-store" };
    return new Response(await live.metrics(), { headers }) as never; // hono's type is of a text without a version
  });
};
