import { nearest, parseDuration, parsePositiveDuration } from "../model/mod.ts";
import { QueueError } from "./queue.ts";

/** Where a queue is, and how it is kept there. */
export type QueueAddress =
  | { readonly kind: "memory" }
  | { readonly kind: "sqlite"; readonly path: string; readonly options: SqliteAddressOptions };

/** What may stand behind the `?` of a sqlite address. */
export interface SqliteAddressOptions {
  /** How long a consumer may be silent before what it holds goes to others, in milliseconds. */
  readonly leaseMs?: number;
  /** How long ended instances are kept, in milliseconds. */
  readonly keepMs?: number;
}

const FORMS = "Write sqlite:PATH, for example sqlite:.sequoia/queue.db, or memory:";

/**
 * Reads the address of a queue: `sqlite:PATH[?lease=5s&keep=24h]` or `memory:`.
 *
 * @throws {QueueError} `bad-address`
 */
export function parseQueueAddress(text: string): QueueAddress {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+]*):(.*)$/is.exec(text.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case "memory":
      if (rest !== "") throw badAddress(text, `"${rest}" stands behind memory:`, "Write memory:");
      return { kind: "memory" };
    case "sqlite":
      return sqliteAddress(text, rest);
    case "kafka":
      throw badAddress(text, "Kafka queues are not available in this version", FORMS);
    case "":
      throw badAddress(text, "it does not say of which kind the queue is", FORMS);
    default:
      throw badAddress(text, `there are no queues of the kind "${scheme}"`, FORMS);
  }
}

function sqliteAddress(text: string, rest: string): QueueAddress {
  const mark = rest.indexOf("?");
  const path = mark < 0 ? rest : rest.slice(0, mark);
  if (path === "") throw badAddress(text, "it names no file", FORMS);
  if (path === ":memory:") throw badAddress(text, "a queue in memory has its own address", "Write memory:");
  if (path.includes("\0")) throw badAddress(text, "no file can have this name", FORMS);
  const options: { leaseMs?: number; keepMs?: number } = {};
  for (const [key, value] of new URLSearchParams(mark < 0 ? "" : rest.slice(mark + 1))) {
    if (key === "lease") options.leaseMs = leaseOf(text, value);
    else if (key === "keep") options.keepMs = duration(text, "keep", () => parseDuration(value));
    else throw unknownOption(text, key);
  }
  return { kind: "sqlite", path, options };
}

/** Shorter leases would be lost to a garbage collection. */
const SHORTEST_LEASE_MS = 200;

function leaseOf(text: string, value: string): number {
  const leaseMs = duration(text, "lease", () => parsePositiveDuration(value));
  if (leaseMs >= SHORTEST_LEASE_MS) return leaseMs;
  throw badAddress(text, `a lease of ${value} is too short`, `Write ${SHORTEST_LEASE_MS}ms or longer`);
}

function duration(text: string, option: string, read: () => number): number {
  try {
    return read();
  } catch (cause) {
    throw badAddress(text, `${option} is no duration it can have`, (cause as Error).message, { cause });
  }
}

function unknownOption(text: string, key: string): QueueError {
  const near = nearest(key, ["lease", "keep"]);
  const advice = near === undefined ? "It may have lease and keep" : `Did you mean ${near}?`;
  return badAddress(text, `there is no option "${key}"`, advice);
}

function badAddress(text: string, state: string, advice: string, options?: ErrorOptions): QueueError {
  return new QueueError(
    "bad-address",
    `Cannot use the queue address "${text}": ${state}. ${advice}`,
    options,
  );
}
