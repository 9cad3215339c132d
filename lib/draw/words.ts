import { type Chain, type ChainNode, counted, formatDuration } from "../model/mod.ts";

/** Longest expression that is shown whole. */
const SHOWN = 80;

/** Describes a node beside its name: the function or chain that it calls, the time that it takes, and its decisions. */
export function nodeWords(chain: Chain, index: number, expectedMs: number | undefined): string[] {
  const { when, map, onFailure } = chain.nodes[index]!;
  return [
    calleeWords(chain.nodes[index]!),
    expectedMs === undefined ? "" : formatDuration(expectedMs),
    index === chain.onFailed ? "only if the chain fails" : "",
    joinWords(chain, chain.nodes[index]!),
    when === undefined ? "" : `if ${expressionWords(when)}`,
    map === undefined ? "" : mapWords(map),
    onFailure === "fail" || index === chain.onFailed ? "" : `${onFailure} if it fails`,
  ].filter((words) => words !== "");
}

/** The function or chain that a node calls, unless the node's name says that. */
export function calleeWords({ name, fn, calls }: ChainNode): string {
  return calls !== undefined ? `chain ${calls}` : fn.name === name ? "" : fn.name;
}

const JOIN_WORDS = { all: "all", any: "any", settled: "the ends" };

function joinWords({ nodes }: Chain, { after, join = "all" }: ChainNode): string {
  if (after.length < 2 && join === "all") return "";
  const names = after.map((i) => nodes[i]!.name);
  return names.length === 0 ? "" : `after ${JOIN_WORDS[join]} of ${listWords(names)}`;
}

function mapWords({ items, concurrency }: NonNullable<ChainNode["map"]>): string {
  const most = concurrency === undefined ? "" : `, ${concurrency} at once`;
  return `for each of ${expressionWords(items)}${most}`;
}

/** Describes a chain as a whole. */
export function chainWords({ nodes, timeLimitMs, ttlMs }: Chain): string[] {
  return [
    counted(nodes.length, "node"),
    timeLimitMs === undefined ? "" : `time limit ${formatDuration(timeLimitMs)}`,
    ttlMs === undefined ? "" : `must start within ${formatDuration(ttlMs)}`,
  ].filter((words) => words !== "");
}

/** A text in one line, without what would move the cursor of a terminal. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- that is what it looks for
  return text.replace(/[\s\x00-\x1f\x7f-\x9f]+/g, " ").trim();
}

/** An expression in one line, cut if it is long. */
export function expressionWords(expression: string): string {
  const line = oneLine(expression);
  return line.length > SHOWN ? `${line.slice(0, SHOWN).toWellFormed()}…` : line;
}

/** Names behind each other, the middle ones left out if there are many. */
export function listWords(names: readonly string[], separator = ", ", most = 12): string {
  if (names.length <= most) return names.join(separator);
  return [...names.slice(0, most - 2), `… (${names.length - most + 1} more)`, names.at(-1)!].join(separator);
}
