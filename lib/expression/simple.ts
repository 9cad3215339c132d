import jsonata from "jsonata";
import type { Json, JsonObject } from "../model/mod.ts";
import { addAll, descendantsOf, lookup, membersOf, sequence, unwrapped } from "./simple_lookups.ts";
import { keepSingletons } from "./kept_singletons.ts";
import { OPERATORS } from "./simple_operators.ts";
import { charge, chargeWriting, DECLINED, startCount, truth, type Value } from "./simple_values.ts";
import { SIMPLE_FUNCTIONS } from "./simple_functions.ts";

/** Longest expression that is looked at, in characters: JSONata reads long paths in quadratic time, this one in 10 ms. */
const LONGEST = 2048;

/** Variables of a block and of the blocks around it. */
interface Frame {
  readonly root: Json;
  readonly outer: Frame | undefined;
  readonly values: Map<string, Value>;
}

type Run = (context: Value, frame: Frame) => Value;

/** The part of JSONata's syntax tree that is read here. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly Step[];
  readonly lhs?: unknown;
  readonly rhs?: Node;
  readonly expression?: Node;
  readonly expressions?: readonly Node[];
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly procedure?: Node;
  readonly arguments?: readonly Node[];
  readonly predicate?: readonly Filter[];
  readonly keepSingletonArray?: boolean;
  readonly keepArray?: boolean;
}

interface Filter {
  readonly type: string;
  readonly expr: Node;
}

interface Step extends Node {
  readonly stages?: readonly Filter[];
  readonly consarray?: boolean;
}

/** The fields that a node may have; any other one asks for more than is done here. */
const KNOWN = new Set([
  ...["type", "value", "position", "line", "steps", "lhs", "rhs", "expression", "expressions", "condition"],
  ...["then", "else", "procedure", "arguments", "predicate", "stages", "keepSingletonArray", "keepArray"],
]);

/**
 * A simple expression: gives its value at once, or undefined if it is too much, or fails, and the full evaluator is asked.
 * Parts of the root may be read when they are asked for, so the value is used within.
 */
export type SimpleExpression = <T>(
  root: JsonObject,
  use: (value: Value) => T,
) => { readonly value: T } | undefined;

/**
 * Compiles an expression that is simple: paths with filters, comparisons, arithmetic, texts put together, lists, objects,
 * variables and some functions whose time is linear. These are evaluated at once, within 20,000 steps; a property holds
 * the values to those of JSONata itself.
 *
 * @param keepsLists whether what it finds stays a list though it is one item
 * @returns undefined if the expression is not simple, or cannot be read
 */
export function compileSimple(text: string, keepsLists = false): SimpleExpression | undefined {
  if (text.length > LONGEST) return undefined;
  let run: Run;
  try {
    const tree = jsonata(text).ast();
    if (keepsLists) keepSingletons(tree);
    run = compile(tree as unknown as Node, false);
  } catch {
    return undefined;
  }
  return (root, use) => {
    startCount();
    try {
      const value = run(root, { root, outer: undefined, values: new Map() });
      chargeWriting(value);
      return { value: use(value) };
    } catch {
      return undefined;
    }
  };
}

/** @param inPath whether it is a part of a step of a path */
function compile(node: Node, inPath: boolean): Run {
  for (const [key, part] of Object.entries(node)) if (part !== undefined && !KNOWN.has(key)) throw DECLINED;
  if (node.keepArray && !node.keepSingletonArray) throw DECLINED;
  const run = compileType(node, inPath);
  const filters = node.predicate?.map(({ type, expr }) => compileFilter(type, expr, inPath));
  return (context, frame) => {
    charge(1);
    const value = run(context, frame);
    if (filters === undefined) return value;
    const last = filtered(value, filters, frame)!;
    return unwrapped(last.value, !last.isList);
  };
}

function compileType(node: Node, inPath: boolean): Run {
  const { type, value } = node;
  switch (type) {
    case "string":
    case "number":
    case "value":
      if (typeof value === "object" && value !== null) throw DECLINED;
      return () => value as Json;
    case "name":
      return (context) => lookup(context, value as string);
    case "variable":
      return compileVariable(value as string);
    case "wildcard":
      return membersOf;
    case "descendant":
      return (context) => sequence(descendantsOf(context, []));
    case "path":
      return compilePath(node, inPath);
    case "binary":
      return compileBinary(node, inPath);
    case "unary":
      return compileUnary(node, inPath);
    case "condition":
      return compileCondition(node, inPath);
    case "block":
      return compileBlock(node.expressions!, inPath);
    case "bind":
      return compileBind(node);
    case "function":
      return compileCall(node, inPath);
  }
  throw DECLINED;
}

