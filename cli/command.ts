import { parseCount, parsePositiveDuration } from "../lib/model/mod.ts";
import { choice, flag, one, type OptionTable, text } from "./options.ts";

/** What a command is given by `main`. */
export interface Context {
  /** Ends with the first ^C: let what is in flight end. */
  readonly drain: AbortSignal;
  /** Ends with the second ^C: stop at once. */
  readonly stop: AbortSignal;
  /** Writes the command's result, a line of text or JSON, to stdout. */
  print(line: string): void;
}

/** One subcommand. */
export interface Command {
  /** Its arguments, as in `WORKLOAD…`. */
  readonly usage: string;
  /** The words that its first argument may be. (Default: a file) */
  readonly words?: readonly string[];
  /** Lines that work as they stand, with what they do. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  readonly options: OptionTable;
  /** Whether it runs until it is told to end: SIGTERM is how a service manager does that, and no failure. (Default: false) */
  readonly isService?: boolean;
  /** The options that `--config` and variables of the environment may give. (Default: all) */
  readonly settings?: OptionTable;
  /** More tables of its help, by their titles. */
  readonly tables?: Readonly<Record<string, readonly (readonly [word: string, what: string])[]>>;
  /** @throws whatever goes wrong; `main` turns it into a line and an exit code */
  run(args: readonly string[], context: Context): Promise<void>;
}

/** The options that every command has. */
export const COMMON = {
  help: flag("show this help"),
  json: flag("write the result as JSON to stdout"),
  config: one(
    "FILE",
    'options from a JSON file, as {"policy": "fair-share"}; or $SEQUOIA_CONFIG. Each is also $SEQUOIA_<OPTION>',
    text,
  ),
  "log-level": one(
    "LEVEL",
    "debug, info, warn or error (default info)",
    choice("debug", "info", "warn", "error"),
  ),
  "log-format": one("FORMAT", "text or json (default text)", choice("text", "json")),
} as const;

/** `--queue` and what goes with it, for the commands that need one. */
export const QUEUE_OPTION = {
  queue: one(
    "ADDRESS",
    "the queue: sqlite:PATH, or kafka://HOST:9092 for many machines " +
      "(default $SEQUOIA_QUEUE, or sqlite:.sequoia/queue.db)",
    text,
  ),
  "queue-timeout": one(
    "DURATION",
    "give up when no broker answers, or the file is locked, for this long (default: keep trying)",
    parsePositiveDuration,
  ),
} as const;

/** What `--queue` may be, for the help of these commands. */
export const QUEUE_TABLE = {
  "Queues": [
    ["sqlite:PATH", "a file, for the processes of one machine; ?lease=5s&keep=24h may follow"],
    [
      "kafka://HOST:9092,HOST:9092",
      "brokers, for many machines; USER:PASSWORD@ may stand before them; after them may follow",
    ],
    [
      "  ?prefix=NAME&group=NAME",
      "what topics' names start with, and the consumer group (default PREFIXsequoia)",
    ],
    ["  &partitions=N&replication=N", "of topics that are created (default 12, and what the brokers say)"],
    ["  &lease=10s&keep=24h", "how long a consumer may be silent, and how long ended instances are kept"],
    ["  &compression=gzip&linger=5ms", "of messages, and how far requests are apart (default none and 5ms)"],
    ["  &ssl=true&ca=FILE&cert=FILE&key=FILE", "TLS ($SEQUOIA_KAFKA_SSL, _CA, _CERT, _KEY)"],
    [
      "  &sasl=plain|scram-sha-256|scram-sha-512",
      "how the user logs in ($SEQUOIA_KAFKA_SASL, _USER, _PASSWORD)",
    ],
    ["  &client=NAME", "what the brokers' logs call it ($SEQUOIA_KAFKA_CLIENT)"],
  ],
} as const;

/** `--partitions`, for the commands that create the topics of a queue. */
export const PARTITIONS_OPTION = {
  partitions: one("N", "into how many partitions topics are divided if they are created (Kafka)", parseCount),
} as const;
