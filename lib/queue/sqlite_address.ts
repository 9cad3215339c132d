import { parseDuration, parsePositiveDuration } from "../model/mod.ts";
import { badAddress, durationOf, unknownOption, unreadValue } from "./address_errors.ts";
import { ADDRESS_OPTIONS, addressOptions, addressParts } from "./address_parts.ts";

/** What may stand behind the `?` of a sqlite address. */
export interface SqliteAddressOptions {
  /** How long a consumer may be silent before what it holds goes to others, in milliseconds. */
  readonly leaseMs?: number;
  /** How long ended instances are kept, in milliseconds. */
  readonly keepMs?: number;
}

/** Shorter leases would be lost to a garbage collection. */
const SHORTEST_LEASE_MS = 200;

/**
 * Reads `sqlite:PATH[?lease=5s&keep=24h]`.
 *
 * @throws {QueueError} `bad-address`
 */
export function sqliteAddress(
  text: string,
): { readonly path: string; readonly options: SqliteAddressOptions } {
  const { place: path, query = "" } = addressParts(text);
  if (path === "") {
    throw badAddress(text, "it names no file", "Write sqlite:PATH, for example sqlite:.sequoia/queue.db");
  }
  if (path === ":memory:") throw badAddress(text, "a queue in memory has its own address", "Write memory:");
  if (path.includes("\0")) throw badAddress(text, "no file can have this name", "Write sqlite:PATH");
  const options: { leaseMs?: number; keepMs?: number } = {};
  for (const option of addressOptions(query)) {
    const { name, value } = option;
    if (name !== "lease" && name !== "keep") throw unknownOption(text, option, ADDRESS_OPTIONS.sqlite);
    if (value === undefined) throw unreadValue(text, name);
    if (name === "lease") options.leaseMs = leaseOf(text, value);
    else options.keepMs = durationOf(text, "keep", () => parseDuration(value));
  }
  return { path, options };
}

function leaseOf(text: string, value: string): number {
  const leaseMs = durationOf(text, "lease", () => parsePositiveDuration(value));
  if (leaseMs >= SHORTEST_LEASE_MS) return leaseMs;
  throw badAddress(text, `a lease of ${value} is too short`, `Write ${SHORTEST_LEASE_MS}ms or longer`);
}
