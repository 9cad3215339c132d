import type { Outcome } from "../../model/mod.ts";
import { classify } from "../calls/classify.ts";
import type { HeaderValues } from "../calls/refusals.ts";
import { fieldsOf } from "../calls/fields.ts";
import { shortened } from "../calls/failure_words.ts";

/**
 * The meaning of the Invoke API's errors beyond their status, by its reference (API version 2015-03-31): most errors in the
 * function's settings come with a 502, but no second try helps.
 */
const MEANINGS: Readonly<Record<string, "throttled" | "again" | "final">> = {
  TooManyRequestsException: "throttled",
  EC2ThrottledException: "throttled",
  ThrottlingException: "throttled",
  ServiceException: "again",
  EC2UnexpectedException: "again",
  ENILimitReachedException: "again",
  ENINotReadyException: "again",
  SubnetIPAddressLimitReachedException: "again",
  EFSIOException: "again",
  EFSMountConnectivityException: "again",
  EFSMountTimeoutException: "again",
  ResourceConflictException: "again", // the function is being changed
  ResourceNotReadyException: "again",
  SnapStartNotReadyException: "again",
  SnapStartTimeoutException: "again",
  EC2AccessDeniedException: "final",
  EFSMountFailureException: "final",
  InvalidRuntimeException: "final",
  InvalidSecurityGroupIDException: "final",
  InvalidSubnetIDException: "final",
  InvalidZipFileException: "final",
  KMSAccessDeniedException: "final",
  KMSDisabledException: "final",
  KMSInvalidStateException: "final",
  KMSNotFoundException: "final",
};

/** Errors about the caller, not about the function that is called. */
const ABOUT_CREDENTIALS = new Set([
  "ExpiredTokenException",
  "IncompleteSignatureException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "OptInRequired",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

/** An error of the service, not of the function: the service did not run the function, or not to an end. */
export interface ServiceError {
  /** `ResourceNotFoundException`; empty if it did not say. */
  readonly type: string;
  readonly outcome: Exclude<Outcome, { kind: "ok" }>;
  /** Whether the credentials were refused. */
  readonly isRefusal: boolean;
}

/** The error in an answer of the Invoke API that is not 2xx. @param text its body */
export function serviceError(
  { status, headers, text, nowMs }: { status: number; headers: HeaderValues; text: string; nowMs: number },
): ServiceError {
  const body = fieldsOf(text);
  const type = (headers.get("x-amzn-errortype") ?? textOf(body.__type)).replace(/^.*#|:.*$/g, "");
  const why = textOf(body.Reason) || textOf(body.message) || textOf(body.Message);
  const said = [type, shortened(why)].filter((part) => part !== "").join(": ");
  const reason = `${said || `Lambda answered with status ${status}`}${HINTS[type] ?? ""}`;
  const general = classify({ status, headers }, nowMs);
  const wait = general.retryAfterMs === undefined ? {} : { retryAfterMs: general.retryAfterMs };
  const meaning = MEANINGS[type];
  const isRefusal = ABOUT_CREDENTIALS.has(type);
  if (meaning === undefined) return { type, isRefusal, outcome: { ...general, reason } };
  if (meaning === "throttled") return { type, isRefusal, outcome: { kind: "throttled", reason, ...wait } };
  const retryable = meaning === "again";
  const cause = retryable ? { cause: "server-error" as const } : {};
  return { type, isRefusal, outcome: { kind: "failed", reason, retryable, ...cause, ...wait } };
}

/** The hints for the usual errors. */
const HINTS: Readonly<Record<string, string>> = {
  AccessDeniedException: ". Allow lambda:InvokeFunction of it",
  RequestTooLargeException: ". A payload may have 6 MB, of background calls 1 MB",
  ResourceNotFoundException: ". Look at its name, qualifier and region",
};

/**
 * The outcome of a function that failed in itself: that of a 500 of any other function, but a time-out is one.
 *
 * @param kind of X-Amz-Function-Error: Handled or Unhandled
 */
export function functionError(kind: string, text: string): Outcome {
  const { errorType, errorMessage } = fieldsOf(text);
  const what = [textOf(errorType), textOf(errorMessage)].filter((part) => part !== "").join(": ");
  const isTimeout = /Task timed out after|Sandbox\.Timedout/.test(what);
  return {
    kind: "failed",
    reason: `function error (${shortened(kind)}): ${shortened(what || text)}`,
    retryable: true,
    cause: isTimeout ? "timeout" : "server-error",
  };
}

/** Whether the end of a log, in base64, tells of a start of a container: in words, or as JSON. */
export function tellsColdStart(logResult: string | null): boolean {
  if (logResult === null) return false;
  try {
    return /Init Duration: |"initDurationMs":/.test(atob(logResult));
  } catch {
    return false;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
