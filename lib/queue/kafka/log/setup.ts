import { counted } from "../../../model/mod.ts";
import { QueueError } from "../../errors.ts";
import { reasonOf } from "../client/errors.ts";
import type { Link } from "../client/link.ts";
import {
  LEAST_UNCOMPACTED_MS,
  MAX_MESSAGE_BYTES,
  type TopicNames,
  type TopicPlan,
  topicPlans,
} from "./topics.ts";

/** The wanted form of the topics. */
export interface SetupOptions {
  readonly names: TopicNames;
  /** The wanted number of partitions; undefined: as many as there are, or the default if they are created. */
  readonly partitions: number | undefined;
  readonly defaultPartitions: number;
  /** On how many brokers each is kept; -1: as the broker has it. */
  readonly replication: number;
  readonly keepMs: number;
  /** Whether topics that are not there may be created. */
  readonly mayCreate: boolean;
  readonly onNote?: ((words: string) => void) | undefined;
}

/** The form that the topics have. */
export interface Setup {
  readonly partitions: number;
  /** Whether there is a topic for delayed instances: older versions have created none. */
  readonly hasDelayed: boolean;
  /** The largest message that `pending` takes, in bytes. */
  readonly maxBytes: number;
}

const CREATE_TIMEOUT_MS = 10_000;
const TOPIC_RESOURCE = 2;
/** Kafka's default of `max.message.bytes`. */
const DEFAULT_MAX_BYTES = 1_048_588;

/**
 * Creates the topics that are not there, and checks the others.
 *
 * @throws {QueueError} `bad-topic`, `cannot-open`, `unauthorized` or `unreachable`
 */
export async function setUpTopics(link: Link, options: SetupOptions): Promise<Setup> {
  const { names, mayCreate } = options;
  const before = await link.topics();
  const partitions = before.get(names.pending) ??
    (mayCreate ? await createPending(link, options) : options.defaultPartitions);
  const hasDelayed = mayCreate || before.has(names.delayed);
  const plans = topicPlans(names, partitions, options.keepMs).filter(({ topic }) =>
    hasDelayed || topic !== names.delayed
  );
  const missing = plans.filter(({ topic }) => !before.has(topic));
  if (missing.length > 0) {
    await link.seek(missing[0]!.topic);
    if (!mayCreate) throw noQueue(link, missing);
    await create(link, missing, options.replication);
  }
  const found = await link.use(plans.map(({ topic }) => topic));
  for (const { topic, partitions: wanted } of plans) checkPartitions(link, topic, found.get(topic)!, wanted);
  const { partitions: asked = 0 } = options;
  if (partitions < asked) throw tooFew(link, names.pending, partitions, asked);
  return { partitions, hasDelayed, maxBytes: await checkSettings(link, plans, options) };
}

/** Creates a topic that stands apart from the others, if it is not there. @returns its partitions */
export async function setUpTopic(link: Link, plan: TopicPlan, replication: number): Promise<number> {
  if (!(await link.topics()).has(plan.topic)) await create(link, [plan], replication);
  return (await link.use([plan.topic])).get(plan.topic)!;
}

/** Of several that begin a queue at once, the first says how it is divided. @returns that */
async function createPending(link: Link, options: SetupOptions): Promise<number> {
  const { names: { pending }, defaultPartitions, partitions = defaultPartitions, keepMs } = options;
  const plans = topicPlans(options.names, partitions, keepMs).filter(({ topic }) => topic === pending);
  await link.seek(pending); // it may be there, and hidden
  await create(link, plans, options.replication);
  return (await link.use([pending])).get(pending)!;
}

function noQueue(link: Link, missing: readonly TopicPlan[]): QueueError {
  const topics = missing.map(({ topic }) => topic).join(", ");
  return new QueueError(
    "cannot-open",
    `Cannot look into the queue of ${link.where}: it has no topic ${topics}. Submit something first: the topics are created then`,
  );
}

