import type { JsonText } from "./json_text.ts";

/** Kinds of failures that another attempt may overcome, for retry rules. */
export type FailureCause =
  /** No answer within the time limit of an attempt; also 408. */
  | "timeout"
  /** No answer: the connection failed. */
  | "network"
  /** An answer that says it is the server's fault: 5xx. */
  | "server-error";

/** All kinds of {@linkcode FailureCause}. */
export const FAILURE_CAUSES: readonly FailureCause[] = ["timeout", "network", "server-error"];

/** The end of one attempt. */
export type Outcome =
  /** Done; `output` is what the function answered, as it came. */
  | {
    readonly kind: "ok";
    readonly output: JsonText;
    /** Its answer was no JSON: the output is its text, as a JSON string. */
    readonly isText?: true;
  }
  /** Not done; `retryable` if another attempt may help. */
  | {
    readonly kind: "failed";
    readonly reason: string;
    readonly retryable: boolean;
    /** The kind of the failure, if it is one of those that retry rules tell apart. */
    readonly cause?: FailureCause;
    readonly retryAfterMs?: number;
    /** The wait until it may be tried again, in milliseconds, where that is known: in a replay. (Default: by its retry rule) */
    readonly delayMs?: number;
  }
  /** Refused for capacity: not a failure, and repeated as often as it takes. */
  | { readonly kind: "throttled"; readonly reason: string; readonly retryAfterMs?: number }
  /** Not made: nobody serves the function, or it cannot be called yet. It waits until it can, and no attempt is charged. */
  | { readonly kind: "unserved"; readonly reason: string };

/** The end of an attempt that was made. */
export type MadeOutcome = Exclude<Outcome, { readonly kind: "unserved" }>;
