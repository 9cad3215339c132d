import { z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { PROTOBUF_CONTENT, PROTOBUF_TYPE, TEXT_TYPE } from "../../live/mod.ts";
import type { RouteGroup } from "../parts.ts";
import { route } from "./route.ts";

/** The metrics for Prometheus, in the form that it asks for. */
export const metricsRoutes: RouteGroup = (app, parts) => {
  const { live } = parts;
  const metrics = route(parts, { scope: "read", ofAll: true }, {
    method: "get",
    path: "/metrics",
    operationId: "getMetrics",
    tags: ["live"],
    summary:
      "Metrics for Prometheus, as text, or in protobuf with native histograms if the header Accept prefers that",
    responses: {
      200: {
        description: "The metrics.",
        content: {
          "text/plain": { schema: z.string() },
          [PROTOBUF_TYPE]: { schema: z.string().openapi({ format: "binary" }) },
        },
      },
    },
  });
  app.openapi(metrics, async (c) => {
    const type = accepts(c, {
      header: "Accept",
      supports: ["text/plain", PROTOBUF_TYPE],
      default: "text/plain",
    });
    const [body, contentType] = type === PROTOBUF_TYPE
      ? [await live.metricsBytes(), PROTOBUF_CONTENT]
      : [await live.metrics(), TEXT_TYPE];
    const headers = { "content-type": contentType, "cache-control": "no-store", vary: "accept" };
    return new Response(body, { headers }) as never; // hono's type is of a text without a version
  });
};
