/**
 * The one place that reaches behind kafkajs's door: its protocol layer (connections, SASL, TLS, versions, encoding).
 *
 * Its consumers and producers cannot do what a queue needs: they read no single partition without joining a group (which
 * takes 3 s on a broker with default settings), their heartbeats wait behind long fetches, and they fence a producer only by
 * transactions (11 ms a commit). The requests that it encodes can all of that.
 */
import { Buffer } from "node:buffer";
import ClusterModule from "kafkajs/cluster";
import crc32cModule from "kafkajs/crc32c";
import Decoder from "kafkajs/decoder";
import errorCodes from "kafkajs/error-codes";
import decodeMessages from "kafkajs/fetched-messages";
import loggers from "kafkajs/loggers";
import produceResponse from "kafkajs/produce-response";
import RequestQueueModule from "kafkajs/request-queue";
import defaultSocketFactory from "kafkajs/socket-factory";
import type { Cluster as PublicCluster, ISocketFactory, SASLOptions } from "kafkajs";
import type { ConnectionOptions } from "node:tls";

export { Buffer };
export type { ISocketFactory, SASLOptions };

/** A number of 64 bits as kafkajs has it. */
export interface Long {
  toString(): string;
}

/** Who writes: the broker takes nothing from an older epoch of the same producer once it has seen a newer one. */
export interface ProducerId {
  readonly producerId: Long;
  readonly producerEpoch: number;
}

/** A record as it is sent. */
export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  /** In milliseconds since 1970, as text. */
  readonly timestamp: string;
}

/** A record as it is fetched. */
export interface IncomingRecord {
  readonly offset: number;
  /** In milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | Buffer[]>>;
}

/** A member of a group, as the coordinator describes it. */
export interface DescribedMember {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
  readonly memberAssignment: Buffer;
}

/** Whose transaction it is. */
interface Transaction {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

type Partitioned<T> = readonly { readonly topic: string; readonly partitions: readonly T[] }[];

/** One broker: a method for each request. Each rejects with a kafkajs error; protocol errors have a `type`. */
export interface Broker {
  /** Sends a request that is encoded already. */
  readonly connectionPool: { send(protocol: unknown): Promise<unknown> };
  disconnect(): Promise<void>;
  listOffsets(request: {
    readonly isolationLevel: 0;
    readonly topics: Partitioned<{ readonly partition: number; readonly timestamp: number }>;
  }): Promise<
    {
      readonly responses: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
      }[];
    }
  >;
  initProducerId(
    request: { readonly transactionalId?: string; readonly transactionTimeout: number },
  ): Promise<ProducerId>;
  addPartitionsToTxn(
    request: Transaction & {
      readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
    },
  ): Promise<unknown>;
  endTxn(request: Transaction & { readonly transactionResult: boolean }): Promise<unknown>;
  findGroupCoordinator(
    request: { readonly groupId: string; readonly coordinatorType: CoordinatorType },
  ): Promise<unknown>;
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<{
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
  }>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(
    request: { readonly groupId: string; readonly groupGenerationId: number; readonly memberId: string },
  ): Promise<unknown>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  describeGroups(request: { readonly groupIds: readonly string[] }): Promise<
    { readonly groups: readonly { readonly state: string; readonly members: readonly DescribedMember[] }[] }
  >;
  offsetCommit(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: Partitioned<{ readonly partition: number; readonly offset: string }>;
  }): Promise<unknown>;
  offsetFetch(
    request: { readonly groupId: string; readonly topics: Partitioned<{ readonly partition: number }> },
  ): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[];
  }>;
  createTopics(request: {
    readonly topics: readonly {
      readonly topic: string;
      readonly numPartitions: number;
      readonly replicationFactor: number;
      readonly configEntries: readonly { readonly name: string; readonly value: string }[];
    }[];
    readonly timeout: number;
  }): Promise<unknown>;
  describeConfigs(request: {
    readonly resources: readonly {
      readonly type: number;
      readonly name: string;
      readonly configNames: readonly string[];
    }[];
  }): Promise<
    {
      readonly resources: readonly {
        readonly resourceName: string;
        readonly configEntries: readonly { readonly configName: string; readonly configValue: string }[];
      }[];
    }
  >;
  deleteRecords(
    request: { readonly topics: Partitioned<{ readonly partition: number; readonly offset: string }> },
  ): Promise<unknown>;
}

