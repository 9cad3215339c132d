import { nearest } from "../model/mod.ts";
import type { AddressOption, AddressText } from "./address_parts.ts";
import { QueueError } from "./errors.ts";

/** The error of an address, which is shown without its secrets: neither `state` nor `advice` may quote any. */
export function badAddress(
  address: AddressText,
  state: string,
  advice: string,
  options?: ErrorOptions,
): QueueError {
  return new QueueError(
    "bad-address",
    `Cannot use the queue address "${address.words}": ${state}. ${advice}`,
    options,
  );
}

/**
 * Reads the value of an option by a function of the model.
 *
 * @throws {QueueError} `bad-address`
 */
export function durationOf(address: AddressText, option: string, read: () => number): number {
  try {
    return read();
  } catch (cause) {
    throw badAddress(address, `${option} is no duration it can have`, (cause as Error).message, { cause });
  }
}

/** The error of an option that a kind of queue does not have. */
export function unknownOption(
  address: AddressText,
  { name, written, hiddenIn }: AddressOption,
  names: readonly string[],
): QueueError {
  if (hiddenIn !== undefined) {
    return badAddress(address, `what stands behind ${hiddenIn} is no option`, "Write a & in a value as %26");
  }
  if (!written.includes("=")) {
    return badAddress(address, "an option has no value", "Write it as NAME=VALUE, and a & in a value as %26");
  }
  const near = nearest(name, names);
  const all = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return badAddress(
    address,
    `there is no option "${name}"`,
    near === undefined ? `It may have ${all}` : `Did you mean ${near}?`,
  );
}

/** The error of an option without a value, or with one that cannot be read. */
export function unreadValue(address: AddressText, name: string): QueueError {
  return badAddress(
    address,
    `${name} has no value that can be read`,
    `Write ${name}=VALUE, and a % in it as %25`,
  );
}
