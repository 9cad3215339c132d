import { WorkloadError } from "./errors.ts";
import { loginFault, shownUrl } from "./function_url.ts";
import type { InstanceOutcome } from "./instance_outcome.ts";
import { isObject } from "./json.ts";
import { checkOptions, type OptionNames } from "./options.ts";

/** A request that tells the end of an instance to a URL, signed as Standard Webhooks say it. */
export interface Callback {
  /** An absolute http or https URL: the end is posted there. */
  readonly url: string;
  /** The ends that are told. (Default: all) */
  readonly on?: readonly InstanceOutcome[];
  /**
   * The secret that signs, as `env:NAME` or `file:PATH`: of the consumer that delivers, if its `--secret` allows that. It never
   * crosses the queue. (Default: the secret of that consumer's `--callback-secret`)
   */
  readonly secret?: string;
}

/** All ends, in the order in which they are listed. */
export const OUTCOMES = ["completed", "failed", "cancelled"] as const satisfies readonly InstanceOutcome[];

const CALLBACK: OptionNames<Callback> = { url: true, on: true, secret: true };
/** The longest URL, in characters. */
const LONGEST_URL = 2048;
const SECRET = /^(?:env:[\w.-]+|file:[^\0]+)$/s;
/** The longest reference to a secret, in characters. */
const LONGEST_SECRET = 1024;

/** Callbacks that were found good: all instances of a load have the same one. */
const good = new WeakSet<object>();

/** Whether a value is a callback that can be delivered, as far as that can be known beforehand. */
export function isCallback(value: unknown): value is Callback {
  if (!isObject(value)) return false;
  if (good.has(value)) return true;
  if (callbackFault(value) !== undefined) return false;
  good.add(value);
  return true;
}

/**
 * Reads a callback, or its URL alone.
 *
 * @param of its owner, as errors name it
 * @throws {WorkloadError} if it cannot be used
 */
export function readCallback(given: string | Callback, of: string): Callback {
  const callback = typeof given === "string" ? { url: given } : given;
  checkOptions(callback, CALLBACK, { of: `the callback of ${of}`, code: "bad-callback" });
  const { url, on, secret } = callback;
  const read = { url, ...on !== undefined && { on }, ...secret !== undefined && { secret } };
  const fault = callbackFault(read);
  if (fault === undefined) return read;
  throw new WorkloadError("bad-callback", `the callback of ${of} cannot be used: ${fault}`);
}

/** Whether an end is told by a callback. */
export function isTold({ on = OUTCOMES }: Callback, outcome: InstanceOutcome): boolean {
  return on.includes(outcome);
}

/** Why a callback cannot be used, and what to write; undefined if it can. */
function callbackFault(value: unknown): string | undefined {
  if (!isObject(value)) return "it is no object. Write { url }";
  return urlFault(value.url) ?? endsFault(value.on) ?? secretFault(value.secret);
}

function urlFault(url: unknown): string | undefined {
  const parsed = typeof url === "string" ? URL.parse(url) : null;
  const shown = JSON.stringify(typeof url === "string" ? shownUrl(url.slice(0, LONGEST_URL)) : url);
  if (parsed === null || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    return `its url ${shown} is not absolute. Write https://host/path`;
  }
  if (parsed.href.length > LONGEST_URL) return `its url has more than ${LONGEST_URL} characters`;
  return loginFault(parsed);
}

function endsFault(on: unknown): string | undefined {
  if (on === undefined) return undefined;
  const known: readonly unknown[] = OUTCOMES;
  const isList = Array.isArray(on) && on.length > 0 && on.every((end) => known.includes(end));
  return isList && new Set(on).size === on.length
    ? undefined
    : `its ends are no list of ${OUTCOMES.join(", ")}. Write on: ["failed"], or leave it out for all`;
}

function secretFault(secret: unknown): string | undefined {
  const isReference = typeof secret === "string" && secret.length <= LONGEST_SECRET && SECRET.test(secret) &&
    secret.isWellFormed();
  return secret === undefined || isReference
    ? undefined
    : "its secret names none. Write env:NAME or file:PATH, which the consumer reads: the secret itself never crosses the queue";
}
