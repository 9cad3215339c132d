/** The fields of requests: how each is checked, and what the OpenAPI document says of it. */
import { z } from "@hono/zod-openapi";
import {
  type Callback,
  isInt32,
  isObject,
  isTooDeep,
  type Json,
  OUTCOMES,
  readCallback,
  stripUndefined,
  WorkloadError,
} from "../model/mod.ts";
import { LABEL_TEXT, labelOf } from "./label.ts";

/** Most labels of an instance, and the most characters of their names and values. */
const MOST_LABELS = 64, LONGEST_LABEL_NAME = 256, LONGEST_LABEL_VALUE = 1024;

/** Durations of at most a year, as the API takes them. */
const DURATION =
  /^(?:\d{1,10}(?:\.\d{1,3})?ms|\d{1,7}(?:\.\d{1,3})?s|\d{1,5}(?:\.\d{1,3})?m|\d{1,3}(?:\.\d{1,3})?h|(?:[12]?\d{1,2}|3[0-5]\d|36[0-5])d)$/;
/** The same, but not 0. */
const POSITIVE_DURATION = new RegExp(`^(?!0+(?:\\.0+)?[a-z])${DURATION.source.slice(1)}`);
/** A year, in milliseconds. */
const YEAR_MS = 365 * 86_400_000;

const duration = (description: string, pattern: RegExp, number: z.ZodNumber, example: string) =>
  z.union([
    z.string().regex(pattern, "Write a duration as 250ms, 5s, 2m, 1h or 1d, of at most a year"),
    number.max(YEAR_MS),
  ]).openapi({
    description:
      `${description}: \`250ms\`, \`5s\`, \`2m\`, \`1h\`, \`1d\`, or a number of milliseconds; at most a year.`,
    example,
  });

/** The id of an instance. */
export const idField = z.string().regex(
  /^[!-~]{1,256}$/,
  "Write 1 to 256 visible ASCII characters without spaces",
).openapi({
  description:
    "The id: the same one submitted twice is one instance. 1 to 256 visible ASCII characters. (Default: a ULID)",
  example: "order-17",
});

/** Whether a path can name an id: browsers and clients resolve a step of dots before they send a request. */
export function isInPaths(id: string): boolean {
  return id !== "." && id !== "..";
}

/** The fault of an id that no path can name, and what to write. */
export const NOT_IN_PATHS = "Write another id than . and .., which no URL can name";

/** The object that an instance is submitted with. */
export const argsField = z.custom<Record<string, unknown>>().superRefine((value, context) => {
  if (!isObject(value)) {
    context.addIssue({ code: "custom", message: 'Write an object, for example { "image": "cat.png" }' });
  } else if (isTooDeep(value as Json)) {
    context.addIssue({ code: "custom", message: "Write at most 100 objects and lists within each other" });
  }
}).openapi({
  type: "object",
  additionalProperties: true,
  description: "The args, which expressions and templates read as `args`, kept to the byte.",
  example: { image: "cat.png" },
});

/** Labels of an instance. */
export const labelsField = z.custom<Record<string, string>>().superRefine((value, context) => {
  const fault = (message: string, path: string[] = []) => context.addIssue({ code: "custom", message, path });
  if (!isObject(value)) return fault('Write an object of texts, for example { "tenant": "acme" }');
  const entries = Object.entries(value);
  if (entries.length > MOST_LABELS) fault(`Write at most ${MOST_LABELS} labels`);
  for (const [name, text] of entries.slice(0, MOST_LABELS)) {
    if (name === "__proto__" || name === "" || name.length > LONGEST_LABEL_NAME || !name.isWellFormed()) {
      fault(`Write a name of 1 to ${LONGEST_LABEL_NAME} characters`, [name]);
    } else if (typeof text !== "string" || text.length > LONGEST_LABEL_VALUE || !text.isWellFormed()) {
      fault(`Write a text of at most ${LONGEST_LABEL_VALUE} characters`, [name]);
    }
  }
}).openapi({
  type: "object",
  additionalProperties: { type: "string", maxLength: LONGEST_LABEL_VALUE },
  maxProperties: MOST_LABELS,
  "x-also": { propertyNames: { minLength: 1, maxLength: LONGEST_LABEL_NAME } },
  description: "Texts by name, for policies, limits and filters. (Default: those of the deployed chain)",
  example: { tenant: "acme" },
});

