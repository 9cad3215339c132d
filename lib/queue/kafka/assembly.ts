/** Ties the parts of a driver together: each knows only what it needs of the others. */
import { hostname } from "node:os";
import { ulidMaker } from "../../model/mod.ts";
import type { WireFormat } from "../../wire/mod.ts";
import { Bell } from "../bell.ts";
import { Losses } from "../losses.ts";
import type { Order } from "../queue.ts";
import { Appender } from "./client/appender.ts";
import type { Link } from "./client/link.ts";
import { KafkaDriver } from "./driver.ts";
import { DeadLetters } from "./log/dead_letters.ts";
import { EndReader } from "./log/end_reader.ts";
import { homes } from "./log/homes.ts";
import { KeyedTopic } from "./log/keyed_topic.ts";
import { partitionReading } from "./log/partition_reading.ts";
import { moved } from "./log/records.ts";
import type { Setup } from "./log/setup.ts";
import { Submitter } from "./log/submitter.ts";
import { Tail } from "./log/tail.ts";
import { consumersPlan, deployedPlan, type TopicNames, type TopicPlan } from "./log/topics.ts";
import type { CommandLog } from "./operator/command_log.ts";
import { ConsumerLog } from "./operator/consumer_log.ts";
import { DeploymentLog } from "./operator/deployment_log.ts";
import { Operator } from "./operator/operator.ts";
import { View } from "./operator/view.ts";
import type { KafkaQueueOptions } from "./options.ts";
import { logSubmissions, type SubmissionTopic } from "./original/mod.ts";
import { Deliveries } from "./owner/deliveries.ts";
import { Holds } from "./owner/holds.ts";
import { Membership } from "./owner/membership.ts";
import { Ownership } from "./owner/ownership.ts";
import { Upkeep } from "./owner/upkeep.ts";

/** The end of the group's name, unless another is given, and of the names of the writers of partitions. */
const DEFAULT_GROUP = "sequoia";
/** The session of consumers, in milliseconds; brokers take 6 s to 30 min by default. */
const DEFAULT_LEASE_MS = 10_000;
/** Least time between two requests to a broker while there is much to write, in milliseconds. */
const DEFAULT_LINGER_MS = 5;
const DEFAULT_RENEW_MS = 600_000;
/** Orders that wait for a listener; of more, the oldest are dropped: nobody listens. */
const MOST_ORDERS = 1000;
const TRANSACTION_TIMEOUT_MS = 60_000;

/** The options of a queue with those that opening it needs by their defaults. */
export type OpeningOptions =
  & KafkaQueueOptions
  & Required<Pick<KafkaQueueOptions, "prefix" | "replication" | "readOnly" | "keepMs">>
  & { readonly wire: WireFormat };

/** The topics of a queue, and the connections to them. */
export interface OpenedTopics extends Setup {
  readonly links: {
    readonly main: Link;
    /** Reads what others write: a request for more waits at the broker, and would hold others up. */
    readonly following: Link;
    /** Joins the group: that waits, too. */
    readonly joining: Link;
  };
  readonly names: TopicNames;
  /** Where the original's producers log what they submit, if instances are sent in its messages. */
  readonly submissions: SubmissionTopic | undefined;
  readonly log: CommandLog;
  /** Ends being a member. */
  readonly leaving: AbortController;
  /** Ends everything that goes on by itself. */
  readonly closing: AbortController;
}

/** A driver on open topics; it owns their connections. */
export function assembleDriver(options: OpeningOptions, opened: OpenedTopics): KafkaDriver {
  const { clock, random, prefix, replication, readOnly, keepMs, wire, onNote } = options;
  const { group = `${prefix}${DEFAULT_GROUP}`, leaseMs = DEFAULT_LEASE_MS } = options;
  const { renewMs = DEFAULT_RENEW_MS, lingerMs = DEFAULT_LINGER_MS, compression = "none" } = options;
  const { names, partitions, maxBytes, hasDelayed, submissions, log, leaving, closing } = opened;
  const { main, following, joining } = opened.links, { where } = main;
  const bell = new Bell(), due = new Bell(), own: Order[] = [], losses = new Losses(() => bell.ring());
  const ulid = ulidMaker(random), newId = () => ulid(Math.floor(clock.nowMs()));
  const { priorities } = options;
  const reading = partitionReading({ topic: names.pending, partitions, keepMs, priorities });
  const homeOf = homes(names.pending, partitions);
  const appender = new Appender({ link: main, clock, lingerMs, compression });
  const writer = appender.writer({
    whenFenced: "renew",
    identify: () =>
      main.controller(
        "begin to write",
        (broker) => broker.initProducerId({ transactionTimeout: TRANSACTION_TIMEOUT_MS }),
      ),
  });
  const keyed = (plan: TopicPlan) => new KeyedTopic({ link: main, writer, plan, replication });
  const deadLetters = new DeadLetters(main, names.dead);
  const failed = (error: unknown) => driver.fail(error);
  const tail = new Tail(following, clock, closing.signal, failed);
  const common = { link: main, clock, names, partitions };
  const ownership: Ownership = new Ownership({
    ...{ ...common, ...reading, tail, appender, group, keepMs, renewMs, bell, due, homeOf, failed },
    writers: `${prefix}${DEFAULT_GROUP}`,
    from: options.from,
    words: `${hostname()} ${Deno.pid}`,
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
  }, closing.signal);
  const view = new View({
    ...{ ...common, ...reading, keepMs, hasDelayed, closing: closing.signal },
    owned: (partition) => ownership.get(partition),
  });
  const operator: Operator = new Operator({
    ...{ ...common, group, log, writer, view, ownership, bell, newId, closing: closing.signal },
    follow: () => driver.follow(),
  });
  const membership = new Membership({
    ...{ link: joining, besides: main, clock, group, topic: names.pending, partitions, sessionMs: leaseMs },
    owned: () => ownership.claimed,
    allotted: (allotment) => ownership.apply(allotment),
    lost: () => ownership.lost(),
  }, leaving.signal);
  const driver: KafkaDriver = new KafkaDriver({
    ...{ where, readOnly, clock, bell, due, tail, log, writer, deadLetters, ownership, membership, operator },
    ...{ view, own, losses, leaving, closing },
    links: [main, following, joining],
    pending: names.pending,
    submitter: new Submitter({
      ...{ writer, clock, newId, homeOf, maxBytes, wire, urlOf: options.urlOf },
      ...{ topic: names.pending, delayed: names.delayed },
      log: submissions && ((instances) => logSubmissions(instances, submissions, { writer, clock })),
    }),
    consumers: new ConsumerLog({ topic: keyed(consumersPlan(names)), clock, id: newId() }),
    deployments: new DeploymentLog({ topic: keyed(deployedPlan(names)), clock, where }),
    deliveries: new Deliveries({
      ...{ ownership, clock, bell },
      ends: new EndReader(main, names.finished, partitions),
    }),
    holds: new Holds(ownership, `the queue of ${where}`),
    upkeep: new Upkeep({ link: main, clock, names, group, ownership, renewMs, onNote }),
  });
  return driver;
}
