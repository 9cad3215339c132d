import { counted, SequoiaError } from "../model/mod.ts";

/** The code of a queue's error; stable, for scripts and tests. */
export type QueueErrorCode =
  | "bad-address"
  | "cannot-open"
  | "not-a-queue"
  | "newer-version"
  | "read-only"
  | "lease-lost"
  /** Files of the queue were removed or replaced while it was open. */
  | "replaced"
  /** An id is known with another chain or other args. */
  | "id-conflict"
  /** No broker answers. */
  | "unreachable"
  /** The broker does not let this user do it. */
  | "unauthorized"
  /** The topics are not what this queue needs. */
  | "bad-topic"
  /** The topic holds messages of the original, and nobody has said whether they are to run. */
  | "starting-point"
  /** An instance or an output is larger than the queue takes. */
  | "too-large"
  /** A cursor is of no page of this queue. */
  | "bad-cursor"
  /** This kind of queue does not do what is asked. */
  | "unsupported"
  | "closed"
  | "busy"
  | "failed";

/** A queue that cannot do what was asked; the message says which queue, why and what to do. */
export class QueueError extends SequoiaError<QueueErrorCode> {
  /** The name of the class. */
  override readonly name = "QueueError";
  /** For `lease-lost`: the instances that another consumer has now. For `id-conflict`: the ids in question. */
  readonly ids: readonly string[];

  /** Makes an error with its stable code. */
  constructor(
    code: QueueErrorCode,
    message: string,
    { ids = [], ...options }: ErrorOptions & { readonly ids?: readonly string[] } = {},
  ) {
    super(code, message, {
      ...options,
      kind: code === "bad-address" || code === "bad-cursor" ? "usage" : "failure",
    });
    this.ids = ids;
  }
}

/** The rejection of a write for instances that another consumer has now. */
export function leaseLost(where: string, ids: readonly string[]): QueueError {
  const some = ids.slice(0, 5).map((id) => `"${id}"`).join(", ") + (ids.length > 5 ? ", …" : "");
  return new QueueError(
    "lease-lost",
    `Cannot write to ${where}: ${
      counted(ids.length, "instance is", "instances are")
    } not held by this consumer any more: ${some}. ` +
      "Drop them: they have ended or run elsewhere",
    { ids },
  );
}