function compileVariable(name: string): Run {
  if (name === "") return (context) => context;
  if (name === "$") return (_, { root }) => root;
  return (_, frame) => {
    for (let at: Frame | undefined = frame; at !== undefined; at = at.outer) {
      if (at.values.has(name)) return at.values.get(name);
    }
    throw DECLINED; // it may be a function
  };
}

function compileBind({ lhs, rhs }: Node): Run {
  const name = (lhs as Node).value as string;
  if (name in SIMPLE_FUNCTIONS || name === "$" || name === "") throw DECLINED;
  const run = compile(rhs!, true); // a path may begin with it
  return (context, frame) => {
    const value = run(context, frame);
    frame.values.set(name, value);
    return value;
  };
}

function compileBlock(expressions: readonly Node[], inPath: boolean): Run {
  const runs = expressions.map((expression) => compile(expression, inPath));
  return (context, outer) => {
    const frame = { root: outer.root, outer, values: new Map() };
    let value: Value;
    for (const run of runs) value = run(context, frame);
    return value;
  };
}

function compileCondition({ condition, then, else: otherwise }: Node, inPath: boolean): Run {
  const ask = compile(condition!, inPath), yes = compile(then!, inPath);
  const no = otherwise && compile(otherwise, inPath);
  return (context, frame) => truth(ask(context, frame)) ? yes(context, frame) : no?.(context, frame);
}

function compileCall({ procedure, arguments: given = [] }: Node, inPath: boolean): Run {
  const { type, value: name } = procedure!;
  const isKnown = type === "variable" && Object.hasOwn(SIMPLE_FUNCTIONS, name as string);
  const { takes, run } = SIMPLE_FUNCTIONS[isKnown ? name as string : ""] ?? { takes: -1, run: undefined };
  if (given.length !== takes) throw DECLINED;
  const args = given.map((argument) => compile(argument, inPath));
  return (context, frame) => run!(args.map((arg) => arg(context, frame)));
}

function compilePath({ steps = [], keepSingletonArray = false }: Node, inPath: boolean): Run {
  if (keepSingletonArray && inPath) throw DECLINED;
  const first = compileFirstList(steps[0]!, keepSingletonArray);
  const runs = (first === undefined ? steps : steps.slice(1)).map(compileStep);
  const isAbsolute = steps[0]!.type === "variable";
  return (context, frame) => {
    let values: readonly Value[] = Array.isArray(context) && !isAbsolute ? context : [context];
    let isSequence = first === undefined;
    if (first !== undefined) values = first(values as Json, frame) as readonly Json[];
    if (inPath && !isSequence && values.length === 0) throw DECLINED; // the path around it takes that for one item
    for (let i = 0; i < runs.length && values.length > 0; i++) {
      const found = runs[i]!(values, frame);
      const [only] = found;
      isSequence = !(i === runs.length - 1 && found.length === 1 && only!.isList);
      values = isSequence ? flat(found) : only!.value as readonly Json[];
    }
    if (keepSingletonArray && values.length > 0) return values as Json;
    return unwrapped(values as Json, isSequence);
  };
}

/** A list that a path begins with is made once, of all that the path begins at. */
function compileFirstList(step: Step, keepSingletonArray: boolean): Run | undefined {
  if (!isListStep(step)) return undefined;
  if (!step.consarray || step.stages || step.predicate || keepSingletonArray) throw DECLINED;
  return compileList(step.expressions!, true);
}

function isListStep({ type, value }: Step): boolean {
  return type === "unary" && value === "[";
}

/** The result of a step for one of its values, and whether that is a list that no filter has made. */
interface Found {
  readonly value: Json;
  readonly isList: boolean;
}

function flat(found: readonly Found[]): Json[] {
  const values: Json[] = [];
  for (const { value } of found) addAll(values, value);
  return values;
}

