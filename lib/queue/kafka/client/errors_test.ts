import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import kafkajs from "kafkajs";
import codes from "kafkajs/error-codes";
import { QueueError, type QueueErrorCode } from "../../errors.ts";
import { asQueueError, type KafkaFailure, kafkaFailureOf, reasonOf } from "./errors.ts";

const {
  KafkaJSBrokerNotFound,
  KafkaJSConnectionError,
  KafkaJSDeleteTopicRecordsError,
  KafkaJSError,
  KafkaJSGroupCoordinatorNotFound,
  KafkaJSLockTimeout,
  KafkaJSMetadataNotLoaded,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSRequestTimeoutError,
  KafkaJSSASLAuthenticationError,
} = kafkajs;

const { createErrorFromCode, errorCodes } = codes as unknown as {
  createErrorFromCode(code: number): Error;
  readonly errorCodes: readonly { readonly type: string; readonly code: number }[];
};

/** The answer of a broker, as kafkajs throws it. */
function answer(type: string): Error {
  return createErrorFromCode(errorCodes.find((each) => each.type === type)!.code);
}

/** As kafkajs wraps what it has tried several times. */
function givenUp(error: Error): Error {
  return new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 1, retryTime: 20 });
}

/** Classes whose types say that they take no arguments, though they do. */
function made(Class: new (message: string) => Error, message: string): Error {
  return new Class(message);
}

/** "Cannot <do what>: <current state>. <What to do>", as every error of the house. */
const HOUSE_STYLE = /^Cannot write to topic: Kafka at a:1 [^.].*[^.]\. [A-Z].*[^.]$/;

const ANSWERS: Readonly<Record<string, KafkaFailure>> = {
  NOT_LEADER_FOR_PARTITION: "transient",
  LEADER_NOT_AVAILABLE: "transient",
  UNKNOWN_TOPIC_OR_PARTITION: "transient",
  REQUEST_TIMED_OUT: "transient",
  NOT_ENOUGH_REPLICAS: "transient",
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: "transient",
  GROUP_LOAD_IN_PROGRESS: "transient",
  GROUP_COORDINATOR_NOT_AVAILABLE: "transient",
  NOT_COORDINATOR_FOR_GROUP: "transient",
  NOT_CONTROLLER: "transient",
  CONCURRENT_TRANSACTIONS: "transient",
  KAFKA_STORAGE_ERROR: "transient",
  INVALID_PRODUCER_EPOCH: "fenced",
  INVALID_PRODUCER_ID_MAPPING: "fenced",
  OUT_OF_ORDER_SEQUENCE_NUMBER: "fenced",
  UNKNOWN_PRODUCER_ID: "fenced",
  MESSAGE_TOO_LARGE: "too-large",
  RECORD_LIST_TOO_LARGE: "too-large",
  TOPIC_AUTHORIZATION_FAILED: "unauthorized",
  GROUP_AUTHORIZATION_FAILED: "unauthorized",
  CLUSTER_AUTHORIZATION_FAILED: "unauthorized",
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "unauthorized",
  SASL_AUTHENTICATION_FAILED: "unauthorized",
  UNSUPPORTED_SASL_MECHANISM: "unauthorized",
  ILLEGAL_SASL_STATE: "unauthorized",
  UNKNOWN_MEMBER_ID: "expelled",
  ILLEGAL_GENERATION: "expelled",
  FENCED_INSTANCE_ID: "expelled",
  REBALANCE_IN_PROGRESS: "rebalancing",
  OFFSET_OUT_OF_RANGE: "out-of-range",
  INVALID_CONFIG: "other",
  UNSUPPORTED_VERSION: "other",
};

Deno.test("kafkaFailureOf() tells what an answer of a broker means", () => {
  const found = Object.keys(ANSWERS).map((type) => [type, kafkaFailureOf(answer(type))]);
  assertEquals(Object.fromEntries(found), ANSWERS);
});

Deno.test("kafkaFailureOf() tells the same of an error that was wrapped, however often", () => {
  for (const [type, failure] of Object.entries(ANSWERS)) {
    assertEquals(kafkaFailureOf(givenUp(answer(type))), failure, type);
    assertEquals(kafkaFailureOf(givenUp(givenUp(answer(type)))), failure, type);
  }
});

Deno.test("kafkaFailureOf() knows the newer codes of brokers, and takes no unknown one for a fence", () => {
  const newer = Array.from({ length: 300 }, (_, code) => code).filter((code) =>
    !errorCodes.some((each) => each.code === code)
  );
  const found = newer.map((code) => [code, kafkaFailureOf(createErrorFromCode(code))] as const);
  const named: Readonly<Record<number, KafkaFailure>> = { 89: "transient", 90: "fenced" };
  assertEquals(found, newer.map((code) => [code, named[code] ?? "other"] as const));
});

