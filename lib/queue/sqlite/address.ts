import { parseDuration, parsePositiveDuration } from "../../model/mod.ts";
import { badAddress, durationOf, unknownOption, unreadValue } from "../address_errors.ts";
import type { AddressText } from "../address_parts.ts";
import type { AddressOptionHelp, Environment } from "../kind.ts";

/** The options that may stand behind the `?` of a sqlite address. */
export interface SqliteAddressOptions {
  /** Longest silence of a consumer before its instances go to others, in milliseconds. */
  readonly leaseMs?: number;
  /** Time for which ended instances are kept, in milliseconds. */
  readonly keepMs?: number;
}

/** Where a queue in a file is, and how it is kept there. */
export interface SqliteAddress {
  readonly kind: "sqlite";
  readonly path: string;
  readonly options: SqliteAddressOptions;
}

/** The options that may stand behind the `?`, for the help. */
export const SQLITE_OPTIONS: readonly AddressOptionHelp[] = [
  { name: "lease", help: "how long a consumer may be silent", default: "5s" },
  { name: "keep", help: "how long ended instances are kept", default: "24h" },
];

/** Shorter leases would be lost to a garbage collection. */
const SHORTEST_LEASE_MS = 200;

/**
 * Reads `sqlite:PATH[?lease=5s&keep=24h]`. A path that begins with `~/` is in the home folder: shells put it in only at the
 * beginning of a word.
 *
 * @param env `HOME`, or `USERPROFILE` on Windows
 * @throws {QueueError} `bad-address`
 */
export function sqliteAddress(address: AddressText, env: Environment): SqliteAddress {
  const path = atHome(address, env);
  if (path === "") {
    throw badAddress(address, "it names no file", "Write sqlite:PATH, for example sqlite:.sequoia/queue.db");
  }
  if (path === ":memory:") {
    throw badAddress(address, "a queue in memory has its own address", "Write memory:");
  }
  if (path.includes("\0")) throw badAddress(address, "no file can have this name", "Write sqlite:PATH");
  const options: { leaseMs?: number; keepMs?: number } = {};
  for (const option of address.options) {
    const { name, value } = option;
    if (name !== "lease" && name !== "keep") {
      throw unknownOption(address, option, SQLITE_OPTIONS.map(({ name }) => name));
    }
    if (value === undefined) throw unreadValue(address, name);
    if (name === "lease") options.leaseMs = leaseOf(address, value);
    else options.keepMs = durationOf(address, "keep", () => parseDuration(value));
  }
  return { kind: "sqlite", path, options };
}

function atHome(address: AddressText, { HOME, USERPROFILE }: Environment): string {
  const { place } = address.parts, home = HOME || USERPROFILE;
  if (!/^~(\/|$)/.test(place)) return place;
  if (home !== undefined && home !== "") return home + place.slice(1);
  throw badAddress(address, "no home folder is known: the variable HOME is not set", "Write the whole path");
}

function leaseOf(address: AddressText, value: string): number {
  const leaseMs = durationOf(address, "lease", () => parsePositiveDuration(value));
  if (leaseMs >= SHORTEST_LEASE_MS) return leaseMs;
  throw badAddress(address, `a lease of ${value} is too short`, `Write ${SHORTEST_LEASE_MS}ms or longer`);
}