async function create(link: Link, plans: readonly TopicPlan[], replication: number): Promise<void> {
  const topics = plans.map(({ topic, partitions, settings }) => ({
    topic,
    numPartitions: partitions,
    replicationFactor: replication,
    configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
  }));
  await link.controller(
    `create the topics ${topics.map(({ topic }) => topic).join(", ")}`,
    (broker) => broker.createTopics({ topics, timeout: CREATE_TIMEOUT_MS }).catch(unlessThere),
  );
}

/** Another may have created them at the same time. */
function unlessThere(error: unknown): void {
  const { errors = [error] } = error as { readonly errors?: readonly unknown[] };
  const real = errors.find((each) => (each as { readonly type?: string }).type !== "TOPIC_ALREADY_EXISTS");
  if (real !== undefined) throw real;
}

function checkPartitions(link: Link, topic: string, found: number, wanted: number): void {
  if (found === wanted) return;
  throw new QueueError(
    "bad-topic",
    `Cannot use the queue of ${link.where}: topic ${topic} has ${
      counted(found, "partition")
    }, and needs ${wanted}, as many as the ` +
      `pending ones. Create it anew, or choose another prefix`,
  );
}

function tooFew(link: Link, topic: string, found: number, asked: number): QueueError {
  return new QueueError(
    "bad-topic",
    `Cannot use the queue of ${link.where}: topic ${topic} has ${
      counted(found, "partition")
    }, and ${asked} were asked for. Ask for ` +
      `${found} or fewer, or begin a queue with another prefix: instances keep to their partitions`,
  );
}

/** Settings that would lose something are told; whoever may not read them is trusted. @returns what `pending` takes */
async function checkSettings(
  link: Link,
  plans: readonly TopicPlan[],
  { names, onNote }: SetupOptions,
): Promise<number> {
  const resources = plans.map(({ topic, settings }) => ({
    type: TOPIC_RESOURCE,
    name: topic,
    configNames: Object.keys(settings),
  }));
  let found: Map<string, Map<string, string>>;
  try {
    const answer = await link.controller(
      "read the topics' settings",
      (broker) => broker.describeConfigs({ resources }),
    );
    found = new Map(answer.resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]));
  } catch (error) {
    if (error instanceof QueueError && error.code === "unreachable") throw error;
    onNote?.(`Cannot check the topics' settings: ${reasonOf(error)}`);
    return DEFAULT_MAX_BYTES;
  }
  const setting = (topic: string, name: string) => found.get(topic)?.get(name) ?? "";
  if (!setting(names.running, "cleanup.policy").includes("compact")) {
    onNote?.(`Topic ${names.running} is not compacted: it will grow for ever. Set cleanup.policy=compact`);
  }
  if (Number(setting(names.running, "min.compaction.lag.ms")) < LEAST_UNCOMPACTED_MS) {
    onNote?.(
      `Topic ${names.running} may be compacted at once: late writes of a consumer that was cut off could replace what ` +
        `the next one knows. Set min.compaction.lag.ms=${LEAST_UNCOMPACTED_MS}`,
    );
  }
  if (setting(names.pending, "retention.ms") !== "-1") {
    onNote?.(
      `Topic ${names.pending} forgets what waits too long. Set retention.ms=-1: Sequoia deletes what is over`,
    );
  }
  const largest = (topic: string) =>
    Math.min(Number(setting(topic, "max.message.bytes")) || DEFAULT_MAX_BYTES, MAX_MESSAGE_BYTES);
  const needed = Math.max(largest(names.pending), DEFAULT_MAX_BYTES);
  for (const { topic } of plans) {
    if (topic !== names.delayed && topic !== names.running && topic !== names.finished) continue;
    if (largest(topic) >= needed) continue;
    onNote?.(
      `Topic ${topic} takes messages of ${
        largest(topic)
      } bytes, too few for large outputs, or instances that are ` +
        `carried on. Set max.message.bytes=${MAX_MESSAGE_BYTES}`,
    );
  }
  return largest(names.pending);
}
