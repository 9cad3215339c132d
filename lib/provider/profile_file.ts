import { isObject, type Json, type JsonObject } from "../model/mod.ts";
import { ProfileError } from "./errors.ts";
import { PARAMETERS } from "./parameters.ts";
import { type Profile, PROFILES } from "./profile.ts";
import { withParameters } from "./profile_text.ts";

/** The schema that a profile file names. */
const PROFILE_SCHEMA = "sequoia.profile/1";

/**
 * Writes a profile as a file that people can read and change: JSON, with the numbers by which it differs from `ideal` as the
 * command line writes them.
 *
 * @param extra more fields for the file, such as the evidence for the numbers; not read again
 * @throws {TypeError} if the cold start is neither constant nor log-normal
 */
export function profileFile(profile: Profile, extra: JsonObject = {}): string {
  const parameters: Record<string, Json> = {};
  for (const [key, { write, needs }] of Object.entries(PARAMETERS)) {
    const value = write(profile);
    if (value !== write(IDEAL) && !needs?.isMissing(profile)) parameters[key] = value;
  }
  return JSON.stringify({ schema: PROFILE_SCHEMA, name: profile.name, parameters, ...extra }, null, 2) + "\n";
}

/**
 * Reads what {@linkcode profileFile} has written. Keys that it does not know are passed over, but not parameters.
 *
 * @param where the file's path, for errors
 * @throws {ProfileError} if the text is no profile
 */
export function readProfileFile(text: string, where: string): Profile {
  const file = parsed(text, where);
  const { schema, name, parameters = {} } = file;
  if (schema !== PROFILE_SCHEMA) {
    throw notProfile(
      where,
      `its schema is ${JSON.stringify(schema) ?? "missing"}`,
      `Write "${PROFILE_SCHEMA}"`,
    );
  }
  if (typeof name !== "string" || name === "") {
    throw notProfile(where, "it has no name", 'Write "name": "mine"');
  }
  if (!isObject(parameters)) {
    throw notProfile(
      where,
      "its parameters are no object",
      'Write { "limit": "100", "cold": "150ms/500ms" }',
    );
  }
  const entries = Object.entries(parameters).map(([key, value]): [string, string] => {
    if (typeof value === "string") return [key, value];
    throw notProfile(where, `"${key}" is no text`, `Write "${key}": "${PARAMETERS[key]?.form ?? "…"}"`);
  });
  return withParameters({ ...IDEAL, name }, entries, where);
}

const IDEAL = PROFILES[0]!;

function parsed(text: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notProfile(where, `it is not JSON (${(cause as Error).message})`, HOW, { cause });
  }
  if (!isObject(value)) throw notProfile(where, "it is no object", HOW);
  return value;
}

const HOW = `Write { "schema": "${PROFILE_SCHEMA}", "name": "mine", "parameters": { "limit": "100" } }`;

function notProfile(where: string, state: string, how: string, options?: ErrorOptions): ProfileError {
  return new ProfileError("bad-profile", `Cannot read the profile ${where}: ${state}. ${how}`, options);
}
