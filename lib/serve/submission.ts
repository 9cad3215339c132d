import { z } from "@hono/zod-openapi";
import {
  type Callback,
  delayedUntil,
  type Instance,
  instanceMaker,
  isObject,
  itemsOf,
  type JsonText,
  membersOf,
  parseDuration,
  type Random,
  readCallback,
  type TraceContext,
  traceContextOf,
} from "../model/mod.ts";
import { type DeployedChain, entryOfDeployed } from "../queue/mod.ts";
import type { Caller } from "./caller.ts";
import {
  argsField,
  atField,
  callbackField,
  deadlineField,
  delayField,
  idField,
  isInPaths,
  labelsField,
  NOT_IN_PATHS,
  priorityField,
  traceparentField,
  weightField,
} from "./fields.ts";
import { withBound } from "./label.ts";
import { ProblemError } from "./problems.ts";

/** Most instances of one request. */
export const MOST_AT_ONCE = 1000;

/** One instance, as a request submits it. */
export const submissionSchema = z.strictObject({
  args: argsField.optional(),
  id: idField.refine(isInPaths, NOT_IN_PATHS).optional(),
  labels: labelsField.optional(),
  priority: priorityField.optional(),
  weight: weightField.optional(),
  deadline: deadlineField.optional(),
  delay: delayField.optional(),
  at: atField.optional(),
  traceparent: traceparentField.optional(),
  callback: callbackField.optional(),
}).refine(({ delay, at }) => delay === undefined || at === undefined, {
  error: "Write one of delay and at",
  path: ["at"],
  when: ({ value }) => isObject(value), // also where other fields are wrong
}).openapi("Submission", { not: { required: ["delay", "at"] } });

/** One submission. */
export type Submission = z.infer<typeof submissionSchema>;

/** The circumstances of a request that hold for all that it submits. */
export interface SubmissionContext {
  readonly deployed: DeployedChain;
  readonly caller: Caller;
  /** When it came, in milliseconds since 1970. */
  readonly nowMs: number;
  /** The id of the one instance, by the header Idempotency-Key. */
  readonly idempotencyKey?: string | undefined;
  /** The caller's trace, by the headers. */
  readonly trace: TraceContext;
}

/** Makes instances of what requests submit. */
export function submissionReader(
  random: Random,
): (submission: Submission, args: JsonText | undefined, context: SubmissionContext) => Instance {
  const make = instanceMaker(random);
  return (submission, args, context) => {
    const { deployed, caller, nowMs, idempotencyKey } = context;
    const { id = idempotencyKey, priority, weight, deadline, delay, at, traceparent, callback } = submission;
    const entry = {
      ...entryOfDeployed(deployed),
      ...priority !== undefined && { priority },
      ...weight !== undefined && { weight },
      ...deadline !== undefined && { deadlineMs: parseDuration(deadline) },
    };
    const labels = labelsOf(submission, caller);
    const instance = make(entry, nowMs, {
      ...labels !== undefined && { labels },
      ...args !== undefined && { args },
      ...id !== undefined && { id },
      ...callback !== undefined &&
        { callback: readCallback(callback as string | Callback, "the submission") },
      ...traceparent === undefined ? context.trace : traceContextOf(traceparent),
    });
    return delayedUntil(instance, dueAt(delay, at, nowMs));
  };
}

function dueAt(delay: Submission["delay"], at: Submission["at"], nowMs: number): number {
  if (at !== undefined) return typeof at === "number" ? at : Date.parse(at);
  return delay === undefined ? nowMs : nowMs + parseDuration(delay);
}

/** The labels of a submission, and the one to which its caller is bound. @throws {ProblemError} 403 if it names another value */
function labelsOf({ labels }: Submission, { label: bound }: Caller): Submission["labels"] {
  if (bound === undefined) return labels;
  const own = withBound(labels ?? {}, bound);
  if (own !== undefined) return own;
  throw new ProblemError(
    403,
    "forbidden",
    `Cannot submit with ${bound.name}=${
      labels?.[bound.name]
    }: this key is bound to ${bound.name}=${bound.value}. Leave the label out`,
  );
}

/** The args of a body's submission, or of each, as they came. */
export function argsTexts(body: string, isMany: boolean): readonly (JsonText | undefined)[] {
  const texts = isMany ? itemsOf(body as JsonText) ?? [] : [body as JsonText];
  return texts.map((text) => membersOf(text)?.get("args"));
}
