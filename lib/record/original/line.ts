import { remembering } from "./memo.ts";
import { parsePythonLiteral, type PythonValue } from "./python_literal.ts";
import { parseTimedLine } from "../timed_line.ts";

/** The writer of a line of a call: the consumer around its request, or the function around its work. */
export type CallSide = "consumer" | "function";

/** A chain instance was submitted. */
export interface SubmitLine {
  readonly side: "producer";
  /** In milliseconds since 1970. */
  readonly atMs: number;
  readonly chain: string;
  /** The original's numbers, `<chain>-<instance>`; they repeat. */
  readonly instance: string;
}

/** A call of a node's function. */
export interface OriginalCall {
  readonly chain: string;
  /** The original's numbers, `<chain>-<instance>`, which repeat; or the text that the function got for an id. */
  readonly instance: string;
  readonly function: string;
  readonly node: string;
  /** The nodes with which the chain ends; none if that is not said. */
  readonly lastNodes: readonly string[];
  /** local or remote, under the original's hybrid policies. */
  readonly platform: string;
  /** Whether the original's consumer has not made it. */
  readonly isLone: boolean;
}

/** A call started or ended. */
export interface CallLine {
  readonly side: CallSide;
  readonly status: "start" | "end";
  /** In milliseconds since 1970. */
  readonly atMs: number;
  readonly call: OriginalCall;
}

/** A line of the original's logs, read. */
export type OriginalLine = SubmitLine | CallLine;

/** Ids of other callers that are longer, in characters, are not understood. */
const LONGEST_ID = 1000;

/** Whether a text looks like a line of the original's logs: who, start or end, a time of today, and an id. */
export function isOriginalLine(text: string): boolean {
  return parseTimedLine(text)?.atMs !== undefined;
}

/**
 * Reads a line of the original's logs: `<who>-<start|end>-<seconds since 1970>-<id>`. Who is producerSide, consumerSide, or
 * what the caller of the function's wrapper said (functionSide; `lambda` if nothing). The id is a Python dict, in which a `-`
 * may stand anywhere, or, from functions, any text.
 *
 * @param receivedAtMs the time of a line that has no readable one of its own, in milliseconds since 1970
 * @returns undefined if it is no such line, or lacks something that it must have
 */
export function parseOriginalLine(text: string, receivedAtMs?: number): OriginalLine | undefined {
  const line = parseTimedLine(text);
  const atMs = line?.atMs ?? receivedAtMs;
  if (line === undefined || atMs === undefined) return undefined;
  const { who, status, id } = line;
  const subject = subjectOf(id);
  if (subject === "broken") return undefined;
  const { instance, call } = subject, times = { status, atMs };
  switch (who) {
    case "producerSide":
      return status === "start" && instance ? { side: "producer", atMs, ...instance } : undefined;
    case "consumerSide":
      return call && { side: "consumer", ...times, call };
  }
  const called = call ?? loneCall(who, id);
  return called && { side: "function", ...times, call: called };
}

type Fields = ReadonlyMap<unknown, PythonValue>;

/** The meaning of an id of the original; empty, if the id is somebody else's. */
interface Subject {
  readonly instance?: Pick<SubmitLine, "chain" | "instance"> | undefined;
  readonly call?: OriginalCall | undefined;
}

/** A call's id stands in up to four lines, near each other. */
const subjectOf = remembering(4096, (id): Subject | "broken" => {
  if (!id.startsWith("{")) return {};
  const value = parse(id);
  if (!(value instanceof Map)) return value === undefined ? "broken" : {};
  const instance = instanceOf(value);
  return { instance, call: instance && callOf(value, instance) };
});

function parse(text: string): PythonValue | undefined {
  try {
    return parsePythonLiteral(text);
  } catch {
    return undefined;
  }
}

/** Named as a decoded message of the original is, where nothing gives a better name. */
function instanceOf(fields: Fields): Subject["instance"] {
  const chain = integer(fields, "chainId"), instance = integer(fields, "instanceId");
  if (chain === undefined || instance === undefined) return undefined;
  return { chain: `chain${chain}`, instance: `${chain}-${instance}` };
}

function callOf(fields: Fields, instance: NonNullable<Subject["instance"]>): OriginalCall | undefined {
  const fn = integer(fields, "functionId"), node = integer(fields, "nodeId"), hybrid = fields.get("hybrid");
  if (fn === undefined || node === undefined) return undefined;
  const list = fields.get("lastNodeIdList");
  return {
    ...instance,
    function: `function${fn}`,
    node: `node${node}`,
    // a text within the dict, as the original writes it
    lastNodes: typeof list === "string" ? listed(list) : nodeNames(list),
    platform: typeof hybrid === "string" ? hybrid : "",
    isLone: false,
  };
}

function integer(fields: Fields, name: string): number | undefined {
  const value = fields.get(name);
  return Number.isSafeInteger(value) ? value as number : undefined;
}

/** Calls of one chain share the list of its last nodes, however long it is. */
const listed = remembering(64, (list) => nodeNames(parse(list)));

function nodeNames(ids: PythonValue | undefined): readonly string[] {
  return Array.isArray(ids) ? [...new Set(ids.filter(Number.isSafeInteger))].map((id) => `node${id}`) : [];
}

/**
 * The call that an id alone tells of: by the original's form of ids, or else by the function's own name, as a chain of one
 * node.
 */
export function originalCall(who: string, id: string): OriginalCall {
  const subject = subjectOf(id);
  return (subject === "broken" ? undefined : subject.call) ?? calledBy(who, id);
}

function loneCall(who: string, id: string): OriginalCall | undefined {
  return id === "" || id.length > LONGEST_ID ? undefined : calledBy(who, id);
}

/** Of a call by somebody else is known only how it calls itself: a chain of one node. */
function calledBy(who: string, id: string): OriginalCall {
  const names = { chain: who, instance: id, function: who, node: who };
  return { ...names, lastNodes: [who], platform: "", isLone: true };
}
