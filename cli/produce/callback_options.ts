import {
  type Callback,
  type InstanceOutcome,
  OUTCOMES,
  readCallback,
  WorkloadError,
} from "../../lib/model/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { secretReference } from "../options/secret_reference.ts";
import { UsageError } from "../shell/errors.ts";
import { one, optionGroup, type Values } from "../shell/options.ts";

/** The options that say where the ends of instances are told. */
export const CALLBACK_OPTIONS = optionGroup("for instances", {
  callback: one(
    "URL",
    "post the end of every instance there, signed (default: as the workload says)",
    callbackUrl,
  ),
  "callback-on": one("END,…", `only these ends: ${OUTCOMES.join(", ")} (default all)`, ends),
  "callback-secret": one(
    "REFERENCE",
    "sign with this secret of the consumer: env:NAME or file:PATH (default: the consumer's --callback-secret)",
    secretReference,
  ),
});

type CallbackValues = Values<typeof CALLBACK_OPTIONS>;

/**
 * Has the ends of a load's instances told as the options say.
 *
 * @throws {UsageError} if there is nothing that they are about
 */
export function withCallback(load: Load, values: CallbackValues): Load {
  const { callback: url, "callback-on": on, "callback-secret": secret } = values;
  if (url === undefined) {
    const lone = on !== undefined ? "--callback-on" : secret !== undefined ? "--callback-secret" : undefined;
    if (lone === undefined) return load;
    throw new UsageError(`${lone} is about --callback URL, which is not there. Write both, or neither`);
  }
  const callback: Callback = { url, ...on !== undefined && { on }, ...secret !== undefined && { secret } };
  const { workload } = load;
  const chains = workload.chains.map((entry) => ({ ...entry, callback }));
  return { ...load, workload: { ...workload, chains } };
}

function callbackUrl(text: string): string {
  try {
    return readCallback(text, "--callback").url;
  } catch (error) {
    if (error instanceof WorkloadError) throw new SyntaxError(error.detail, { cause: error });
    throw error;
  }
}

function ends(text: string): readonly InstanceOutcome[] {
  const words = text.split(","), known: readonly string[] = OUTCOMES;
  if (words.every((word) => known.includes(word)) && new Set(words).size === words.length) {
    return words as InstanceOutcome[];
  }
  throw new SyntaxError(`Cannot read "${text}" as ends. Write some of ${OUTCOMES.join(",")}`);
}
