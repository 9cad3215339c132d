import type { Constants, ExpressionError, Expressions, Scope } from "../expression/mod.ts";
import {
  argsText,
  callKey,
  type Clock,
  hasTemplates,
  isTemplate,
  itemsOf,
  type JsonObject,
  type JsonText,
  MAX_ITEMS,
  membersOf,
  NO_ARGS,
  NULL,
  objectText,
  plainPath,
  renderTemplates,
  templateOf,
  textAt,
  writeJson,
} from "../model/mod.ts";
import { storableText } from "../queue/mod.ts";
import type { Decision, NodeCall } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";

/** The data with which a node is invoked. */
export interface NodeData {
  readonly args: JsonText;
  /** An item of a map gets none, as its map has them all: what it needs of them goes into its args. */
  readonly inputs: Readonly<Record<string, JsonText>>;
}

const NO_INPUTS: NodeData["inputs"] = {};

/** The context of an expression: the field it stands in, and its node or item, unless it is that of the result. */
interface Asking {
  readonly held: HeldInstance;
  readonly field: string;
  readonly inputs: NodeData["inputs"];
  readonly call?: NodeCall;
}

/**
 * Carries out what chains decide at run time. An expression has one outcome for each node, and item of a map, whenever it is
 * evaluated: chance is seeded by the key of the call and the field, and the present is the instant at which the last
 * predecessor ended.
 */
export class Decisions implements AsyncDisposable {
  readonly #clock: Clock;
  #expressions: Promise<Expressions> | undefined;

  constructor(clock: Clock, expressions?: Expressions) {
    this.#clock = clock;
    this.#expressions = expressions && Promise.resolve(expressions);
  }

  /** Ends what is being evaluated: whoever waits for it gets {@linkcode EvaluationStopped}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#expressions)?.[Symbol.asyncDispose]();
  }

  /** JSONata is loaded with the first chain that needs it. */
  #load(): Promise<Expressions> {
    return this.#expressions ??= import("../expression/mod.ts").then(({ Expressions }) =>
      new Expressions(this.#clock)
    );
  }

  /**
   * Decides a node whose `when` or `map` depends on the answers before it.
   *
   * A reason for its failure begins with a stable code: those of {@linkcode ExpressionError}, `map-too-long`.
   */
  async decisionOf(held: HeldInstance, node: number): Promise<Decision> {
    const { when, map } = held.instance.chain.nodes[node]!;
    const inputs = held.inputsOf(node);
    const asking = (field: string): Asking => ({ held, field, inputs, call: { node } });
    let field = "when";
    try {
      if (when !== undefined && !(await this.#isTrue(when, asking(field)))) return { kind: "skip" };
      if (map === undefined) return { kind: "run" };
      field = "map";
      return mapDecision(held, node, await this.#listOf(map.items, asking(field)));
    } catch (error) {
      return { kind: "fail", reason: reasonOf(error, field) };
    }
  }

  async #isTrue(text: string, asking: Asking): Promise<boolean> {
    return await (await this.#load()).isTrue(text, scopeOf(asking), constantsOf(asking));
  }

  async #listOf(text: string, asking: Asking): Promise<readonly JsonText[]> {
    const named = namedBy(text, asking);
    const items = named && itemsOf(named);
    return items ?? await (await this.#load()).list(text, scopeOf(asking), constantsOf(asking));
  }

  /**
   * The data of an invocation, at once if it has no templates.
   *
   * @throws {ExpressionError} (in the promise) if a template fails
   */
  dataOf(held: HeldInstance, call: NodeCall): NodeData | Promise<NodeData> {
    const node = held.instance.chain.nodes[call.node]!;
    const inputs = held.inputsOf(call.node);
    if (hasTemplates(node.args)) return this.#rendered(node.args, { held, field: "args", inputs, call });
    return dataWith(argsText(node), held, call, inputs);
  }

  async #rendered(args: JsonObject, asking: Asking & { readonly call: NodeCall }): Promise<NodeData> {
    const { held, call, inputs } = asking;
    const scope = scopeOf(asking);
    let length = 0;
    const textOf = async (text: string, field: string) => {
      const found = await this.#textOf(text, { ...asking, field }, scope);
      length += found.length;
      if (length > LONGEST_ARGS) throw await argsTooLong(text);
      return found;
    };
    return dataWith(await renderTemplates(args, textOf, "args"), held, call, inputs);
  }

  /**
   * The result of an instance whose nodes have all settled: its chain's `output`, or the outputs of its last nodes.
   *
   * @throws {ExpressionError} (in the promise) if it cannot be told
   */
  resultOf(held: HeldInstance): JsonText | Promise<JsonText> {
    const { output } = held.instance.chain;
    if (output === undefined) return held.output();
    if (!isTemplate(output)) return writeJson(output);
    return this.#textOf(templateOf(output)!, { held, field: "output", inputs: held.outputs() });
  }

  /** The value of a template: unchanged text, if it only names something; null if it has no value. */
  async #textOf(text: string, asking: Asking, scope?: Scope): Promise<JsonText> {
    const named = namedBy(text, asking);
    if (named !== undefined) return named;
    const expressions = await this.#load();
    return await expressions.value(text, scope ?? scopeOf(asking), constantsOf(asking)) ?? NULL;
  }
}

