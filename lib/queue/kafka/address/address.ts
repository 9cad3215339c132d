import { parseDuration, parsePositiveDuration, stripUndefined } from "../../../model/mod.ts";
import { badAddress, durationOf } from "../../address_errors.ts";
import type { AddressText } from "../../address_parts.ts";
import type { Environment } from "../../kind.ts";
import { type KafkaSasl, type KafkaTls, oneOf, saslOf, tlsOf } from "./security.ts";
import { type KafkaSetting, kafkaSettings, type Settings } from "./settings.ts";

/** The options behind the `?` of a kafka address, which variables can set too. */
export interface KafkaAddressOptions {
  /** The consumer group: consumers of one group share the work. (Default: the prefix, and "sequoia") */
  readonly group?: string;
  /** Stands before the name of every topic. (Default: none) */
  readonly prefix?: string;
  /** Number of partitions that the topics get if they are created. (Default: 12) */
  readonly partitions?: number;
  /** On how many brokers each partition of a topic is kept if it is created. (Default: the broker's) */
  readonly replication?: number;
  /** Longest silence of a consumer before its instances go to others, in milliseconds: the session time-out. (Default: 10 s) */
  readonly leaseMs?: number;
  /** Time for which ended instances are kept, in milliseconds. (Default: 24 h) */
  readonly keepMs?: number;
  /** (Default: none) */
  readonly compression?: "none" | "gzip";
  /** Least time between two requests to a broker while there is much to write, in milliseconds. (Default: 5) */
  readonly lingerMs?: number;
  /** (Default: no TLS) */
  readonly tls?: KafkaTls;
  /** (Default: nobody logs in) */
  readonly sasl?: KafkaSasl;
  /** The client's name in the logs of the brokers. */
  readonly client?: string;
}

/** Where a queue on Kafka is, and how it is kept there. */
export interface KafkaAddress {
  readonly kind: "kafka";
  /** `host:port` each; an address of IPv6 stands in brackets. */
  readonly brokers: readonly string[];
  readonly options: KafkaAddressOptions;
}

const DEFAULT_PORT = 9092;
const MAX_PORT = 65_535;
/** Heartbeats are a part of it, and take a round trip each. */
const SHORTEST_LEASE_MS = 500;
const LONGEST_LINGER_MS = 1000;
/** More partitions of one topic are taken for a mistake. */
export const MAX_PARTITIONS = 10_000;
/** Kafka has 16 bits for it. */
const MAX_REPLICATION = 32_767;
/** Names of topics have at most 249 characters; ours need some of them. */
const MAX_NAME = 200;

const FORM = "Write kafka://HOST:9092, or several: kafka://HOST:9092,HOST:9092";

/**
 * Reads `kafka://[USER:PASSWORD@]HOST[:9092][,HOST…][?group=sequoia&…]`.
 *
 * @throws {QueueError} `bad-address`
 */
export function kafkaAddress(address: AddressText, env: Environment): KafkaAddress {
  const { parts } = address;
  if (parts.front === "") throw badAddress(address, "no // stands behind kafka:", FORM);
  const settings = kafkaSettings(address, env);
  const brokers = parts.place.replace(/\/$/, "").split(",").map((host) => brokerOf(address, host.trim()));
  return {
    kind: "kafka",
    brokers,
    options: stripUndefined({
      ...own(address, settings),
      tls: tlsOf(address, settings),
      sasl: saslOf(address, settings),
    }),
  };
}

/** `host:port` of one of the brokers. */
function brokerOf(address: AddressText, written: string): string {
  if (written === "") throw badAddress(address, "it lacks the name of a broker", FORM);
  if (/^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i.test(written)) {
    throw badAddress(address, "an address of IPv6 lacks its brackets", "Write kafka://[::1]:9092");
  }
  if (written.includes("/")) {
    throw badAddress(address, "a path stands behind the brokers", "Leave it out. Options stand behind a ?");
  }
  const [, host = "", colon = "", port = ""] = /^(\[[^\]]*\]|[^:]*)(:?)(.*)$/s.exec(written)!;
  const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= MAX_PORT;
  if (colon === "" ? port !== "" : !isPort) {
    throw badAddress(address, `a port is no number from 1 to ${MAX_PORT}`, FORM);
  }
  if (!/^(\[[0-9a-f:.]+(%[\w.-]+)?\]|[\w.-]+)$/i.test(host)) {
    throw badAddress(address, "the name of a broker holds what no name can", FORM);
  }
  return `${host}:${colon === "" ? DEFAULT_PORT : Number(port)}`;
}

/** The settings that are neither TLS nor login. */
function own(address: AddressText, settings: Settings) {
  const read = <T>(name: KafkaSetting, how: (value: string) => T): T | undefined => {
    const given = settings.get(name);
    return given && how(given.value);
  };
  return {
    group: read("group", (value) => named(address, "group", value)),
    prefix: read("prefix", (value) => prefixOf(address, value)),
    partitions: read("partitions", (value) => numberOf(address, "partitions", value, MAX_PARTITIONS)),
    replication: read("replication", (value) => numberOf(address, "replication", value, MAX_REPLICATION)),
    leaseMs: read("lease", (value) => leaseOf(address, value)),
    keepMs: read("keep", (value) => durationOf(address, "keep", () => parseDuration(value))),
    compression: settings.has("compression")
      ? oneOf(address, settings.get("compression")!, ["none", "gzip"])
      : undefined,
    lingerMs: read("linger", (value) => lingerOf(address, value)),
    client: read("client", (value) => named(address, settings.get("client")!.from, value)),
  };
}

function named(address: AddressText, from: string, value: string): string {
  if (value.length <= MAX_NAME && !/\p{Cc}/u.test(value)) return value;
  throw badAddress(
    address,
    `${from} is no name`,
    `Write at most ${MAX_NAME} characters, and none that cannot be seen`,
  );
}

function prefixOf(address: AddressText, value: string): string {
  if (value.length <= MAX_NAME && /^[A-Za-z0-9._-]+$/.test(value)) return value;
  const advice = `Write at most ${MAX_NAME} of A-Z a-z 0-9 . _ and -`;
  throw badAddress(address, "no topic's name can start with this prefix", advice);
}

function numberOf(address: AddressText, option: string, value: string, max: number): number {
  if (/^\d{1,9}$/.test(value) && Number(value) >= 1 && Number(value) <= max) return Number(value);
  throw badAddress(address, `${option} is no number it can have`, `Write a whole number from 1 to ${max}`);
}

function leaseOf(address: AddressText, value: string): number {
  const leaseMs = durationOf(address, "lease", () => parsePositiveDuration(value));
  if (leaseMs >= SHORTEST_LEASE_MS) return leaseMs;
  throw badAddress(address, `a lease of ${value} is too short`, `Write ${SHORTEST_LEASE_MS}ms or longer`);
}

function lingerOf(address: AddressText, value: string): number {
  const lingerMs = durationOf(address, "linger", () => parseDuration(value));
  if (lingerMs <= LONGEST_LINGER_MS) return lingerMs;
  throw badAddress(address, `a linger of ${value} is too long`, "Write 1s or less");
}
