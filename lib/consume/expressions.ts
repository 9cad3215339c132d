import type { ExpressionError, Scope } from "../expression/mod.ts";
import {
  type Chain,
  isTemplate,
  type Json,
  type JsonObject,
  MAX_ITEMS,
  templateOf,
  templatesOf,
} from "../model/mod.ts";
import type { Decision, NodeCall } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";

/** JSONata is loaded with the first chain that needs it. */
const expressions = () => import("../expression/mod.ts");

const templated = new WeakMap<Chain, readonly boolean[]>();

/** Whether the arguments of a node hold templates; found once for all instances of its chain. */
function isTemplated(chain: Chain, node: number): boolean {
  let nodes = templated.get(chain);
  if (nodes === undefined) {
    templated.set(chain, nodes = chain.nodes.map(({ args }) => templatesOf(args).length > 0));
  }
  return nodes[node]!;
}

/**
 * What a node comes to that asks about what was answered before it.
 *
 * A reason for its failure begins with a stable code: those of {@linkcode ExpressionError}, `map-no-list`, `map-too-long`.
 */
export async function decisionOf(held: HeldInstance, node: number): Promise<Decision> {
  const { when, map } = held.instance.chain.nodes[node]!;
  const { evaluate, isTrue } = await expressions();
  const scope = await scopeOf(held, held.inputsOf(node));
  let field = "when";
  try {
    if (when !== undefined && !isTrue(await evaluate(when, scope))) return { kind: "skip" };
    if (map === undefined) return { kind: "run" };
    field = "map";
    return mapDecision(held, node, map.items, await evaluate(map.items, scope));
  } catch (error) {
    return { kind: "fail", reason: reasonOf(error, field) };
  }
}

function wordOf(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function mapDecision(held: HeldInstance, node: number, text: string, list: Json | undefined): Decision {
  if (!Array.isArray(list)) {
    const reason =
      `map-no-list: map: the expression ${JSON.stringify(text)} answers ${wordOf(list)} instead of a list. ` +
      "Write […] around it to make a list of what it answers";
    return { kind: "fail", reason };
  }
  if (list.length > MAX_ITEMS) {
    const reason = `map-too-long: map: the list has ${list.length} items, which is more than ${MAX_ITEMS}`;
    return { kind: "fail", reason };
  }
  const heldMap = held.mapOf(node);
  heldMap.list = list;
  const { onFailure } = held.instance.chain.nodes[node]!;
  for (const [item, { state, reason }] of heldMap.records) {
    if (state === "failed" && onFailure === "fail") {
      return { kind: "fail", reason: `item ${item}: ${reason}` };
    }
  }
  const done = new Set([...heldMap.records.keys()].filter((item) => item < list.length));
  return { kind: "map", count: list.length, done };
}

/** What a node is invoked with. */
export interface NodeData {
  readonly args: JsonObject;
  /** An item of a map gets none, as its map has them all: what it needs of them goes into its args. */
  readonly inputs: JsonObject;
}

/**
 * The data of an invocation, at once if nothing has to be evaluated.
 *
 * @throws {ExpressionError} (also in the promise) if a template fails
 */
export function dataOf(held: HeldInstance, { node, item }: NodeCall): NodeData | Promise<NodeData> {
  const { chain } = held.instance;
  const { args } = chain.nodes[node]!;
  const inputs = held.inputsOf(node);
  if (isTemplated(chain, node)) return rendered(held, { node, ...item !== undefined && { item } }, inputs);
  if (item === undefined) return { args, inputs };
  return { args: { ...itemOf(held, node, item), ...args }, inputs: {} };
}

async function rendered(held: HeldInstance, { node, item }: NodeCall, inputs: JsonObject): Promise<NodeData> {
  const { render } = await expressions();
  const scope = await scopeOf(held, inputs, node, item);
  const args = await render(held.instance.chain.nodes[node]!.args, scope);
  return item === undefined
    ? { args, inputs }
    : { args: { ...itemOf(held, node, item), ...args }, inputs: {} };
}

function itemOf(held: HeldInstance, node: number, item: number): { item: Json; index: number } {
  return { item: held.mapOf(node).list[item]!, index: item };
}

/**
 * The result of an instance whose nodes have all settled: its chain's `output`, or the outputs of its last nodes.
 *
 * @throws {ExpressionError} (in the promise) if it cannot be told
 */
export function resultOf(held: HeldInstance): Json | Promise<Json> {
  const { output } = held.instance.chain;
  if (output === undefined) return held.output();
  if (!isTemplate(output)) return output;
  return evaluateResult(held, templateOf(output)!);
}

async function evaluateResult(held: HeldInstance, text: string): Promise<Json> {
  const { evaluate } = await expressions();
  return await evaluate(text, await scopeOf(held, held.allOutputs())) ?? null;
}

async function scopeOf(held: HeldInstance, inputs: JsonObject, node?: number, item?: number): Promise<Scope> {
  const { readableInputs } = await expressions();
  const { id, chain, labels, submittedAtMs, args = {} } = held.instance;
  const texts = [...held.texts()].filter((name) => Object.hasOwn(inputs, name));
  return {
    inputs: texts.length === 0 ? inputs : readableInputs(inputs, texts),
    args,
    instance: { id, chain: chain.name, labels, submitted: new Date(submittedAtMs).toISOString() },
    ...item !== undefined && itemOf(held, node!, item),
    ...held.ending !== undefined && { reason: held.ending.reason ?? "" },
  };
}

/** The reason of a failure that an expression of a field has brought about. */
export function reasonOf(error: unknown, field: string): string {
  const { code = "expression-failed", message } = error as Partial<ExpressionError> & Error;
  return `${code}: ${field}: ${message}`;
}
