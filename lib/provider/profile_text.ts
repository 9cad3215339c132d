import { checkDistribution, formatDuration, meanMs, nearest, ownOf } from "../model/mod.ts";
import { ProfileError } from "./errors.ts";
import { wholeCalls } from "./ceiling.ts";
import { type Parameter, PARAMETERS } from "./parameters.ts";
import { type Profile, profileNames, PROFILES } from "./profile.ts";

/**
 * Reads a profile as the command line names it: a name and parameters that override its numbers, for example
 * `hard-limit,limit=50,cold=150ms/500ms,keepalive=1m,retryafter=1s,speed=10`.
 *
 * @param named the profile that the name stands for, if it is no built-in one
 * @throws {ProfileError} if a name or a value is none, or a parameter says nothing without another
 */
export function parseProfile(text: string, named?: Profile): Profile {
  const [name = "", ...overrides] = text.split(",");
  const parameters = overrides.map((override): [string, string?] => {
    const [key = "", ...rest] = override.split("=");
    return rest.length === 0 ? [key] : [key, rest.join("=")];
  });
  return withParameters(named ?? builtIn(name), parameters, text);
}

/** The profile file that a text on the command line names, if it names one. */
export function profileFileOf(text: string): string | undefined {
  const [name = ""] = text.split(",");
  return name.includes("/") || name.endsWith(".json") ? name : undefined;
}

function builtIn(name: string): Profile {
  const profile = PROFILES.find((profile) => profile.name === name);
  if (profile !== undefined) return profile;
  throw new ProfileError(
    "unknown-profile",
    `Cannot find the profile "${name}"${hint(name, profileNames())} ` +
      `Choose from ${profileNames().join(", ")}, or name a file: ./${name || "mine"}.json`,
  );
}

/**
 * A profile with some of its numbers replaced.
 *
 * @param parameters their names and values, as texts
 * @param where the name of the profile in errors
 * @throws {ProfileError} if a value is none, or a parameter says nothing without another
 */
export function withParameters(
  profile: Profile,
  parameters: readonly (readonly [key: string, value?: string])[],
  where: string,
): Profile {
  const read = parameters.map(([key, value]) => readParameter(where, key, value));
  const changed: Profile = Object.assign({}, profile, ...read.map(({ part }) => part));
  for (const { written, needs } of read) {
    if (needs?.isMissing(changed)) {
      throw badProfile(where, written, `: it says nothing without ${needs.key}=…`);
    }
  }
  return changed;
}

interface ReadParameter {
  readonly written: string;
  readonly part: Partial<Profile>;
  readonly needs: Parameter["needs"];
}

function readParameter(where: string, key: string, value: string | undefined): ReadParameter {
  const written = value === undefined ? key : `${key}=${value}`;
  const parameter = ownOf(PARAMETERS, key);
  if (parameter === undefined) {
    const keys = Object.keys(PARAMETERS);
    throw badProfile(where, written, `${hint(key, keys)} Choose from ${keys.join(", ")}`);
  }
  if (value === undefined) {
    throw badProfile(where, written, `. Write ${key}=${parameter.form.replace("|", ` or ${key}=`)}`);
  }
  try {
    return { written, part: parameter.read(value), needs: parameter.needs };
  } catch (cause) {
    throw badProfile(where, written, `: ${(cause as Error).message}`, { cause });
  }
}

/** The parameters of a profile, with examples of their values, and what each says. */
export function profileParameters(): (readonly [form: string, help: string])[] {
  return Object.entries(PARAMETERS).map(([key, { form, help }]) => [`${key}=${form}`, help] as const);
}

/** The built-in profiles, and what each does. */
export function profileSummaries(): (readonly [name: string, words: string])[] {
  return PROFILES.map((profile) => [profile.name, numbersOf(profile)] as const);
}

function badProfile(where: string, written: string, why: string, options?: ErrorOptions): ProfileError {
  return new ProfileError("bad-profile", `Cannot use "${written}" in the profile ${where}${why}`, options);
}

/** The end of a sentence about a word that is none of some words. */
function hint(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  return near === undefined ? "." : `; did you mean "${near}"?`;
}

/** A profile in words, for people. */
export function profileWords(profile: Profile): string {
  return `${profile.name} (${numbersOf(profile)})`;
}

/** The behaviour of a provider, as far as it differs from an ideal one. */
function numbersOf(profile: Profile): string {
  const { queue, burst, rampPerS, allocation, backgroundQueue, backgroundShare, collapseTo } = profile;
  const cold = meanMs(checkDistribution(profile.coldStart));
  const words = [limitWords(profile), `cold start ${cold === 0 ? "none" : formatDuration(cold)}`];
  if (queue > 0) words.push(`queue ${queue}`);
  if (burst < Infinity) words.push(`burst ${burst}, then ${Math.round(rampPerS * 60)} a minute`);
  if (allocation > 1) words.push(`makes ${allocation} times the containers`);
  if (backgroundQueue > 0) words.push(`background queue ${backgroundQueue}`);
  if (backgroundShare < 1) words.push(`background share ${backgroundShare}`);
  if (collapseTo < 1) words.push(`collapses to ${collapseTo}`);
  return words.join(", ");
}

function limitWords({ limit, enforced }: Profile): string {
  if (limit === Infinity) return "limit none";
  if (enforced === Infinity) return `limit ${limit}, not enforced`;
  return enforced === 1 ? `limit ${limit}` : `limit ${limit}, ${wholeCalls(limit * enforced)} run`;
}
