import {
  burst,
  isInstanceId,
  isObject,
  type Json,
  type JsonObject,
  notJson,
  stripUndefined,
  templateOf,
} from "../lib/model/mod.ts";
import type { Load } from "../lib/produce/mod.ts";
import { UsageError } from "./errors.ts";
import type { LOAD_OPTIONS } from "./load_options.ts";
import { many, one, pair, text, type Values } from "./options.ts";

/** The options that say what instances carry and how they are named. */
export const INSTANCE_OPTIONS = {
  arg: many("K=V", "an argument for every instance: JSON, or else a text (repeatable)", argument),
  args: one("FILE", "arguments for every instance: a JSON object; --arg wins", text),
  id: one("KEY", "one instance with this id; the same id is submitted once", instanceId),
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

async function argsOf({ arg, args }: InstanceValues): Promise<JsonObject | undefined> {
  if (args === undefined && arg.length === 0) return undefined;
  return { ...args === undefined ? {} : await readArgs(args), ...Object.fromEntries(arg) };
}

async function readArgs(path: string): Promise<JsonObject> {
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    throw new UsageError(`--args: Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  if (isObject(value) && notJson(value) === undefined) return value as JsonObject;
  throw new UsageError(
    `--args: ${path} holds no JSON object. Write { "name": value, … }, at most 100 levels deep`,
  );
}

function argument(given: string): readonly [string, Json] {
  const [name, value] = pair(given);
  return [name, jsonOrText(value)];
}

function jsonOrText(value: string): Json {
  try {
    const json: Json = JSON.parse(value);
    return notJson(json) === undefined ? json : value;
  } catch {
    return value;
  }
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

/** What names instances by an expression; that is loaded only if there is one. */
async function idsFrom(expression: string | undefined): Promise<Load["idOf"]> {
  if (expression === undefined) return undefined;
  const { checkExpression, evaluate } = await import("../lib/expression/mod.ts");
  const orUsage = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (cause) {
      throw new UsageError(`--id-from: ${(cause as Error).message}`, { cause });
    }
  };
  await orUsage(() => checkExpression(expression));
  return async (unnamed) => {
    const id = await orUsage(() => evaluate(expression, unnamed));
    if (typeof id === "string" && isInstanceId(id)) return id;
    throw new UsageError(
      `--id-from: Cannot name instance ${unnamed.index} ${JSON.stringify(id) ?? "nothing"}. ${ID_WORDS}; ` +
        "$string(…) makes a text of a number",
    );
  };
}
