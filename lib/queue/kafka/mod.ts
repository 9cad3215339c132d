/** The queue on Apache Kafka, shared by any number of machines. */
import { hostname } from "node:os";
import { type Clock, onAbort, type Random, ulidMaker } from "../../model/mod.ts";
import type { OriginalPriorities, UrlOf, WireFormat } from "../../wire/mod.ts";
import { Bell } from "../bell.ts";
import type { KafkaAddressOptions } from "./address/address.ts";
import { Losses } from "../losses.ts";
import type { Order, QueueDriver } from "../queue.ts";
import { Appender } from "./client/appender.ts";
import { ChainPool } from "./log/chain_pool.ts";
import { CommandLog } from "./operator/command_log.ts";
import { ConsumerLog } from "./operator/consumer_log.ts";
import { Deliveries } from "./owner/deliveries.ts";
import { EndReader } from "./log/end_reader.ts";
import { DeploymentLog } from "./operator/deployment_log.ts";
import { DeadLetters } from "./log/dead_letters.ts";
import { KafkaDriver } from "./driver.ts";
import { Holds } from "./owner/holds.ts";
import { homes } from "./log/homes.ts";
import type { IncomingRecord, ISocketFactory } from "./client/kafkajs.ts";
import { MessageReader } from "./log/message_reader.ts";
import { placeIn } from "./log/messages.ts";
import { KeyedTopic } from "./log/keyed_topic.ts";
import { Link, type LinkOptions, Reachability } from "./client/link.ts";
import { Membership } from "./owner/membership.ts";
import { Operator } from "./operator/operator.ts";
import { Ownership } from "./owner/ownership.ts";
import { PartitionState } from "./log/partition_state.ts";
import { moved } from "./log/records.ts";
import { connectionOf } from "./client/security.ts";
import { setUpTopics } from "./log/setup.ts";
import { type From, logSubmissions, setUpSubmissions } from "./original/mod.ts";
import { Submitter } from "./log/submitter.ts";
import { Tail } from "./log/tail.ts";
import { consumersPlan, DEFAULT_PARTITIONS, deployedPlan, topicNames, type TopicPlan } from "./log/topics.ts";
import { Upkeep } from "./owner/upkeep.ts";
import { View } from "./operator/view.ts";

/** Options for opening a queue on Kafka. */
export interface KafkaQueueOptions extends KafkaAddressOptions {
  /** Where to ask for the cluster first: `host:port` each. */
  readonly brokers: readonly string[];
  readonly clock: Clock;
  /** Jitter, and the names of requests. */
  readonly random: Random;
  /** Only to look at: everything that would write rejects with `read-only`. (Default: false) */
  readonly readOnly?: boolean;
  /** Longest time without an answer from any broker before `unreachable`, in milliseconds. (Default: it never gives up) */
  readonly giveUpAfterMs?: number;
  /** Called once each with what an operator should see: that brokers cannot be reached, that they answer again. */
  readonly onNote?: (words: string, isWaiting?: boolean) => void;
  /** In which messages instances are sent. (Default: sequoia) */
  readonly wire?: WireFormat;
  /** In the original's messages: where a function is. (Default: at its url) */
  readonly urlOf?: UrlOf;
  /**
   * Whether messages of the original that are there before the first consumer comes are run, or passed over: it may have run
   * them. (Default: `pull` rejects with `starting-point` if there are some)
   */
  readonly from?: From;
  /** Priorities of the original's instances and functions. (Default: none) */
  readonly priorities?: OriginalPriorities;
  /** Ends the opening, which rejects with `closed`: brokers may not be there. */
  readonly signal?: AbortSignal;
  /**
   * Time between two reminders to brokers of a partition's owner, in milliseconds: coordinators forget who ran no transaction
   * for `transactional.id.expiration.ms` (a week by default), and brokers a producer that has written nothing for
   * `producer.id.expiration.ms` (a day). (Default: 10 minutes)
   */
  readonly renewMs?: number;
  /** For tests: makes connections that can be cut. (Default: kafkajs's) */
  readonly socketFactory?: ISocketFactory;
}

/** The end of the group's name, unless another is given, and of the names of the writers of partitions. */
const DEFAULT_GROUP = "sequoia";
/** The session of consumers, in milliseconds; brokers take 6 s to 30 min by default. */
const DEFAULT_LEASE_MS = 10_000;
/** Time for which ended instances are kept, in milliseconds. */
const DEFAULT_KEEP_MS = 86_400_000;
/** Least time between two requests to a broker while there is much to write, in milliseconds. */
const DEFAULT_LINGER_MS = 5;
const DEFAULT_RENEW_MS = 600_000;
/** Most ends that are known, of all partitions together. */
const MAX_ENDS = 1_000_000;
/** Orders that wait for a listener; of more, the oldest are dropped: nobody listens. */
const MOST_ORDERS = 1000;
const TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * Opens a queue on Kafka.
 *
 * @throws {QueueError} `unreachable`, `unauthorized`, `bad-topic`, `cannot-open`, `closed` or `failed`
 */
