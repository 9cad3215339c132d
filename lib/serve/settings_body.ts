/** Settings and consumers as the API shows them. */
import { z } from "@hono/zod-openapi";
import type { ByValue, Pause } from "../model/mod.ts";
import type { ConsumerView, Settings } from "../queue/mod.ts";
import type { Taken } from "../steer/mod.ts";
import { chainName } from "./fields.ts";

/** Most values of a kind that limits name. */
const MOST_VALUES = 1000;

const numbers = named(z.int().min(1).max(1e9));

/** Values by names of 1 to 256 characters. */
function named<T extends z.ZodType>(value: T) {
  return z.record(z.string().min(1).max(256), value)
    .refine((all) => Object.keys(all).length <= MOST_VALUES, `Write at most ${MOST_VALUES} values`)
    .openapi({ maxProperties: MOST_VALUES, "x-also": { propertyNames: { minLength: 1, maxLength: 256 } } });
}

/** Ceilings or floors. */
const byValue = z.strictObject({
  functions: numbers.optional().openapi({ description: "By the names of functions." }),
  chains: numbers.optional().openapi({ description: "By the names of chains." }),
  labels: named(numbers).optional()
    .openapi({ description: "By the names of labels, and their values." }),
}).openapi("Limits");

/** The nodes that a pause keeps from starting. */
export const pauseSchema = z.strictObject({
  chain: chainName.optional().openapi({ description: "Nodes of the chain of this name." }),
  function: chainName.optional().openapi({ description: "Nodes that call the function of this name." }),
  label: z.strictObject({ name: z.string().min(1).max(256), value: z.string().max(1024) }).optional()
    .openapi({ description: "Nodes of instances that carry this label." }),
}).openapi("Pause");

/** New limits; those that are left out stay as they are. */
export const limitsSchema = z.strictObject({
  limit: z.union([z.int().min(1).max(1e9), z.literal("auto")]).optional().openapi({
    description:
      "Most attempts in flight of all consumers together; `auto`: each finds out what the platform bears.",
  }),
  fixed: z.boolean().optional()
    .openapi({
      description: "Whether that many may be in flight whatever the platform refuses. (Default: false)",
    }),
  ceilings: byValue.optional(),
  floors: byValue.optional(),
}).superRefine((value, context) => {
  const fault = (message: string, path: string[] = []) => context.addIssue({ code: "custom", message, path });
  if (value.limit === undefined && value.ceilings === undefined && value.floors === undefined) {
    fault("Write limit, ceilings or floors");
  }
  if (value.fixed === true && typeof value.limit !== "number") {
    fault("Write a limit that is a number, too", ["fixed"]);
  }
}).openapi("NewLimits", {
  anyOf: ["limit", "ceilings", "floors"].map((name) => ({ required: [name] })),
  "x-also": {
    if: { properties: { fixed: { const: true } }, required: ["fixed"] },
    then: { properties: { limit: { type: "integer" } }, required: ["limit"] },
  },
});

/** The settings of a queue. */
export const settingsSchema = z.object({
  revision: z.int().openapi({ description: "Grows with each change; 0: nothing was ever set." }),
  policy: z.object({ id: z.string(), name: z.string() }).optional()
    .openapi({ description: "The policy of all consumers. (Absent: each goes by its own)" }),
  failedPolicy: z.object({ id: z.string(), name: z.string(), reason: z.string(), by: z.string() }).optional()
    .openapi({
      description: "The policy that was set last, if it has failed and the one before is in force.",
    }),
  limit: z.union([z.int(), z.literal("auto")]).optional(),
  limitFixed: z.literal(true).optional(),
  ceilings: z.record(z.string(), z.unknown()).optional(),
  floors: z.record(z.string(), z.unknown()).optional(),
  pauses: z.array(z.object({
    chain: z.string().optional(),
    function: z.string().optional(),
    label: z.object({ name: z.string(), value: z.string() }).optional(),
  })),
}).openapi("Settings");

const consumerRef = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  error: z.string().optional(),
});

/** The answers of the live consumers to a change. */
export const changedSchema = z.object({
  dryRun: z.boolean(),
  settings: settingsSchema.openapi({ description: "The settings now." }),
  consumers: z.int().openapi({
    description: "The consumers that apply them; of a dry run, those that live.",
  }),
  refusedBy: z.array(consumerRef).openapi({
    description: "Consumers that cannot, or not all of it, and why.",
  }),
  unanswered: z.array(consumerRef).openapi({
    description: "Consumers that have not answered within five seconds.",
  }),
  instances: z.int().optional()
    .openapi({
      description:
        "Of a dry run of a pause or its end: the instances that have not ended and are meant, at least.",
    }),
}).openapi("Changed");

/** One live consumer. */
export const consumerSchema = z.looseObject({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  policy: z.string(),
  limits: z.record(z.string(), z.unknown()),
  instances: z.int(),
  running: z.int(),
  ready: z.int(),
  callsPerS: z.number(),
  throttled: z.number(),
  beatAgoMs: z.number(),
}).openapi("Consumer");

/** The settings of a queue, without the contents of policy files. */
export function settingsBody(
  { policy, failedPolicy, ceilings, floors, pauses, ...rest }: Settings,
): z.infer<typeof settingsSchema> {
  return {
    ...rest,
    ...policy !== undefined && { policy: { id: policy.id, name: policy.name } },
    ...failedPolicy !== undefined && { failedPolicy: { ...failedPolicy } },
    ...ceilings !== undefined && { ceilings: { ...ceilings } },
    ...floors !== undefined && { floors: { ...floors } },
    pauses: pauses.map((pause) => ({ ...pause })),
  };
}

/** The answers of consumers. */
export function takenBody({ by, refusedBy, unanswered }: Taken) {
  return { consumers: by.length, refusedBy: refusedBy.map(refOf), unanswered: unanswered.map(refOf) };
}

function refOf({ id, host, pid, settings }: ConsumerView): z.infer<typeof consumerRef> {
  return { id, host, pid, ...settings?.error !== undefined && { error: settings.error } };
}

/** A pause as the queue takes it. */
export function pauseOf({ chain, function: fn, label }: z.infer<typeof pauseSchema>): Pause {
  return {
    ...chain !== undefined && { chain },
    ...fn !== undefined && { function: fn },
    ...label !== undefined && { label },
  };
}

/** Numbers by value as the queue takes them. */
export function byValueOf({ functions, chains, labels }: z.infer<typeof byValue>): ByValue {
  return {
    ...functions !== undefined && { functions },
    ...chains !== undefined && { chains },
    ...labels !== undefined && { labels },
  };
}
