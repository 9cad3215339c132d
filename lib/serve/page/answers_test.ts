/** Holds the page's types of answers to the server's: the compiler finds what differs. */
import { assert } from "@std/assert";
import type { z } from "@hono/zod-openapi";
import type { LiveView } from "../../live/mod.ts";
import type { Failures } from "../failures.ts";
import type { detailSchema, summarySchema } from "../instance_body.ts";
import type { retriedSchema } from "../routes/failures.ts";
import type { pageSchema } from "../routes/instances.ts";
import type { reachSchema } from "../routes/steering.ts";
import type { changedSchema } from "../settings_body.ts";
import type {
  ApiChanged,
  ApiDetail,
  ApiFailures,
  ApiInstance,
  ApiInstances,
  ApiLive,
  ApiReached,
} from "./answers.ts";

/** A value once it has been JSON: what was undefined is left out. */
type Sent<T> = T extends object ? { [K in keyof T]: Sent<Exclude<T[K], undefined>> } : T;
/** The answers that a schema describes. */
type Answer<S extends z.ZodType> = Sent<z.infer<S>>;

/** Reads an answer of the server as the page does. */
type Reader<From, To> = (answer: From) => To;

Deno.test("the page reads every answer as the server makes it", () => {
  const live: Reader<LiveView, ApiLive> = (view) => view;
  const failures: Reader<Failures, ApiFailures> = (answer) => answer;
  const list: Reader<Answer<typeof pageSchema>, ApiInstances> = (answer) => answer;
  const summary: Reader<Answer<typeof summarySchema>, ApiInstance> = (answer) => answer;
  const detail: Reader<Answer<typeof detailSchema>, ApiDetail> = (answer) => answer;
  const changed: Reader<Answer<typeof changedSchema>, ApiChanged> = (answer) => answer;
  const reached: Reader<Answer<typeof reachSchema>, ApiReached> = (answer) => answer;
  const alike: Reader<Answer<typeof retriedSchema>, ApiReached> = (answer) => answer;
  assert(
    [live, failures, list, summary, detail, changed, reached, alike].every((read) =>
      read instanceof Function
    ),
  );
});
