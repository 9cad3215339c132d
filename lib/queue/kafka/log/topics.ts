/** The topics of a queue: the original's names, and five that it lacks. */
export interface TopicNames {
  /** Submitted instances. Never deleted by age: trimmed when all before has ended or stands in `running`. */
  readonly pending: string;
  /** Submitted instances that are due later: they go to `pending` when they are. Compacted. */
  readonly delayed: string;
  /** The changelog of instances that have not ended: progress, called instances, who holds the partition. Compacted. */
  readonly running: string;
  /** The ends of instances. Deleted when their time is over. */
  readonly finished: string;
  /** Requests of operators, and the answers; pauses. One partition, compacted. */
  readonly commands: string;
  /** Messages that are no instances, with the reason. One partition. */
  readonly dead: string;
  /** The records that consumers write of themselves. One partition, compacted; the first consumer creates it. */
  readonly consumers: string;
  /** Deployed chains by name. One partition, compacted; the first deployment creates it. */
  readonly deployed: string;
  /** Where the original's producers log what they submit: only written to for its consumers. */
  readonly submissions: string;
}

/** The names of a queue's topics. */
export function topicNames(prefix: string): TopicNames {
  return {
    pending: `${prefix}pending_queue`,
    delayed: `${prefix}delayed_queue`,
    running: `${prefix}chain_running_queue`,
    finished: `${prefix}finished_queue`,
    commands: `${prefix}command_queue`,
    dead: `${prefix}dead_letter_queue`,
    consumers: `${prefix}consumer_queue`,
    deployed: `${prefix}deployed_queue`,
    submissions: `${prefix}producer_side_logging_queue`,
  };
}

/** Partitions of a queue that is created without a wish: each is worked on by one consumer, so it bounds these. */
export const DEFAULT_PARTITIONS = 12;
/** The largest message that our topics take: an instance or an output of 16 MiB, and the bytes around it. */
export const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

const HOUR_MS = 3_600_000;
/** Segments are files: smaller ones would be many, in milliseconds. */
const LEAST_SEGMENT_MS = 600_000;

/**
 * Least time before records of the changelog may be compacted, in milliseconds: compaction keeps the last record of a key,
 * so an owner has to have written again by then the records that a former one has overwritten.
 */
export const LEAST_UNCOMPACTED_MS = 60_000;

/** The settings with which a topic is created. */
export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

const size = { "max.message.bytes": String(MAX_MESSAGE_BYTES) };
const compacted = {
  "cleanup.policy": "compact",
  "segment.bytes": String(64 * 1024 * 1024), // brokers compact closed segments only, and a new owner reads them all
  "segment.ms": String(LEAST_SEGMENT_MS),
  "min.cleanable.dirty.ratio": "0.2",
  "delete.retention.ms": String(HOUR_MS),
};

/** The plan of each topic. */
export function topicPlans(names: TopicNames, partitions: number, keepMs: number): readonly TopicPlan[] {
  const forever = { "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1" };
  const segmentMs = Math.min(Math.max(keepMs / 24, LEAST_SEGMENT_MS), HOUR_MS);
  const kept = {
    "cleanup.policy": "delete",
    "retention.ms": String(Math.ceil(2 * keepMs)), // whoever comes late has to know what ended before it
    "segment.ms": String(Math.ceil(segmentMs)), // brokers delete whole segments, and what is over is read until then
  };
  const changelog = {
    ...compacted,
    "min.compaction.lag.ms": String(LEAST_UNCOMPACTED_MS),
    "message.timestamp.type": "LogAppendTime", // the lag goes by it, and a record that comes late may be old
  };
  return [
    { topic: names.pending, partitions, settings: { ...forever, ...size } },
    { topic: names.delayed, partitions, settings: { ...compacted, ...size } },
    { topic: names.running, partitions, settings: { ...changelog, ...size } },
    { topic: names.finished, partitions, settings: { ...kept, ...size } },
    { topic: names.commands, partitions: 1, settings: { ...compacted, ...size } },
    { topic: names.dead, partitions: 1, settings: { ...forever, ...size } },
  ];
}

/** The plan of the topic of consumers' records: only the latest ones are ever read. */
export function consumersPlan({ consumers: topic }: TopicNames): TopicPlan {
  const settings = {
    "cleanup.policy": "compact,delete",
    "segment.bytes": String(16 * 1024 * 1024),
    "segment.ms": String(LEAST_SEGMENT_MS),
    "retention.ms": String(HOUR_MS),
    "delete.retention.ms": String(LEAST_SEGMENT_MS),
  };
  return { topic, partitions: 1, settings };
}

/** The plan of the topic of deployed chains. */
export function deployedPlan({ deployed: topic }: TopicNames): TopicPlan {
  return { topic, partitions: 1, settings: { ...compacted, ...size } };
}
