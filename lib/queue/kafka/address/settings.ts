/** Where the settings of a queue on Kafka come from: the address, and variables for those that it leaves out. */
import { percentDecoded } from "../../../model/mod.ts";
import { badAddress, unknownOption, unreadValue } from "../../address_errors.ts";
import type { AddressText } from "../../address_parts.ts";
import type { AddressOptionHelp, Environment } from "../../kind.ts";

const TLS = "PEM file for TLS";

/** The options behind the `?`, and the variables for those that the address leaves out. */
export const KAFKA_OPTIONS = [
  {
    name: "group",
    help: "the consumer group: the same for all; a second one is refused",
    default: "PREFIX`sequoia`",
  },
  { name: "prefix", help: "what the names of topics, groups and writers begin with", default: "none" },
  { name: "partitions", help: "of topics that are created; `--partitions` wins", default: "12" },
  {
    name: "replication",
    help: "on how many brokers topics that are created are kept",
    default: "the brokers'",
  },
  { name: "lease", help: "how long a consumer may be silent", default: "10s" },
  { name: "keep", help: "how long ended instances are kept", default: "24h" },
  { name: "compression", help: "`gzip` or `none`", default: "none" },
  { name: "linger", help: "how far requests are apart when there is much to write", default: "5ms" },
  {
    name: "ssl",
    variable: "SEQUOIA_KAFKA_SSL",
    help: "TLS; on if one of the next three is said",
    default: "false",
  },
  { name: "ca", variable: "SEQUOIA_KAFKA_CA", help: `${TLS}: the authority`, default: "the system's" },
  {
    name: "cert",
    variable: "SEQUOIA_KAFKA_CERT",
    help: `${TLS}: the client's own certificate`,
    default: "none",
  },
  { name: "key", variable: "SEQUOIA_KAFKA_KEY", help: `${TLS}: the key of that`, default: "none" },
  {
    name: "sasl",
    variable: "SEQUOIA_KAFKA_SASL",
    help: "how the user logs in: `plain`, `scram-sha-256` or `scram-sha-512`",
    default: "not at all",
  },
  {
    name: "user",
    variable: "SEQUOIA_KAFKA_USER",
    help: "who logs in; also `kafka://USER:PASSWORD@HOST`",
    default: "nobody",
  },
  { name: "password", variable: "SEQUOIA_KAFKA_PASSWORD", help: "the password of that user; never shown" },
  {
    name: "client",
    variable: "SEQUOIA_KAFKA_CLIENT",
    help: "what the brokers' logs call it",
    default: "sequoia",
  },
] as const satisfies readonly AddressOptionHelp[];

/** A setting, by its name in addresses. */
export type KafkaSetting = typeof KAFKA_OPTIONS[number]["name"];

/** The value of a setting, and where it was said. */
export interface GivenSetting {
  readonly value: string;
  /** `ssl` for the address's own, or the variable. */
  readonly from: string;
  /** Whether the address sets it. */
  readonly isOwn: boolean;
}

/** The given values, by setting. */
export type Settings = ReadonlyMap<KafkaSetting, GivenSetting>;

/**
 * Gathers the given values: of an option that is given twice the last counts, and the address wins over variables.
 *
 * @throws {QueueError} `bad-address`
 */
export function kafkaSettings(
  address: AddressText,
  env: Environment,
): Settings {
  const { login } = address.parts;
  if (login !== undefined && /[/?#@]/.test(login)) { // first, as all behind it may be a part of the password
    throw badAddress(
      address,
      "what stands before the @ holds one of / ? # @",
      "Write / as %2F, ? as %3F, # as %23 and @ as %40 in a user and a password",
    );
  }
  const settings = new Map<KafkaSetting, GivenSetting>();
  for (const option of KAFKA_OPTIONS) {
    const variable = "variable" in option ? option.variable : undefined;
    const value = variable === undefined ? "" : env[variable] ?? "";
    if (value !== "") settings.set(option.name, { value, from: variable!, isOwn: false });
  }
  for (const option of address.options) {
    const name = KAFKA_OPTIONS.find((known) => known.name === option.name)?.name;
    if (name === undefined) throw unknownOption(address, option, KAFKA_OPTIONS.map(({ name }) => name));
    if (option.value === undefined || option.value === "") throw unreadValue(address, name);
    settings.set(name, { value: option.value, from: name, isOwn: true });
  }
  if (login !== undefined) addLogin(address, login, settings);
  return settings;
}

/** Takes the text before the `@`. */
function addLogin(address: AddressText, login: string, settings: Map<KafkaSetting, GivenSetting>): void {
  const colon = login.indexOf(":");
  const given = { user: colon < 0 ? login : login.slice(0, colon), password: login.slice(colon + 1) };
  for (const name of colon < 0 ? ["user"] as const : ["user", "password"] as const) {
    if (settings.get(name)?.isOwn) {
      throw badAddress(
        address,
        `it says its ${name} twice`,
        `Leave out the option ${name}, or what stands before the @`,
      );
    }
    const value = percentDecoded(given[name]);
    if (value === undefined) {
      throw badAddress(address, `its ${name} holds a % that stands for no character`, "Write % as %25");
    }
    if (value === "") {
      throw badAddress(address, `its ${name} is empty`, "Write kafka://USER:PASSWORD@HOST:9092, or no @");
    }
    settings.set(name, { value, from: name, isOwn: true });
  }
}