Deno.test("kafkaFailureOf() tells that broken connections and silence may pass", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  for (
    const error of [
      new KafkaJSConnectionError("Connection error: refused"),
      new KafkaJSRequestTimeoutError("Request timed out"),
      made(KafkaJSBrokerNotFound, "Broker 1 not found"),
      made(KafkaJSMetadataNotLoaded, "Topic metadata not loaded"),
      made(KafkaJSGroupCoordinatorNotFound, "Failed to find group coordinator"),
      made(KafkaJSLockTimeout, "Timeout while acquiring lock"),
      refused,
    ]
  ) {
    assertEquals(kafkaFailureOf(error), "transient", error.name);
    assertEquals(kafkaFailureOf(givenUp(error)), "transient", error.name);
  }
});

Deno.test("kafkaFailureOf() goes by what kafkajs says of errors that it has no name for", () => {
  assertEquals(kafkaFailureOf(new KafkaJSError("it may work again")), "transient");
  assertEquals(kafkaFailureOf(new KafkaJSNonRetriableError("it never works")), "other");
  assertEquals(kafkaFailureOf(new TypeError("undefined is not a function")), "other");
  assertEquals(kafkaFailureOf("a text"), "other");
});

Deno.test("kafkaFailureOf() tells of a refused login that it is one", () => {
  assertEquals(kafkaFailureOf(made(KafkaJSSASLAuthenticationError, "wrong password")), "unauthorized");
});

Deno.test("kafkaFailureOf() tells a login that was cut off from one that was refused", () => {
  const broken = made(KafkaJSSASLAuthenticationError, "SASL PLAIN authentication failed: Connection timeout");
  assertEquals(kafkaFailureOf(broken), "transient");
});

Deno.test("kafkaFailureOf() tells that a certificate is not trusted, though kafkajs takes it for a broken connection", () => {
  for (const code of ["DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CERT_HAS_EXPIRED"]) {
    const error = new KafkaJSConnectionError("Connection error: certificate", { code } as never);
    assertEquals(kafkaFailureOf(error), "untrusted", code);
    const told = asQueueError(error, "write to topic", "Kafka at a:1") as QueueError;
    assertEquals(told.code, "unreachable");
    assertMatch(told.message, HOUSE_STYLE);
  }
});

Deno.test("kafkaFailureOf() looks into errors about the records of partitions", () => {
  const refused = new KafkaJSDeleteTopicRecordsError({
    topic: "pending_queue",
    partitions: [{ partition: 3, offset: "17", error: answer("TOPIC_AUTHORIZATION_FAILED") }],
  } as never);
  assertEquals(kafkaFailureOf(refused), "unauthorized");
  assertEquals(reasonOf(refused), answer("TOPIC_AUTHORIZATION_FAILED").message);
});

Deno.test("reasonOf() says the deepest cause", () => {
  const error = answer("NOT_ENOUGH_REPLICAS");
  assertEquals(reasonOf(givenUp(givenUp(error))), error.message);
  assertEquals(reasonOf("a text"), "a text");
});

Deno.test("asQueueError() gives each failure its code, and says what to do", () => {
  const codes: Readonly<Record<string, QueueErrorCode>> = {
    TOPIC_AUTHORIZATION_FAILED: "unauthorized",
    SASL_AUTHENTICATION_FAILED: "unauthorized",
    MESSAGE_TOO_LARGE: "too-large",
    ILLEGAL_SASL_STATE: "unauthorized",
    INVALID_SESSION_TIMEOUT: "failed",
    INVALID_CONFIG: "failed",
    POLICY_VIOLATION: "failed",
  };
  for (const [type, code] of Object.entries(codes)) {
    for (const cause of [answer(type), givenUp(answer(type))]) {
      const error = asQueueError(cause, "write to topic", "Kafka at a:1");
      assert(error instanceof QueueError);
      assertEquals(error.code, code);
      assertMatch(error.message, HOUSE_STYLE);
      assertStrictEquals(error.cause, cause);
    }
  }
});

Deno.test("asQueueError() ends a sentence once, also if the broker has", () => {
  const error = asQueueError(new KafkaJSNonRetriableError("No."), "read", "Kafka at a:1") as Error;
  assertEquals(error.message, "Cannot read: Kafka at a:1 answers: No. See the log of the broker");
});

Deno.test("asQueueError() leaves errors alone that are not kafkajs'", () => {
  for (const error of [new QueueError("closed", "Cannot go on"), new TypeError("no function"), "a text"]) {
    assertStrictEquals(asQueueError(error, "write", "Kafka at a:1"), error);
  }
});

Deno.test("a broker that is still being connected is asked again", () => {
  const cause = new Error("Broker not connected");
  assertStrictEquals(kafkaFailureOf(cause), "transient");
  const wrapped = Object.assign(new Error(cause.message, { cause }), { name: "KafkaJSNonRetriableError" });
  assertStrictEquals(kafkaFailureOf(wrapped), "transient");
});
