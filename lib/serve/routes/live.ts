import { z } from "@hono/zod-openapi";
import type { LiveView } from "../../live/mod.ts";
import { eventStream } from "../event_stream.ts";
import { json } from "../json.ts";
import { liveBody, liveViewSchema } from "../live_body.ts";
import type { RouteGroup } from "../parts.ts";
import { ProblemError } from "../problems.ts";
import { route } from "./route.ts";

/** Most viewers at a time: each keeps a connection, and gets some kilobytes a second. */
const MOST_VIEWERS = 200;
/** Whoever comes beyond these may ask again after this time, in seconds. */
const AGAIN_S = 30;

/** The state of the whole queue, once or once a second. */
export const liveRoutes: RouteGroup = (app, parts) => {
  const { live, clock, draining } = parts;
  const once = route(parts, { scope: "read", ofAll: true }, {
    method: "get",
    path: "/v1/live",
    operationId: "getLive",
    tags: ["live"],
    summary: "The state of the whole queue now: load, rates, queueing times, consumers and settings",
    responses: {
      200: {
        description: "The state, at most a second old.",
        content: { "application/json": { schema: liveViewSchema } },
      },
    },
  });
  app.openapi(once, async () => json(liveViewSchema, liveBody(await live.now()), 200));
  const events = route(parts, { scope: "read", ofAll: true }, {
    method: "get",
    path: "/v1/events",
    operationId: "watchLive",
    tags: ["live"],
    summary: "The state of the whole queue once a second, as server-sent events",
    responses: {
      200: {
        description:
          "Events named `live`, whose data is what `/v1/live` answers. Whoever reads slowly misses some, and gets the newest " +
          "one next. A line with a colon alone comes when there is no news for 15 seconds. The last event id is not needed.",
        content: { "text/event-stream": { schema: z.string() } },
      },
    },
  });
  let viewers = 0;
  app.openapi(events, () => {
    if (viewers >= MOST_VIEWERS) {
      throw new ProblemError(
        503,
        "unavailable",
        `Cannot show the queue to more than ${MOST_VIEWERS} viewers at a time. Close a page, or ask again in ${AGAIN_S} s`,
        { headers: { "retry-after": String(AGAIN_S) } },
      );
    }
    viewers++;
    const views = (signal: AbortSignal) => live.watch(signal);
    const body = eventStream({ views, clock, draining, bytesOf, left: () => viewers-- });
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      },
    }) as never; // hono has no type for a stream of events
  });
};

const encoder = new TextEncoder();
/** The event of a view, which all viewers get. */
const encoded = new WeakMap<LiveView, Uint8Array>();

function bytesOf(view: LiveView): Uint8Array {
  let bytes = encoded.get(view);
  if (bytes === undefined) {
    encoded.set(view, bytes = encoder.encode(`event: live\ndata: ${JSON.stringify(view)}\n\n`));
  }
  return bytes;
}
