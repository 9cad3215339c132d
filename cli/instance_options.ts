import {
  burst,
  fileText,
  isInstanceId,
  isObject,
  isTooDeep,
  type Json,
  type JsonText,
  membersOf,
  NO_ARGS,
  objectText,
  type ParsedJson,
  parseJson,
  readJson,
  realClock,
  stripUndefined,
  templateOf,
  withoutMark,
  writeJson,
} from "../lib/model/mod.ts";
import type { Load } from "../lib/produce/mod.ts";
import { UsageError } from "./errors.ts";
import type { LOAD_OPTIONS } from "./load_options.ts";
import { many, one, pair, text, type Values } from "./options.ts";

/** The options that say what instances carry and how they are named. */
export const INSTANCE_OPTIONS = {
  arg: many("K=V", "an argument for every instance: JSON, or else a text (repeatable)", argument),
  args: one("FILE", "arguments for every instance: a JSON object; --arg wins", text),
  id: one(
    "KEY",
    "one instance with this id; a known id is said to be known, and an error with other args",
    instanceId,
  ),
  "id-from": one(
    "TEMPLATE",
    "ids from JSONata over args, labels, chain and index: \"{% args.order & '-' & index %}\"",
    template,
  ),
} as const;

type InstanceValues = Values<typeof INSTANCE_OPTIONS & typeof LOAD_OPTIONS>;

/**
 * Makes the instances of a load carry and be named what the options say.
 *
 * @throws {UsageError} if they cannot be, or cannot be read
 */
export async function withInstances(load: Load, values: InstanceValues): Promise<Load> {
  if (values.id !== undefined && values["id-from"] !== undefined) {
    throw new UsageError("Choose one of --id and --id-from");
  }
  const given: Load = stripUndefined({
    ...load,
    args: await argsOf(values),
    idOf: await idsFrom(values["id-from"]),
  });
  return values.id === undefined ? given : single(given, values.id, values);
}

function single(load: Load, id: string, { poisson, burst: many, every, trace, count }: InstanceValues): Load {
  if ([poisson, many, every, trace, count].some((option) => option !== undefined)) {
    throw new UsageError(
      "--id names one instance. Leave out when and how many arrive, or name them by --id-from",
    );
  }
  const { chains } = load.workload;
  const arriving = chains.filter(({ share }) => share !== 0);
  if ((arriving.length || chains.length) > 1) {
    const names = chains.map(({ chain }) => chain.name);
    throw new UsageError(`--id names one instance. Choose its chain with --chain: ${names.join(", ")}`);
  }
  return { ...load, arrivals: burst(1), bounds: { count: 1 }, idOf: () => id };
}

async function argsOf({ arg, args }: InstanceValues): Promise<JsonText | undefined> {
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
    throw new UsageError(`--args: Cannot read ${path}: ${(cause as Error).message}`, { cause });
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

function instanceId(value: string): string {
  if (isInstanceId(value)) return value;
  throw new SyntaxError(`Cannot use "${value}" as an id. ${ID_WORDS}`);
}

const ID_WORDS = "Write 1 to 256 letters, digits and signs of ASCII, without spaces";

function template(value: string): string {
  const expression = templateOf(value);
  if (expression !== undefined) return expression;
  throw new SyntaxError(`Cannot read "${value}". Write JSONata in {% and %}, for example "{% args.order %}"`);
}

/** Integers that JavaScript would round as texts: ids that differ in their last digits are to differ. */
function withDigits(_key: string, value: Json, context?: { readonly source?: string }): Json {
  const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && context?.source !== undefined ? context.source : value;
}

/** The function that names instances by an expression; its code is loaded only if there is an expression. */
async function idsFrom(expression: string | undefined): Promise<Load["idOf"]> {
  if (expression === undefined) return undefined;
  const { checkExpression, Expressions } = await import("../lib/expression/mod.ts");
  const orUsage = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (cause) {
      throw new UsageError(`--id-from: ${(cause as Error).message}`, { cause });
    }
  };
  await orUsage(() => checkExpression(expression));
  const expressions = new Expressions(realClock); // it ends with the command
  return async (unnamed) => {
    const args = writeJson(JSON.parse(unnamed.args, withDigits));
    const json = await orUsage(async () => await expressions.value(expression, { ...unnamed, args }));
    const value = json === undefined ? undefined : readJson(json);
    const id = Number.isSafeInteger(value) ? String(value) : value;
    if (typeof id === "string" && isInstanceId(id)) return id;
    throw new UsageError(
      `--id-from: Cannot name instance ${unnamed.index} ${json ?? "nothing"}. ${ID_WORDS}`,
    );
  };
}