/** Connections to a cluster: two to each broker, one of them for fetches alone. */
export interface Cluster extends Pick<PublicCluster, "isConnected" | "connect" | "disconnect"> {
  refreshMetadata(): Promise<void>;
  /** All topics, if none are named. */
  metadata(of: { readonly topics: readonly string[] }): Promise<
    {
      /** Brokers before 0.10.1 have none. */
      readonly clusterId?: string | null;
      readonly topicMetadata: readonly {
        readonly topic: string;
        readonly partitionMetadata: readonly unknown[];
      }[];
    }
  >;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findTopicPartitionMetadata(
    topic: string,
  ): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(of: { readonly nodeId: string | number }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  findGroupCoordinator(
    of: { readonly groupId: string; readonly coordinatorType: CoordinatorType },
  ): Promise<Broker>;
}

/** A partition's part of a request to write: its batch of records, encoded. */
export interface EncodedPartition {
  readonly partition: number;
  readonly batch: Buffer;
}

/** A broker's answer to a request to write. */
export interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number; readonly baseOffset: string }[];
  }[];
}

/** Produce, version 7: what kafkajs speaks, and every broker since 2.1. */
const PRODUCE = { apiKey: 0, apiVersion: 7, apiName: "Produce" } as const;
const ACKS_OF_ALL = -1;
const PRODUCE_TIMEOUT_MS = 10_000;

/** A request with what reads its answer, as kafkajs takes it. */
export interface Protocol {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly body: Buffer;
  };
  readonly response: {
    decode(answer: Buffer): Promise<unknown>;
    parse(decoded: never): Promise<unknown>;
  };
  /** Longest time until the answer, in milliseconds. (Default: 15 s, which is the least) */
  readonly requestTimeout?: number;
}

/** Sends a request that is encoded already. */
export async function send(
  broker: Broker,
  { request: { body, ...request }, ...rest }: Protocol,
): Promise<unknown> {
  const encode = () => Promise.resolve({ buf: body, buffer: body }); // as kafkajs's Encoder
  try {
    return await broker.connectionPool.send({ request: { ...request, encode }, ...rest });
  } catch (error) {
    if ((error as Error).name === "KafkaJSConnectionClosedError") await broker.disconnect(); // as kafkajs does after its own
    throw error;
  }
}

/** Writes batches to partitions; resolves when all replicas that are in sync have them. */
export async function produce(broker: Broker, topics: Partitioned<EncodedPartition>): Promise<ProduceAnswer> {
  const request = { ...PRODUCE, body: produceRequest(topics) };
  return await send(broker, { request, response: produceResponse as Protocol["response"] }) as ProduceAnswer;
}

function produceRequest(topics: Partitioned<EncodedPartition>): Buffer {
  const parts = [numbers([-1, 2], [ACKS_OF_ALL, 2], [PRODUCE_TIMEOUT_MS, 4], [topics.length, 4])];
  for (const { topic, partitions } of topics) {
    parts.push(numbers([Buffer.byteLength(topic), 2]), Buffer.from(topic), numbers([partitions.length, 4]));
    for (const { partition, batch } of partitions) {
      parts.push(numbers([partition, 4], [batch.length, 4]), batch);
    }
  }
  return Buffer.concat(parts);
}