function compileStep(step: Step): (values: readonly Value[], frame: Frame) => Found[] {
  const { stages, keepArray: _, ...node } = step;
  if (isListStep(node)) throw DECLINED; // these lists are not put together
  const run = compile(node, true);
  const filters = stages?.map(({ type, expr }) => compileFilter(type, expr, true));
  return (values, frame) => {
    charge(values.length);
    const all: Found[] = [];
    for (const from of values) {
      const value = run(from, frame);
      const found = filters === undefined
        ? value === undefined ? undefined : { value, isList: Array.isArray(value) }
        : filtered(value, filters, frame);
      if (found !== undefined) all.push(found);
    }
    return all;
  };
}

type FilterRun = (value: Value, frame: Frame) => Found;

function filtered(value: Value, filters: readonly FilterRun[], frame: Frame): Found | undefined {
  let found: Found | undefined;
  for (const filter of filters) found = filter(found === undefined ? value : found.value, frame);
  return found;
}

function compileFilter(type: string, node: Node, inPath: boolean): FilterRun {
  if (type !== "filter") throw DECLINED;
  if (node.type === "number") {
    const place = Math.floor(node.value as number);
    return (value) => {
      const items = listOf(value);
      const item = items[place < 0 ? items.length + place : place];
      if (Array.isArray(item)) return { value: item, isList: true };
      return { value: item === undefined ? [] : [item], isList: false };
    };
  }
  const run = compile(node, inPath);
  return (value, frame) => {
    const items = listOf(value);
    charge(items.length);
    const kept: Json[] = [];
    items.forEach((item, i) => {
      if (!isKept(run(item, frame), i, items.length)) return;
      if (item === undefined) throw DECLINED;
      kept.push(item);
    });
    return { value: kept, isList: false };
  };
}

/** A filter takes a single value, and nothing, as a list of one. */
function listOf(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : [value];
}

function isKept(answer: Value, place: number, length: number): boolean {
  if (typeof answer === "number") {
    const at = Math.floor(answer);
    return (at < 0 ? length + at : at) === place;
  }
  if (Array.isArray(answer)) throw DECLINED;
  return truth(answer);
}

function compileUnary({ value, expression, expressions, lhs }: Node, inPath: boolean): Run {
  if (value === "-") {
    const run = compile(expression!, inPath);
    return (context, frame) => {
      const number = run(context, frame);
      if (number !== undefined && typeof number !== "number") throw DECLINED;
      return number === undefined ? undefined : -number;
    };
  }
  if (value === "[") return compileList(expressions!, inPath);
  if (value === "{") return compileObject(lhs as [Node, Node][], inPath);
  throw DECLINED;
}

function compileList(expressions: readonly Node[], inPath: boolean): Run {
  const items = expressions.map((node) => ({ run: compile(node, inPath), isOne: node.value === "[" }));
  return (context, frame) => {
    const list: Json[] = [];
    for (const { run, isOne } of items) {
      const value = run(context, frame);
      if (value === undefined) continue;
      if (isOne) list.push(value);
      else addAll(list, value);
    }
    return list;
  };
}

function compileObject(pairs: readonly [Node, Node][], inPath: boolean): Run {
  const members = pairs.map(([key, value]) => [compile(key, inPath), compile(value, inPath)] as const);
  return (context, frame) => {
    if (Array.isArray(context)) throw DECLINED; // it groups
    const keys = members.map(([key]) => key(context, frame));
    if (keys.some(isBadKey) || new Set(keys).size < keys.length) throw DECLINED;
    const object: Record<string, Json> = {};
    members.forEach(([, value], i) => {
      const member = value(context, frame);
      if (member !== undefined) object[keys[i] as string] = member;
    });
    return object;
  };
}

function isBadKey(key: Value): boolean {
  return typeof key !== "string" || key.startsWith("_");
}

function compileBinary({ value: operator, lhs, rhs }: Node, inPath: boolean): Run {
  const left = compile(lhs as Node, inPath), right = compile(rhs!, inPath);
  if (operator === "and") return (c, f) => truth(left(c, f)) && truth(right(c, f));
  if (operator === "or") return (c, f) => truth(left(c, f)) || truth(right(c, f));
  const apply = OPERATORS[operator as string];
  if (apply === undefined) throw DECLINED;
  return (context, frame) => apply(left(context, frame), right(context, frame));
}
