import { z } from "@hono/zod-openapi";
import { ProblemError } from "../problems.ts";
import type { RouteGroup } from "../parts.ts";
import { route } from "./route.ts";

/** Whether the server lives, and whether its queue answers. */
export const healthRoutes: RouteGroup = (app, parts) => {
  const { queue, version, draining } = parts;
  const okay = {
    200: {
      description: "Yes.",
      content: { "application/json": { schema: z.object({ ok: z.literal(true), version: z.string() }) } },
    },
  } as const;
  const alive = route(parts, { scope: undefined }, {
    method: "get",
    path: "/healthz",
    operationId: "isAlive",
    tags: ["health"],
    summary: "Whether the server lives",
    responses: okay,
  });
  app.openapi(alive, (c) => c.json({ ok: true as const, version }, 200));
  const ready = route(parts, { scope: undefined }, {
    method: "get",
    path: "/readyz",
    operationId: "isReady",
    tags: ["health"],
    summary: "Whether the server takes requests, and its queue answers",
    responses: okay,
  });
  app.openapi(ready, async (c) => {
    if (draining.aborted) {
      throw new ProblemError(503, "ending", "Cannot take requests: the server ends. Ask another one");
    }
    await queue.settings();
    return c.json({ ok: true as const, version }, 200);
  });
};
