import type { Clock, Random } from "../../../model/mod.ts";
import { QueueError } from "../../errors.ts";
import { asQueueError, kafkaFailureOf, reasonOf } from "./errors.ts";
import { type Broker, type Cluster, type ClusterOptions, COORDINATOR, newCluster } from "./kafkajs.ts";

/** Options of a link, with those for trying again. */
export interface LinkOptions extends ClusterOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Longest time without an answer from any broker before the link gives up, in milliseconds. (Default: for ever) */
  readonly giveUpAfterMs?: number | undefined;
  /** Called when no broker answers, and when one does again. */
  readonly onNote?: ((words: string, isWaiting?: boolean) => void) | undefined;
}

const FIRST_DELAY_MS = 20;
const LONGEST_DELAY_MS = 1000;
/** A silence as long as this is reported, in milliseconds: elections and restarts of a connection are shorter. */
const REPORT_AFTER_MS = 1000;
/** After this number of failures in a row all connections are made again. */
const RESET_AFTER = 3;

/** Whether brokers answer, for all links of a queue: reported once when they cease to, and once when they do again. */
export class Reachability {
  readonly #options: LinkOptions;
  #silentSinceMs: number | undefined;
  #answeredMs: number | undefined;
  #isReported = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  answered(): void {
    if (this.#isReported) this.#options.onNote?.(`Kafka at ${this.where} answers again`, false);
    this.#answeredMs = this.#options.clock.nowMs();
    this.#silentSinceMs = undefined;
    this.#isReported = false;
  }

  /**
   * @param askedMs since when that has been tried which failed, in milliseconds since 1970
   * @throws {QueueError} `unreachable`, if it has been silent for too long
   */
  silent(error: unknown, askedMs: number): void {
    const { clock, giveUpAfterMs = Infinity, onNote } = this.#options;
    const nowMs = clock.nowMs();
    this.#silentSinceMs ??= Math.max(askedMs, this.#answeredMs ?? 0);
    const silentMs = nowMs - this.#silentSinceMs;
    if (silentMs >= giveUpAfterMs) {
      throw new QueueError(
        "unreachable",
        `Cannot reach Kafka at ${this.where}: ${this.#reason(error)}, for ${
          Math.round(silentMs / 1000)
        } s. ` +
          "Check the address, and that the broker is up",
        { cause: error },
      );
    }
    if (this.#isReported || silentMs < REPORT_AFTER_MS) return;
    this.#isReported = true;
    onNote?.(
      `Cannot reach Kafka at ${this.where}: ${this.#reason(error)}. Trying again until it answers`,
      true,
    );
  }

  /** Brokers hang up on whoever does not speak as they expect. */
  #reason(error: unknown): string {
    const reason = reasonOf(error);
    if (this.#answeredMs !== undefined) return reason;
    if (reason.includes("before secure TLS connection")) return `${reason} (it may want no TLS there)`;
    return reason === "Closed connection"
      ? `${reason} (it may want TLS: ssl=true, or a login: sasl)`
      : reason;
  }

  get where(): string {
    return this.#options.brokers.join(",");
  }
}

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Connections to a cluster that come back by themselves: what fails for a while is tried again until it works. */
export class Link implements AsyncDisposable {
  readonly #options: LinkOptions;
  readonly #reachability: Reachability;
  readonly #topics = new Set<string>();
  readonly #closing: AbortSignal;
  readonly #open: (options: ClusterOptions) => Cluster;
  #cluster: Cluster;

  /** @param open makes connections; nothing is connected yet. (Default: those of kafkajs) */
  constructor(
    options: LinkOptions,
    reachability: Reachability,
    closing: AbortSignal,
    open: (options: ClusterOptions) => Cluster = newCluster,
  ) {
    this.#options = options;
    this.#reachability = reachability;
    this.#closing = closing;
    this.#open = open;
    this.#cluster = open(options);
  }