export async function openKafkaQueue(options: KafkaQueueOptions): Promise<QueueDriver> {
  const { clock, random, readOnly = false, keepMs = DEFAULT_KEEP_MS, prefix = "", onNote } = options;
  const { replication = -1 } = options;
  const { group = `${prefix}${DEFAULT_GROUP}`, leaseMs = DEFAULT_LEASE_MS } = options;
  const leaving = new AbortController(), closing = new AbortController();
  const linkOptions: LinkOptions = {
    ...await connectionOf(options),
    clock,
    random,
    giveUpAfterMs: options.giveUpAfterMs,
    onNote,
  };
  const reachability = new Reachability(linkOptions);
  const newLink = () => new Link(linkOptions, reachability, closing.signal);
  const main = newLink(), following = newLink(), joining = newLink();
  const links = [main, following, joining];
  const names = topicNames(prefix);
  using opening = new DisposableStack();
  if (options.signal !== undefined) opening.defer(onAbort(options.signal, () => closing.abort()));
  try {
    const { partitions, maxBytes, hasDelayed } = await setUpTopics(main, {
      names,
      partitions: options.partitions,
      defaultPartitions: DEFAULT_PARTITIONS,
      replication,
      keepMs,
      mayCreate: !readOnly,
      onNote,
    });
    const { wire = "sequoia" } = options;
    const submissions = wire === "original" && !readOnly
      ? await setUpSubmissions(main, names.submissions, replication)
      : undefined;
    await following.use([names.pending, names.commands, ...hasDelayed ? [names.delayed] : []]);
    const log = new CommandLog(main, names.commands);
    await log.load();

    const where = main.where;
    const bell = new Bell(), due = new Bell();
    const own: Order[] = [];
    const losses = new Losses(() => bell.ring());
    const ulid = ulidMaker(random);
    const newId = () => ulid(Math.floor(clock.nowMs()));
    const maxEnds = Math.ceil(MAX_ENDS / partitions);
    const chains = new ChainPool();
    const newState = (partition: number) =>
      new PartitionState({
        partition,
        topic: names.pending,
        keepMs,
        maxEnds,
        chains,
        priorities: options.priorities,
      });
    const readers = Array.from(
      { length: partitions },
      (_, partition) =>
        new MessageReader({ partition, topic: names.pending, chains, priorities: options.priorities }),
    );
    const instanceOf = (partition: number, record: IncomingRecord) =>
      readers[partition]!.instance(record, placeIn(record));
    const { renewMs = DEFAULT_RENEW_MS, lingerMs = DEFAULT_LINGER_MS, compression = "none" } = options;
    const appender = new Appender({ link: main, clock, lingerMs, compression });
    const writer = appender.writer({
      whenFenced: "renew",
      identify: () =>
        main.controller(
          "begin to write",
          (broker) => broker.initProducerId({ transactionTimeout: TRANSACTION_TIMEOUT_MS }),
        ),
    });
    const homeOf = homes(names.pending, partitions);
    const deadLetters = new DeadLetters(main, names.dead);
    const keyed = (plan: TopicPlan) => new KeyedTopic({ link: main, writer, plan, replication });
    const consumers = new ConsumerLog({ topic: keyed(consumersPlan(names)), clock, id: newId() });
    const deployments = new DeploymentLog({ topic: keyed(deployedPlan(names)), clock, where });
    const failed = (error: unknown) => driver.fail(error);
    const tail = new Tail(following, clock, closing.signal, failed);
    const ownership: Ownership = new Ownership({
      link: main,
      tail,
      clock,
      names,
      partitions,
      writers: `${prefix}${DEFAULT_GROUP}`,
      group,
      from: options.from,
      keepMs,
      words: `${hostname()} ${Deno.pid}`,
      bell,
      due,
      instanceOf,
      chains,
      maxEnds,
      renewMs,
      newState,
      appender,
      homeOf,
      moveHome: async (record, partition) =>
        void await writer.append(names.pending, partition, [moved(record)]),
      setAside: (topic, partition, bad) => deadLetters.add(writer, topic, partition, bad, clock),
      order(order) {
        if (order.kind === "revoked" && order.withinMs === 0) return losses.add(order.ids);
        own.push(order);
        if (own.length > MOST_ORDERS) own.shift();
        bell.ring();
      },
      ready: () => operator.serve(),
      failed,
    }, closing.signal);
    const view = new View({
      keepMs,
      link: main,
      clock,
      names,
      partitions,
      newState,
      hasDelayed,
      instanceOf,
      owned: (partition) => ownership.get(partition),
      closing: closing.signal,
    });
    const operator: Operator = new Operator({
      link: main,
      clock,
      names,
      partitions,
      group,
      log,
      writer,
      view,
      ownership,
      bell,
      newId,
      follow: () => driver.follow(),
      closing: closing.signal,
    });
    const membership = new Membership({
      link: joining,
      besides: main,
      clock,
      group,
      topic: names.pending,
      partitions,
      sessionMs: leaseMs,
      owned: () => ownership.claimed,
      allotted: (allotment) => ownership.apply(allotment),
      lost: () => ownership.lost(),
    }, leaving.signal);
    const deliveries = new Deliveries({
      ...{ ownership, clock, bell },
      ends: new EndReader(main, names.finished, partitions),
    });
    const driver: KafkaDriver = new KafkaDriver({
      where,
      readOnly,
      clock,
      bell,
      due,
      links,
      pending: names.pending,
      tail,
      log,
      writer,
      submitter: new Submitter({
        writer,
        clock,
        topic: names.pending,
        delayed: names.delayed,
        newId,
        homeOf,
        maxBytes,
        wire,
        urlOf: options.urlOf,
        log: submissions && ((instances) => logSubmissions(instances, submissions, { writer, clock })),
      }),
      deadLetters,
      consumers,
      deployments,
      deliveries,
      ownership,
      holds: new Holds(ownership, `the queue of ${where}`),
      membership,
      operator,
      upkeep: new Upkeep({ link: main, clock, names, group, ownership, renewMs, onNote }),
      view,
      own,
      losses,
      leaving,
      closing,
    });
    return driver;
  } catch (error) {
    closing.abort();
    await Promise.all(links.map((link) => link[Symbol.asyncDispose]()));
    throw error;
  }
}