/** Longest that what templates put into the args of a call may be together, in characters. */
const LONGEST_ARGS = 32 * 2 ** 20;

async function argsTooLong(text: string): Promise<ExpressionError> {
  const { ExpressionError } = await import("../expression/mod.ts");
  return new ExpressionError("expression-size", text, `makes args of more than ${LONGEST_ARGS} characters`);
}

function mapDecision(held: HeldInstance, node: number, list: readonly JsonText[]): Decision {
  if (list.length > MAX_ITEMS) {
    const reason = `map-too-long: map: the list has ${list.length} items, which is more than ${MAX_ITEMS}`;
    return { kind: "fail", reason };
  }
  held.mapOver(node, list);
  const heldMap = held.mapOf(node);
  const done = new Set([...heldMap.records.keys()].filter((item) => item < list.length));
  return { kind: "map", count: list.length, done };
}

/** The approximate length of the data that is sent, in characters. */
export function dataLength({ args, inputs }: NodeData): number {
  return Object.values(inputs).reduce((length, input) => length + input.length, args.length);
}

function dataWith(
  args: JsonText,
  held: HeldInstance,
  { node, item }: NodeCall,
  inputs: NodeData["inputs"],
): NodeData {
  if (item === undefined) return { args, inputs };
  const own = membersOf(args)!;
  const members = new Map([["item", held.mapOf(node).list[item]!], ["index", writeJson(item)], ...own]);
  return { args: objectText(members), inputs: NO_INPUTS };
}

/** The text that an expression names, unchanged; undefined if it names nothing, or has to be evaluated. */
function namedBy(expression: string, { held, inputs, call }: Asking): JsonText | undefined {
  const path = plainPath(expression);
  if (path === undefined) return undefined;
  if (call?.item === undefined) return namedIn(path, held, inputs);
  const map = held.mapOf(call.node);
  if (path[0] === "item") return textAt(map.list[call.item]!, path.slice(1));
  if (!map.named.has(expression)) map.named.set(expression, namedIn(path, held, inputs));
  return map.named.get(expression);
}

function namedIn(
  [root, ...path]: readonly string[],
  held: HeldInstance,
  inputs: NodeData["inputs"],
): JsonText | undefined {
  if (root === "args") return textAt(held.instance.args ?? NO_ARGS, path);
  if (root !== "inputs") return undefined;
  const [name, ...rest] = path;
  const texts = [...held.texts()]; // which expressions cannot read
  if (name === undefined) return texts.length > 0 ? undefined : objectText(Object.entries(inputs));
  return texts.includes(name) || !Object.hasOwn(inputs, name) ? undefined : textAt(inputs[name]!, rest);
}

function scopeOf({ held, inputs, call }: Asking): Scope {
  const { id, chain, labels, submittedAtMs, args = NO_ARGS } = held.instance;
  const unreadable = [...held.texts()].filter((name) => Object.hasOwn(inputs, name));
  return {
    inputs,
    ...unreadable.length > 0 && { unreadable },
    args,
    instance: { id, chain: chain.name, labels, submitted: new Date(submittedAtMs).toISOString() },
    ...call?.item !== undefined && { item: held.mapOf(call.node).list[call.item]!, index: call.item },
    ...held.ending !== undefined && { reason: storableText(held.ending.reason ?? "") }, // as it is after a crash
  };
}

function constantsOf({ held, field, call }: Asking): Constants {
  const { instance } = held;
  const key = call === undefined ? instance.id : callKey(instance, call);
  return { seed: `${key} ${field}`, nowMs: Math.floor(held.readyAtMs(call?.node)) };
}

/**
 * The reason of a failure that an expression of a field has brought about.
 *
 * @throws the error, if no expression is to blame for it
 */
export function reasonOf(error: unknown, field: string): string {
  if (!(error instanceof Error) || error.name !== "ExpressionError") throw error;
  return `${(error as ExpressionError).code}: ${field}: ${error.message}`;
}