/** Whole numbers with a sign, each with its size in bytes. */
export function numbers(...list: readonly (readonly [value: number, bytes: 1 | 2 | 4 | 8])[]): Buffer {
  const buffer = Buffer.alloc(list.reduce((sum, [, bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [value, bytes] of list) {
    at = bytes === 8 ? buffer.writeBigInt64BE(BigInt(value), at) : buffer.writeIntBE(value, at, bytes);
  }
  return buffer;
}

/** A record as kafkajs decodes it. */
interface DecodedRecord extends Pick<IncomingRecord, "key" | "value" | "headers"> {
  readonly offset: string;
  readonly timestamp: string;
  readonly isControlRecord?: boolean;
}

/**
 * Reads batches of formats that are not our own reader's: those of brokers before 0.11.
 *
 * @throws kafkajs's error, if they are compressed by what it cannot read
 */
export async function decodeOtherBatches(bytes: Buffer): Promise<IncomingRecord[]> {
  const decode = decodeMessages as unknown as (decoder: unknown) => Promise<DecodedRecord[]>;
  const NewDecoder = Decoder as unknown as new (bytes: Buffer) => unknown;
  const decoded = await decode(new NewDecoder(Buffer.concat([numbers([bytes.length, 4]), bytes])));
  return decoded.filter(({ isControlRecord = false }) => !isControlRecord).map((
    { offset, timestamp, headers = {}, ...rest },
  ) => ({ ...rest, headers, offset: Number(offset), timestamp: Number(timestamp) }));
}

/** @throws kafkajs's error for what a broker answers, unless that is 0 */
export function failIfRefused(code: number): void {
  if (code !== 0) throw errorCodes.createErrorFromCode(code);
}

/** The checksum of batches of records: CRC-32C (Castagnoli). */
export const crc32c = crc32cModule as unknown as (bytes: Buffer) => number;

/** The kinds of coordinator. */
export const COORDINATOR = { group: 0, transaction: 1 } as const;
/** One of {@linkcode COORDINATOR}. */
export type CoordinatorType = typeof COORDINATOR[keyof typeof COORDINATOR];

/** The numbers of kafkajs for compression. */
export const COMPRESSION = { none: 0, gzip: 1 } as const;

/** Options for connecting to brokers. */
export interface ClusterOptions {
  /** `host:port` of some brokers; they name the others. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: ConnectionOptions | undefined;
  readonly sasl?: SASLOptions | undefined;
  /** For tests that cut connections. (Default: kafkajs's) */
  readonly socketFactory?: ISocketFactory | undefined;
  /** A connection need not take longer to be made than all may take, in milliseconds. (Default: as long as it takes) */
  readonly giveUpAfterMs?: number | undefined;
}

/** Longest time for making a connection, in milliseconds. */
const CONNECTION_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 15_000;

type ClusterConstructor = new (options: Readonly<Record<string, unknown>>) => Cluster;

/** Makes the connections; nothing is connected yet. The log of kafkajs goes nowhere: our errors tell of its own. */
export function newCluster(options: ClusterOptions): Cluster {
  patchRequestQueue();
  const { clientId, ssl, sasl, giveUpAfterMs = Infinity, socketFactory = defaultSocketFactory() } = options;
  const Constructor = ClusterModule as unknown as ClusterConstructor;
  return new Constructor({
    logger: loggers.createLogger({ level: 0, logCreator: () => () => {} }),
    ...reachableByIpv6(options.brokers, socketFactory),
    clientId,
    ssl: ssl ?? null,
    sasl: sasl ?? null,
    connectionTimeout: Math.min(CONNECTION_TIMEOUT_MS, giveUpAfterMs),
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    retry: { retries: 1, initialRetryTime: 20 },
  });
}

/** kafkajs takes brokers apart at their first colon: addresses of IPv6 have another name there until they are connected to. */
function reachableByIpv6(brokers: readonly string[], connect: ISocketFactory) {
  const hosts = new Map<string, string>();
  const named = brokers.map((broker, i) => {
    const [, host, port] = /^\[(.*)\]:(\d+)$/.exec(broker) ?? [];
    if (host === undefined) return broker;
    hosts.set(`#${i}`, host);
    return `#${i}:${port}`;
  });
  const socketFactory: ISocketFactory = ({ host, ...rest }) =>
    connect({ host: hosts.get(host) ?? host, ...rest });
  return { brokers: named, socketFactory };
}

interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

let isPatched = false;

/**
 * kafkajs 2.2.4 checks for pending requests a thousand times a second on every connection, even if none is, by a timer whose
 * delay is negative (the `TimeoutNegativeWarning`). It is to check while something is pending.
 */
function patchRequestQueue(): void {
  if (isPatched) return;
  isPatched = true;
  const { prototype } = RequestQueueModule as unknown as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
