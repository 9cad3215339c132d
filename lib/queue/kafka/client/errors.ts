import { QueueError, type QueueErrorCode } from "../../errors.ts";

/** The meaning of an error of kafkajs for the request that failed. */
export type KafkaFailure =
  /** It may work if it is tried again: connections, elections, a broker that is not ready yet. */
  | "transient"
  /** Somebody else writes under this producer's name by now. */
  | "fenced"
  | "unauthorized"
  /** The broker's certificate is not trusted, or it trusts no client without one. */
  | "untrusted"
  | "too-large"
  /** The group does not know this member any more, or has gone on without it. */
  | "expelled"
  /** The group's members are to join it again. */
  | "rebalancing"
  /** The log does not reach back so far. */
  | "out-of-range"
  | "other";

const FAILURES: Readonly<Record<string, KafkaFailure>> = {
  INVALID_PRODUCER_EPOCH: "fenced",
  INVALID_PRODUCER_ID_MAPPING: "fenced",
  OUT_OF_ORDER_SEQUENCE_NUMBER: "fenced",
  UNKNOWN_PRODUCER_ID: "fenced",
  SASL_AUTHENTICATION_FAILED: "unauthorized",
  UNSUPPORTED_SASL_MECHANISM: "unauthorized",
  ILLEGAL_SASL_STATE: "unauthorized",
  MESSAGE_TOO_LARGE: "too-large",
  RECORD_LIST_TOO_LARGE: "too-large",
  UNKNOWN_MEMBER_ID: "expelled",
  ILLEGAL_GENERATION: "expelled",
  FENCED_INSTANCE_ID: "expelled",
  REBALANCE_IN_PROGRESS: "rebalancing",
  OFFSET_OUT_OF_RANGE: "out-of-range",
  CONCURRENT_TRANSACTIONS: "transient",
  UNKNOWN_TOPIC_OR_PARTITION: "transient",
  NOT_CONTROLLER: "transient",
  KAFKA_STORAGE_ERROR: "transient",
};

/** Codes that are newer than kafkajs, with their names in Kafka; any other code that it does not know is "other". */
const NEWER_FAILURES: Readonly<Record<string, KafkaFailure>> = {
  89: "transient", // THROTTLING_QUOTA_EXCEEDED
  90: "fenced", // PRODUCER_FENCED
};
/** The message of kafkajs for a code that it does not know. */
const UNKNOWN_CODE = /^Unknown error code (\d+)$/;

/** A login that was not refused: the connection broke meanwhile. */
const BROKEN_LOGIN = /: (Connection |Closed connection|Request )/;
/** The codes of node's TLS for certificates. */
const CERTIFICATE = /CERT|^UNABLE_TO_/;
/** The message of the Error that kafkajs throws while a broker's connection is being made or has just gone: nothing was sent. */
const NOT_CONNECTED = "Broker not connected";

interface KafkajsError extends Error {
  readonly type?: string;
  readonly retriable?: boolean;
  /** Of a KafkaJSDeleteTopicRecordsError. */
  readonly partitions?: readonly { readonly error: Error }[];
}

/** Tells what an error of kafkajs means. */
export function kafkaFailureOf(error: unknown): KafkaFailure {
  const root = rootOf(error);
  const { type = "", retriable = false, name } = root;
  if (type.endsWith("AUTHORIZATION_FAILED")) return "unauthorized";
  if (name === "KafkaJSSASLAuthenticationError") {
    return BROKEN_LOGIN.test(root.message) ? "transient" : "unauthorized";
  }
  if (CERTIFICATE.test(String((root as { code?: unknown }).code))) return "untrusted";
  const [, code = ""] = UNKNOWN_CODE.exec(root.message) ?? [];
  const known = FAILURES[type] ?? NEWER_FAILURES[code];
  if (known !== undefined) return known;
  if (
    /^KafkaJS(Connection|RequestTimeout|Broker|LockTimeout|Metadata|TopicMetadata|GroupCoordinator)/.test(
      name,
    )
  ) {
    return "transient";
  }
  if ((root as { code?: unknown }).code !== undefined && type === "") return "transient"; // ECONNREFUSED and the like
  if (root.message === NOT_CONNECTED) return "transient";
  return retriable ? "transient" : "other";
}

/** Whether an error means that a partition is another consumer's. */
export function isLoss(error: unknown): boolean {
  return error instanceof QueueError ? error.code === "lease-lost" : kafkaFailureOf(error) === "fenced";
}

/** The error of whoever writes to a partition that may be another consumer's. */
export function lostError(partition: number): QueueError {
  return new QueueError(
    "lease-lost",
    `Cannot write to partition ${partition}: it may be another consumer's by now. It is taken again if it is still due`,
  );
}

/** The words for an error: those of its deepest cause. */
export function reasonOf(error: unknown): string {
  return rootOf(error).message;
}

/** kafkajs wraps the errors of requests it has tried several times, and of answers for partitions. */
function rootOf(error: unknown): KafkajsError {
  let root: KafkajsError = error instanceof Error ? error : new Error(String(error));
  while (root.name !== "KafkaJSProtocolError") {
    const inner = root.cause ?? root.partitions?.[0]?.error;
    if (!(inner instanceof Error) || inner === root) break;
    root = inner;
  }
  return root;
}

/** An error of kafkajs as it goes to whoever uses the queue. */
export function asQueueError(error: unknown, doing: string, where: string): unknown {
  if (error instanceof QueueError || !(error instanceof Error)) return error;
  if (!/^KafkaJS/.test(error.name)) return error;
  const [code, state, advice] = explanationOf(error);
  return new QueueError(code, `Cannot ${doing}: ${where} ${state}. ${advice}`, {
    cause: error,
  });
}

/** The explanation of an error: its code, what the broker does, and what to do about it. */
function explanationOf(error: Error): [code: QueueErrorCode, state: string, advice: string] {
  const { name, type } = rootOf(error), reason = reasonOf(error);
  switch (kafkaFailureOf(error)) {
    case "untrusted":
      return [
        "unreachable",
        `and this client do not trust each other (${reason})`,
        "Name the authority of its certificate by ca=FILE, and, if it wants one, a certificate by cert=FILE and key=FILE",
      ];
    case "unauthorized":
      if (type === "ILLEGAL_SASL_STATE") {
        return [
          "unauthorized",
          "expects nobody to log in there",
          "Leave out user, password and sasl, or name the port where it does",
        ];
      }
      return name === "KafkaJSSASLAuthenticationError"
        ? ["unauthorized", `does not let this user in (${reason})`, "Check user, password and sasl"]
        : [
          "unauthorized",
          `does not let this user do it (${reason})`,
          "See the rights that docs/kafka.md lists",
        ];
    case "too-large":
      return ["too-large", "takes no message so large", "Raise max.message.bytes of the topic"];
  }
  if (type !== "INVALID_SESSION_TIMEOUT") {
    return ["failed", `answers: ${reason.replace(/\.$/, "")}`, "See the log of the broker"];
  }
  return [
    "failed",
    "takes no lease so short, or so long",
    "Write another one behind the ? of the address, as lease=10s, or set group.min.session.timeout.ms or " +
    "group.max.session.timeout.ms of the brokers",
  ];
}