/** Lower is more urgent. */
export const priorityField = z.number().refine(isInt32, "Write a whole number of 32 bits").openapi({
  type: "integer",
  format: "int32",
  minimum: -(2 ** 31),
  maximum: 2 ** 31 - 1,
  description:
    "Lower is more urgent, for policies that go by it. (Default: that of the deployed chain, else 0)",
  example: -5,
});

/** With the least numbers there are, the service that a chain receives for its weight would be infinite, for all its callers. */
const LEAST_WEIGHT = 1e-9;

/** The share of an instance under fair policies. */
export const weightField = z.number().min(LEAST_WEIGHT).max(1e9).openapi({
  description: "Its share under fair policies. (Default: that of the deployed chain, else 1)",
});

/** When an instance should have ended. */
export const deadlineField = duration(
  "When it should have ended, from when it is due",
  POSITIVE_DURATION,
  z.number().positive(),
  "5m",
);

/** The time for which an instance waits. */
export const delayField = duration(
  "The time for which it waits before it may start",
  DURATION,
  z.number().min(0),
  "10s",
);

const LATEST = Date.UTC(9999, 11, 31);

/** The instant before which an instance does not start. */
export const atField = z.union([z.iso.datetime({ offset: true }), z.number().min(0).max(LATEST)]).openapi({
  description:
    "The instant before which it does not start, instead of a delay: by ISO 8601 with a zone, or in milliseconds " +
    "since 1970.",
  example: "2030-01-01T09:00:00Z",
});

/** A caller's trace, by W3C Trace Context. */
export const traceparentField = z.string().regex(
  /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
  "Write it as W3C Trace Context says",
)
  .openapi({
    description: "The caller's trace, by W3C Trace Context. (Default: the header of that name)",
    example: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  });

const callbackUrl = z.string().max(2048).openapi({ format: "uri", example: "https://example.com/ends" });

/** The request that tells the end of an instance. */
export const callbackField = z.union([
  callbackUrl,
  z.strictObject({
    url: callbackUrl,
    on: z.array(z.enum(OUTCOMES)).min(1).max(OUTCOMES.length).optional(),
    secret: z.string().max(1024).optional(),
  }),
]).superRefine((value, context) => {
  try {
    readCallback(
      stripUndefined(typeof value === "string" ? { url: value } : value) as Callback,
      "the submission",
    );
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error;
    context.addIssue({ code: "custom", message: error.detail });
  }
}).openapi({
  description:
    "The URL to which its end is posted, signed as Standard Webhooks say it; or also which ends, and the name of the " +
    "consumer's secret that signs, as `env:NAME`. (Default: that of the deployed chain)",
  example: { url: "https://example.com/ends", on: ["failed"], secret: "env:CALLBACK_KEY" },
});

/** The time for which a request waits: 60 seconds at most, as proxies give up after about that time. */
export const waitField = z.string()
  .regex(
    /^(?:(?:[1-5]?\d{1,4}|60000)ms|[1-5]?\d(?:\.\d{1,3})?s|60s|1m)$/,
    "Write a duration of at most 60s, as 500ms or 30s",
  )
  .openapi({
    description: "Waits for its end, for at most this long: up to 60s. (Default: answers at once)",
    example: "30s",
  });

/** A switch in a query. */
export const switchField = z.enum(["true", "false"]).transform((given) => given === "true");

/** Whether nothing is done but said. */
export const dryRunField = switchField.optional().openapi({
  description: "With `true`, nothing is done: the answer says what would be reached. (Default: false)",
});

/** The query of routes that change something. */
export const dryRunQuery = z.strictObject({ dryRun: dryRunField });

/** Name of a chain. */
export const chainName = z.string().min(1).max(128);

/** A list of values in a query, or one. */
export const several = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (given) => given === undefined || Array.isArray(given) ? given : [given],
    z.array(item).max(MOST_LABELS).optional(),
  );

/** Labels in a query: `label=tenant=acme`. */
export const labelsInQuery = several(z.string().regex(LABEL_TEXT, "Write label=NAME=VALUE")).transform((
  texts,
) => texts && Object.fromEntries(texts.map(labelOf).map(({ name, value }) => [name, value]))).openapi({
  type: "array",
  items: { type: "string", pattern: "^[^=]+=" },
  description: "Only those with this label, as `tenant=acme`. (Repeatable)",
  example: ["tenant=acme"],
});

/** One label in a query: `label=tenant=acme`. */
export const labelInQuery = labelsInQuery.refine(
  (labels) => Object.keys(labels ?? {}).length <= 1,
  "Name one label at most",
).openapi({ maxItems: 1, description: "This label, as `tenant=acme`." });
