import {
  fileText,
  isObject,
  isTooDeep,
  type JsonText,
  membersOf,
  NO_ARGS,
  objectText,
  type ParsedJson,
  parseJson,
  withoutMark,
  writeJson,
} from "../../lib/model/mod.ts";
import { UsageError, whyUnread } from "../shell/errors.ts";
import { many, one, pair, text, type Values } from "../shell/options.ts";

/** The options that give arguments. */
export const ARGS_OPTIONS = {
  arg: many("K=V", "an argument for every instance: JSON, or else a text (repeatable)", argument),
  args: one("FILE", "arguments for every instance: a JSON object; --arg wins", text),
} as const;

/**
 * The arguments that the options give, as they were written; undefined: none.
 *
 * @throws {UsageError} if the file holds none
 */
export async function argsOf({ arg, args }: Values<typeof ARGS_OPTIONS>): Promise<JsonText | undefined> {
  const given = args === undefined ? undefined : await readArgs(args);
  if (arg.length === 0) return given;
  return objectText(new Map([...membersOf(given ?? NO_ARGS)!, ...arg]));
}

async function readArgs(path: string): Promise<JsonText> {
  let json: ParsedJson;
  try {
    const text = fileText(await Deno.readFile(path));
    json = parseJson(text) ?? JSON.parse(text); // which says where it is wrong
  } catch (cause) {
    throw new UsageError(`--args: Cannot read ${path}: ${whyUnread(cause)}`, { cause });
  }
  if (isObject(json.value) && !isTooDeep(json.value)) return json.text;
  throw new UsageError(
    `--args: ${path} holds no JSON object. Write { "name": value, … }, at most 100 levels deep`,
  );
}

function argument(given: string): readonly [string, JsonText] {
  const [name, value] = pair(given);
  return [name, jsonOrText(value)];
}

function jsonOrText(value: string): JsonText {
  const json = parseJson(withoutMark(value)); // as from $(cat FILE)
  return json === undefined || isTooDeep(json.value) ? writeJson(value) : json.text;
}
