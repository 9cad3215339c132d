import type { ExpressionError, Scope } from "../expression/mod.ts";
import {
  argsText,
  hasTemplates,
  isTemplate,
  itemsOf,
  type Json,
  type JsonObject,
  type JsonText,
  MAX_ITEMS,
  membersOf,
  NO_ARGS,
  NULL,
  objectText,
  plainPath,
  readJson,
  renderTemplates,
  templateOf,
  textAt,
  writeJson,
} from "../model/mod.ts";
import type { Decision, NodeCall } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";

/** JSONata is loaded with the first chain that needs it. */
const expressions = () => import("../expression/mod.ts");

/**
 * What a node comes to that asks about what was answered before it.
 *
 * A reason for its failure begins with a stable code: those of {@linkcode ExpressionError}, `map-no-list`, `map-too-long`.
 */
export async function decisionOf(held: HeldInstance, node: number): Promise<Decision> {
  const { when, map } = held.instance.chain.nodes[node]!;
  let field = "when";
  try {
    if (when !== undefined) {
      const { isTrue } = await expressions();
      if (!isTrue(await valueOf(when, held, { node }))) return { kind: "skip" };
    }
    if (map === undefined) return { kind: "run" };
    field = "map";
    const named = namedBy(map.items, held, held.inputsOf(node), { node });
    const items = named && itemsOf(named);
    if (items !== undefined) return mapDecision(held, node, items);
    const list = await valueOf(map.items, held, { node });
    return Array.isArray(list) ? mapDecision(held, node, list.map(writeJson)) : noList(map.items, list);
  } catch (error) {
    return { kind: "fail", reason: reasonOf(error, field) };
  }
}

function wordOf(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function noList(text: string, value: Json | undefined): Decision {
  const reason =
    `map-no-list: map: the expression ${JSON.stringify(text)} answers ${wordOf(value)} instead of a list. ` +
    "Write […] around it to make a list of what it answers";
  return { kind: "fail", reason };
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

/** What a node is invoked with. */
export interface NodeData {
  readonly args: JsonText;
  /** An item of a map gets none, as its map has them all: what it needs of them goes into its args. */
  readonly inputs: Readonly<Record<string, JsonText>>;
}

/** How long what is sent is, about, in characters. */
export function dataLength({ args, inputs }: NodeData): number {
  return Object.values(inputs).reduce((length, input) => length + input.length, args.length);
}

const NO_INPUTS: NodeData["inputs"] = {};

/**
 * The data of an invocation, at once if it has no templates.
 *
 * @throws {ExpressionError} (in the promise) if a template fails
 */
export function dataOf(held: HeldInstance, call: NodeCall): NodeData | Promise<NodeData> {
  const node = held.instance.chain.nodes[call.node]!;
  const inputs = held.inputsOf(call.node);
  if (hasTemplates(node.args)) return rendered(held, call, node.args, inputs);
  return dataWith(argsText(node), held, call, inputs);
}

async function rendered(
  held: HeldInstance,
  call: NodeCall,
  args: JsonObject,
  inputs: NodeData["inputs"],
): Promise<NodeData> {
  const text = await renderTemplates(args, (expression) => textOf(expression, held, inputs, call));
  return dataWith(text, held, call, inputs);
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

/** What a template comes to: as it came, if it only names something; null if it answers nothing. */
async function textOf(
  expression: string,
  held: HeldInstance,
  inputs: NodeData["inputs"],
  call?: NodeCall,
): Promise<JsonText> {
  const named = namedBy(expression, held, inputs, call);
  if (named !== undefined) return named;
  const value = await valueOf(expression, held, call);
  return value === undefined ? NULL : writeJson(value);
}

/** What an expression of a node answers, or of the result if there is none. */
async function valueOf(expression: string, held: HeldInstance, call?: NodeCall): Promise<Json | undefined> {
  const { evaluate } = await expressions();
  const inputs = call === undefined ? held.readOutputs() : held.readInputs(call.node);
  return await evaluate(expression, await scopeOf(held, inputs, call?.node, call?.item));
}

/** What an expression names, as it came; undefined if it names nothing, or has to be evaluated. */
function namedBy(
  expression: string,
  held: HeldInstance,
  inputs: NodeData["inputs"],
  call?: NodeCall,
): JsonText | undefined {
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

/**
 * The result of an instance whose nodes have all settled: its chain's `output`, or the outputs of its last nodes.
 *
 * @throws {ExpressionError} (in the promise) if it cannot be told
 */
export function resultOf(held: HeldInstance): JsonText | Promise<JsonText> {
  const { output } = held.instance.chain;
  if (output === undefined) return held.output();
  if (!isTemplate(output)) return writeJson(output);
  return textOf(templateOf(output)!, held, held.outputs());
}

async function scopeOf(held: HeldInstance, inputs: JsonObject, node?: number, item?: number): Promise<Scope> {
  const { readableInputs } = await expressions();
  const { id, chain, labels, submittedAtMs } = held.instance;
  const texts = [...held.texts()].filter((name) => Object.hasOwn(inputs, name));
  return {
    inputs: texts.length === 0 ? inputs : readableInputs(inputs, texts),
    args: held.readArgs(),
    instance: { id, chain: chain.name, labels, submitted: new Date(submittedAtMs).toISOString() },
    ...item !== undefined && { item: readJson(held.mapOf(node!).list[item]!), index: item },
    ...held.ending !== undefined && { reason: held.ending.reason ?? "" },
  };
}

/** The reason of a failure that an expression of a field has brought about. */
export function reasonOf(error: unknown, field: string): string {
  const { code = "expression-failed", message } = error as Partial<ExpressionError> & Error;
  return `${code}: ${field}: ${message}`;
}
