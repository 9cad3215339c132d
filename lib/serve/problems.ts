import { z } from "@hono/zod-openapi";
import { QueueError } from "../queue/mod.ts";
import { SequoiaError } from "../model/mod.ts";

/** The codes of problems beside those of the queue, of policies and of workloads; stable, for clients. */
export type ProblemErrorCode =
  | "invalid-request"
  | "unauthenticated"
  | "forbidden"
  | "foreign-caller"
  | "not-found"
  | "unknown-chain"
  | "method-not-allowed"
  | "bad-media-type"
  | "too-large"
  | "too-slow"
  | "refused"
  | "too-many-waiting"
  | "ending"
  | "unavailable"
  | "unexpected";

/** A fault of one part of a request. */
export interface FieldError {
  /** Where it is: a JSON pointer into the body (`#/labels/tenant`), or the parameter (`query: wait`). */
  readonly at: string;
  /** The fault, and what to write instead. */
  readonly detail: string;
}

/** The content of a problem that is answered, by RFC 9457. */
export const problemSchema = z.object({
  type: z.string().openapi({
    description: "Names the kind of problem.",
    example: "urn:sequoia:problem:not-found",
  }),
  title: z.string().openapi({ description: "The kind of problem in words." }),
  status: z.int().openapi({ description: "The status of the answer." }),
  code: z.string().openapi({
    description: "The kind of problem; stable, see docs/errors.md.",
    example: "not-found",
  }),
  detail: z.string().openapi({ description: "What happened, where, and what to do." }),
  errors: z.array(z.object({ at: z.string(), detail: z.string() })).optional()
    .openapi({ description: "Each part of the request that cannot be used." }),
}).openapi("Problem");

/** The media type of problems. */
export const PROBLEM_TYPE = "application/problem+json";

const TITLES: Readonly<Record<number, string>> = {
  400: "The request cannot be used",
  401: "A key is needed",
  403: "This is not allowed",
  404: "There is no such thing",
  405: "The method is not allowed",
  408: "The request was too slow",
  409: "It is in conflict with what is there",
  413: "The request is too large",
  415: "The media type cannot be used",
  422: "The request cannot be carried out",
  429: "There are too many requests",
  431: "The headers are too large",
  500: "The server failed",
  503: "The server cannot answer now",
};

/** Most faults of one request that an answer names. */
const MOST_ERRORS = 100;

/** A request that is answered with a problem: thrown by whatever finds it. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what happened, where, and what to do */
  constructor(
    status: number,
    code: ProblemErrorCode | (string & Record<never, never>),
    detail: string,
    { errors = [], headers = {}, ...options }: ErrorOptions & {
      readonly errors?: readonly FieldError[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail, options);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }

  /** The answer. */
  response(): Response {
    const body = JSON.stringify(problemOf(this));
    return new Response(body, {
      status: this.status,
      headers: { "content-type": PROBLEM_TYPE, ...this.headers },
    });
  }
}

/** The content of a problem. */
export function problemOf({ status, code, message, errors }: ProblemError): z.infer<typeof problemSchema> {
  return {
    type: `urn:sequoia:problem:${code}`,
    title: TITLES[status] ?? "The request failed",
    status,
    code,
    detail: message,
    ...errors.length > 0 && { errors: errors.slice(0, MOST_ERRORS) },
  };
}

/** The statuses of errors of the queue; of others it is out of order at present. */
const OF_QUEUE: Readonly<Partial<Record<QueueError["code"], number>>> = {
  "bad-cursor": 400,
  "id-conflict": 409,
  "too-large": 413,
  "unsupported": 422,
};

/** Whoever meets a queue that is out of order may ask again after this time, in seconds. */
const AGAIN_S = 5;

/** The problem that an error comes to; undefined if nobody expected it. */
export function problemOfError(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (error instanceof QueueError) {
    const status = OF_QUEUE[error.code] ?? 503;
    const headers = status === 503 ? { "retry-after": String(AGAIN_S) } : {};
    return new ProblemError(status, error.code, error.message, { cause: error, headers });
  }
  if (error instanceof SequoiaError && error.kind === "usage") {
    return new ProblemError(422, error.code, error.message, { cause: error });
  }
  return undefined;
}
