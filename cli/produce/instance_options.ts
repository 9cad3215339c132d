import {
  burst,
  isInstanceId,
  type Json,
  readJson,
  realClock,
  stripUndefined,
  templateOf,
  writeJson,
} from "../../lib/model/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { UsageError } from "../shell/errors.ts";
import type { LOAD_OPTIONS } from "../options/load_options.ts";
import { ARGS_OPTIONS, argsOf } from "../options/args_options.ts";
import { one, optionGroup, type Values } from "../shell/options.ts";

/** The options that say what instances carry and how they are named. */
export const INSTANCE_OPTIONS = optionGroup("for instances", {
  ...ARGS_OPTIONS,
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
});

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

function single(load: Load, id: string, values: InstanceValues): Load {
  const { poisson, burst: many, every, arrivals, trace: [trace], count } = values;
  if ([poisson, many, every, arrivals, trace, count].some((option) => option !== undefined)) {
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
  const { checkExpression, Expressions } = await import("../../lib/expression/mod.ts");
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
