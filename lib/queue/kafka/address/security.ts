import { badAddress } from "../../address_errors.ts";
import type { AddressText } from "../../address_parts.ts";
import type { GivenSetting, KafkaSetting, Settings } from "./settings.ts";

/** TLS to the brokers. Each is the path of a PEM file. */
export interface KafkaTls {
  /** The authorities that brokers' certificates are checked against. (Default: the system's) */
  readonly ca?: string;
  /** The client's own certificate; there is a `key` as well then. */
  readonly cert?: string;
  readonly key?: string;
}

const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;

/** Who the client is, and how it shows that. */
export interface KafkaSasl {
  readonly mechanism: typeof MECHANISMS[number];
  readonly user: string;
  /** A secret: it is never to be shown or logged. */
  readonly password: string;
}

/**
 * Whether and how TLS is used: if `ssl` says so, or a file for it is named.
 *
 * @throws {QueueError} `bad-address`
 */
export function tlsOf(address: AddressText, settings: Settings): KafkaTls | undefined {
  const ssl = settings.get("ssl");
  const isOff = ssl !== undefined && oneOf(address, ssl, ["true", "false"]) === "false";
  const files = (["ca", "cert", "key"] as const).filter((name) => settings.has(name));
  if (ssl && isOff) {
    // an address that says ssl=false means it, whatever files variables name
    const contrary = files.find((name) => settings.get(name)!.isOwn || !ssl.isOwn);
    if (contrary === undefined) return undefined;
    const state = `${settings.get(contrary)!.from} is for TLS, which ${ssl.from} turns off`;
    throw badAddress(address, state, "Leave one of them out, or write ssl=true behind the ?");
  }
  if (ssl === undefined && files.length === 0) return undefined;
  for (const [one, other] of [["cert", "key"], ["key", "cert"]] as const) {
    if (settings.has(one) && !settings.has(other)) throw lacks(address, settings, one, other);
  }
  return Object.fromEntries(files.map((name) => [name, settings.get(name)!.value]));
}

/**
 * Who logs in, if anybody does: a user, a password and a mechanism, or none of them.
 *
 * @throws {QueueError} `bad-address`
 */
export function saslOf(address: AddressText, settings: Settings): KafkaSasl | undefined {
  const [sasl, user, password] = [settings.get("sasl"), settings.get("user"), settings.get("password")];
  const given = sasl ? "sasl" : user ? "user" : password ? "password" : undefined;
  if (given === undefined) return undefined;
  if (!user) throw lacks(address, settings, given, "user");
  if (!password) throw lacks(address, settings, given, "password");
  if (!sasl) throw lacks(address, settings, "user", "sasl", `: ${MECHANISMS.join(", ")}`);
  for (const { value, from } of [user, password]) {
    if (value.includes("\0")) throw badAddress(address, `${from} holds a NUL`, "Write one without");
  }
  return { mechanism: oneOf(address, sasl, MECHANISMS), user: user.value, password: password.value };
}

const ADVICE = {
  user: "Write kafka://USER:PASSWORD@HOST:9092, or set SEQUOIA_KAFKA_USER",
  password: "Set SEQUOIA_KAFKA_PASSWORD, or write kafka://USER:PASSWORD@HOST:9092",
  sasl: "Write sasl=MECHANISM behind the ?, or set SEQUOIA_KAFKA_SASL",
  cert: "Write cert=FILE behind the ?, or set SEQUOIA_KAFKA_CERT",
  key: "Write key=FILE behind the ?, or set SEQUOIA_KAFKA_KEY",
} as const;

function lacks(
  address: AddressText,
  settings: Settings,
  said: KafkaSetting,
  missing: keyof typeof ADVICE,
  more = "",
): Error {
  const state = `there is a ${settings.get(said)!.from} and no ${missing}`;
  return badAddress(address, state, ADVICE[missing] + more);
}

/**
 * Reads one of several words. The error does not quote the value: variables are easily confused.
 *
 * @throws {QueueError} `bad-address`
 */
export function oneOf<const T extends string>(
  address: AddressText,
  { value, from }: GivenSetting,
  words: readonly T[],
): T {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw badAddress(address, `${from} has a value that it cannot have`, `Choose from ${words.join(", ")}`);
}