  /**
   * Adds topics that the link is used for, so that their leaders are known.
   *
   * @returns the number of partitions of each; 0 if there is no such topic
   */
  async use(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    for (const topic of topics) this.#topics.add(topic);
    return await this.run("read the topics", async (cluster) => {
      await cluster.addMultipleTargetTopics([...this.#topics]);
      return new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
    });
  }

  /** The topics that there are, each with the number of its partitions. */
  async topics(): Promise<Map<string, number>> {
    const { topicMetadata } = await this.run(
      "read the topics",
      (cluster) => cluster.metadata({ topics: [] }),
    );
    return new Map(topicMetadata.map(({ topic, partitionMetadata }) => [topic, partitionMetadata.length]));
  }

  /** The id of the cluster, if its brokers have one. */
  async clusterId(): Promise<string | undefined> {
    const { clusterId } = await this.run(
      "read the cluster's id",
      (cluster) => cluster.metadata({ topics: [] }),
    );
    return clusterId ?? undefined;
  }

  /**
   * Makes sure that a topic is absent, rather than hidden from this user.
   *
   * @throws {QueueError} `unauthorized`
   */
  async seek(topic: string): Promise<void> {
    await this.run(
      `look for the topic ${topic}`,
      (cluster) =>
        cluster.metadata({ topics: [topic] }).catch((error) => {
          if (error.type !== "UNKNOWN_TOPIC_OR_PARTITION") throw error;
        }),
    );
  }

  /** The broker that leads a partition, by its number; undefined if none does at present. */
  leaderId(topic: string, partition: number): number | undefined {
    try {
      const found = this.#cluster.findTopicPartitionMetadata(topic).find((each) =>
        each.partitionId === partition
      );
      return found === undefined || found.leader < 0 ? undefined : found.leader;
    } catch {
      return undefined; // nothing is known before it is connected
    }
  }

  /**
   * Asks the broker that leads some partitions.
   *
   * @throws {Parted} if it does not lead them all any more
   */
  async leader<T>(
    doing: string,
    of: readonly TopicPartition[],
    request: (broker: Broker) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return await this.run(doing, async (cluster) => {
      const leaders = of.map(({ topic, partition }) => this.leaderId(topic, partition));
      const unled = of[leaders.indexOf(undefined)];
      if (unled !== undefined) {
        await cluster.refreshMetadata();
        throw new NoLeader(unled);
      }
      const [nodeId] = leaders;
      if (leaders.some((each) => each !== nodeId)) throw new Parted();
      return await request(await cluster.findBroker({ nodeId: String(nodeId) }));
    }, signal);
  }

  /** Asks the coordinator of a group or of a transactional id. */
  async coordinator<T>(
    doing: string,
    of: keyof typeof COORDINATOR,
    groupId: string,
    request: (broker: Broker) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return await this.run(doing, async (cluster) => {
      const sought = { groupId, coordinatorType: COORDINATOR[of] };
      const broker = await cluster.findGroupCoordinator(sought).catch(async (error) => {
        if (error.name !== "KafkaJSGroupCoordinatorNotFound") throw error;
        await (await cluster.findControllerBroker()).findGroupCoordinator(sought); // which says why
        throw error;
      });
      return await request(broker);
    }, signal);
  }

  /** Asks the controller. */
  async controller<T>(doing: string, request: (broker: Broker) => Promise<T>): Promise<T> {
    return await this.run(doing, async (cluster) => await request(await cluster.findControllerBroker()));
  }

  /**
   * Does something until it works.
   *
   * @param doing what, for errors: "read the topics"
   * @throws {QueueError} `unreachable`, `unauthorized`, `too-large` or `failed`; `closed` if it is not to go on
   * @throws the error itself if it is about producers, groups or offsets: see {@linkcode kafkaFailureOf}
   */
  async run<T>(doing: string, action: (cluster: Cluster) => Promise<T>, signal = this.#closing): Promise<T> {
    const askedMs = this.#options.clock.nowMs();
    for (let failures = 0, delayMs = FIRST_DELAY_MS;; failures++) {
      this.#check(signal);
      try {
        const cluster = await this.#connected();
        const result = await action(cluster);
        this.#reachability.answered();
        return result;
      } catch (error) {
        const failure = kafkaFailureOf(error);
        this.#check(signal);
        if (["fenced", "expelled", "rebalancing", "out-of-range"].includes(failure)) throw error;
        if (failure !== "transient" || error instanceof QueueError) {
          throw asQueueError(error, doing, this.where);
        }
        this.#reachability.silent(error, askedMs);
        await this.#recover(error, failures);
      }
      const { clock, random } = this.#options;
      await clock.until(clock.nowMs() + delayMs * (0.5 + random.next() / 2), signal);
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
    }
  }

  async #connected(): Promise<Cluster> {
    if (!this.#cluster.isConnected()) {
      await this.#cluster.connect();
      await this.#cluster.addMultipleTargetTopics([...this.#topics]);
    }
    return this.#cluster;
  }

  async #recover(error: unknown, failures: number): Promise<void> {
    try {
      if ((failures + 1) % RESET_AFTER === 0) {
        const old = this.#cluster;
        this.#cluster = this.#open(this.#options);
        await old.disconnect();
      } else if ((error as { type?: unknown }).type !== undefined) await this.#cluster.refreshMetadata();
    } catch {
      // it is tried again anyway
    }
  }

  #check(signal: AbortSignal): void {
    if (this.#closing.aborted || signal.aborted) {
      throw new QueueError("closed", `Cannot go on: ${this.where} is closed`);
    }
  }

  get where(): string {
    return `Kafka at ${this.#reachability.where}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster.disconnect();
  }
}

/** A partition is between two leaders. */
class NoLeader extends Error {
  override readonly name = "KafkaJSBrokerNotFound";

  constructor({ topic, partition }: TopicPartition) {
    super(`partition ${partition} of ${topic} has no leader`);
  }
}

/** Partitions that were led by one broker have several leaders by now: each is to be asked by itself. */
export class Parted extends Error {
  override readonly name = "Parted";
}
