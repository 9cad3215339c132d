/** Where the settings of a queue on Kafka come from: the address, and variables for what it leaves out. */
import { percentDecoded } from "../../model/mod.ts";
import { badAddress, unknownOption, unreadValue } from "../address_errors.ts";
import { ADDRESS_OPTIONS, addressOptions, type AddressParts } from "../address_parts.ts";

/** A setting, by its name in addresses. */
export type KafkaSetting = typeof ADDRESS_OPTIONS.kafka[number];

/** The variables that settings are taken from if the address does not say them. */
export const KAFKA_VARIABLES = {
  user: "SEQUOIA_KAFKA_USER",
  password: "SEQUOIA_KAFKA_PASSWORD",
  sasl: "SEQUOIA_KAFKA_SASL",
  ssl: "SEQUOIA_KAFKA_SSL",
  ca: "SEQUOIA_KAFKA_CA",
  cert: "SEQUOIA_KAFKA_CERT",
  key: "SEQUOIA_KAFKA_KEY",
  client: "SEQUOIA_KAFKA_CLIENT",
} as const satisfies Partial<Record<KafkaSetting, string>>;

/** The value of a setting, and where it was said. */
export interface Said {
  readonly value: string;
  /** `ssl` for the address's own, or the variable. */
  readonly from: string;
  /** Whether the address says it. */
  readonly isOwn: boolean;
}

/** What is said, by setting. */
export type Settings = ReadonlyMap<KafkaSetting, Said>;

/**
 * Gathers what is said: of an option that is given twice the last counts, and the address wins over variables.
 *
 * @throws {QueueError} `bad-address`
 */
export function kafkaSettings(
  text: string,
  { login, query = "" }: AddressParts,
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  if (login !== undefined && /[/?#@]/.test(login)) { // first, as all behind it may be a part of the password
    throw badAddress(
      text,
      "what stands before the @ holds one of / ? # @",
      "Write / as %2F, ? as %3F, # as %23 and @ as %40 in a user and a password",
    );
  }
  const settings = new Map<KafkaSetting, Said>();
  for (const [name, variable] of Object.entries(KAFKA_VARIABLES) as [KafkaSetting, string][]) {
    const value = env[variable] ?? "";
    if (value !== "") settings.set(name, { value, from: variable, isOwn: false });
  }
  for (const option of addressOptions(query)) {
    const name = ADDRESS_OPTIONS.kafka.find((known) => known === option.name);
    if (name === undefined) throw unknownOption(text, option, ADDRESS_OPTIONS.kafka);
    if (option.value === undefined || option.value === "") throw unreadValue(text, name);
    settings.set(name, { value: option.value, from: name, isOwn: true });
  }
  if (login !== undefined) addLogin(text, login, settings);
  return settings;
}

/** Takes what stands before the `@`. */
function addLogin(text: string, login: string, settings: Map<KafkaSetting, Said>): void {
  const colon = login.indexOf(":");
  const said = { user: colon < 0 ? login : login.slice(0, colon), password: login.slice(colon + 1) };
  for (const name of colon < 0 ? ["user"] as const : ["user", "password"] as const) {
    if (settings.get(name)?.isOwn) {
      throw badAddress(
        text,
        `it says its ${name} twice`,
        `Leave out the option ${name}, or what stands before the @`,
      );
    }
    const value = percentDecoded(said[name]);
    if (value === undefined) {
      throw badAddress(text, `its ${name} holds a % that stands for no character`, "Write % as %25");
    }
    if (value === "") {
      throw badAddress(text, `its ${name} is empty`, "Write kafka://USER:PASSWORD@HOST:9092, or no @");
    }
    settings.set(name, { value, from: name, isOwn: true });
  }
}
