/** The live state of a queue as the API shows it. */
import { z } from "@hono/zod-openapi";
import type { LiveView } from "../live/mod.ts";

const percentiles = { p50: z.number(), p90: z.number(), p99: z.number() };

const rowSchema = z.object({
  name: z.string().openapi({ description: "The chain, the function, or the value of the label." }),
  isRest: z.literal(true).optional().openapi({
    description: "It stands for all names without a row of their own.",
  }),
  ready: z.number().openapi({ description: "Invocations that wait for capacity." }),
  running: z.number().openapi({ description: "Attempts in flight." }),
  callsPerS: z.number(),
  throttledPerS: z.number(),
  failedPerS: z.number(),
  share: z.number().openapi({
    description: "Its part of the time of all calls in the last minute, from 0 to 1.",
  }),
  queueingMs: z.object(percentiles).optional()
    .openapi({ description: "Queueing times of the last minute, if there were any." }),
}).openapi("LiveRow");

const windowSchema = z.object({ ...percentiles, n: z.number() })
  .openapi("LiveWindow", { description: "Percentiles of the queueing times of a window, and their number." });

/** The state of a whole queue. */
export const liveViewSchema = z.object({
  atMs: z.number().openapi({ description: "When it was read, in milliseconds since 1970." }),
  depth: z.looseObject({
    ...{ delayed: z.number(), queued: z.number(), running: z.number() },
    ...{ completed: z.number(), failed: z.number(), cancelled: z.number() },
    nextDueAtMs: z.number().optional(),
    oldestSubmittedAtMs: z.number().optional(),
  }).openapi({ description: "The instances in each state." }),
  limit: z.number().optional()
    .openapi({
      description: "Most attempts that all consumers may have in flight at present. (Absent: no limit)",
    }),
  inFlight: z.number().openapi({ description: "Attempts in flight." }),
  ready: z.number().openapi({ description: "Invocations that wait for capacity at consumers." }),
  callsPerS: z.number(),
  throttledPerS: z.number(),
  completedPerS: z.number().openapi({ description: "Instances that complete each second." }),
  failedPerS: z.number().openapi({ description: "Instances that fail each second." }),
  byChain: z.array(rowSchema),
  byFunction: z.array(rowSchema),
  byLabel: z.object({ label: z.string(), rows: z.array(rowSchema) }).optional()
    .openapi({ description: "By value of the label of `consume --by` or `--metrics-label`." }),
  queueingMs: z.object({ minute: windowSchema, hour: windowSchema }),
  consumers: z.array(z.looseObject({ id: z.string(), host: z.string(), pid: z.number() }))
    .openapi({ description: "The consumers that live, oldest first." }),
  settings: z.looseObject({ revision: z.number() }).openapi({ description: "The settings of the queue." }),
  holds: z.array(z.object({
    chain: z.string().optional(),
    function: z.string().optional(),
    label: z.object({ name: z.string(), value: z.string() }).optional(),
    reason: z.string().openapi({ description: "What the calls wait for." }),
    ready: z.number().optional().openapi({ description: "How many calls wait." }),
    ofRetries: z.literal(true).optional()
      .openapi({ description: "These calls have failed and wait to be tried again." }),
    unserved: z.literal(true).optional().openapi({ description: "Nobody serves their function." }),
  })).openapi({
    description:
      "Whatever keeps calls from starting now: pauses, ceilings, rates, retry budgets, and the limit if all slots are taken.",
  }),
}).openapi("LiveView");

/** The state of a queue, as its schema has it. */
export function liveBody(view: LiveView): z.infer<typeof liveViewSchema> {
  const { byChain, byFunction, byLabel, consumers, holds, ...rest } = view;
  return {
    ...rest,
    depth: { ...view.depth },
    settings: { ...view.settings },
    byChain: [...byChain],
    byFunction: [...byFunction],
    ...byLabel !== undefined && { byLabel: { label: byLabel.label, rows: [...byLabel.rows] } },
    consumers: consumers.map((consumer) => ({ ...consumer })),
    holds: holds.map((hold) => ({ ...hold })),
  };
}
