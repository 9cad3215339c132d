import { calleeWords, drawNodes, oneLine } from "../../lib/draw/mod.ts";
import {
  counted,
  dueAt,
  formatDuration,
  type JsonText,
  type NodeRecord,
  NULL,
  stripUndefined,
} from "../../lib/model/mod.ts";
import type { OpenNode } from "../../lib/live/mod.ts";
import type { InstanceView } from "../../lib/queue/mod.ts";
import { type InstanceTree, itemOf, type NodeView, nodeViews, shownState } from "../../lib/steer/mod.ts";
import { parentWords, shownLine } from "./instance_words.ts";
import { cut } from "../shell/text_table.ts";
import { sinceWords, spanWords } from "../words/time_words.ts";

/** Options for drawing an instance. */
export interface DrawOptions {
  readonly nowMs: number;
  /** Columns to which lines are cut; Infinity shows inputs, outputs and what maps have called whole. */
  readonly width: number;
  /** Tells the obstacle of an open node, in words. (Default: none is shown) */
  readonly standing?: (node: OpenNode) => string;
}

/** Items of a map, or called instances, that are shown beside their number. */
const SHOWN = 10;
/** Least columns that are shown of a line, however deep it stands. */
const LEAST_SHOWN = 40;

/** Draws an instance, in lines: its origin, a tree of its nodes with the instances they have called, and its result. */
export function drawInstance({ view, called }: InstanceTree, options: DrawOptions): string[] {
  const { parent } = view.instance;
  return [
    shownLine(view, options.nowMs),
    ...(parent === undefined ? [] : [`  called by: ${parentWords(parent)}`]),
    ...bodyOf({ view, called }, options),
  ].map((line) => cutLine(line, options.width));
}

function bodyOf(tree: InstanceTree, options: DrawOptions): string[] {
  const { instance, endedAtMs, output } = tree.view,
    { chain, args, labels, priority, deadlineMs, submittedAtMs, dueAtMs, retriedAtMs } = instance;
  const ended = endedAtMs === undefined
    ? []
    : [`  ended: ${timeWords(endedAtMs)}, after ${spanWords(endedAtMs - dueAt(instance))}`];
  const views = nodeViews(tree.view);
  const tags = Object.entries(labels).map(([name, value]) => `${name}=${oneLine(value)}`).join(", ");
  return [
    `  submitted: ${timeWords(submittedAtMs)}`,
    ...(dueAtMs === undefined ? [] : [`  due: ${timeWords(dueAtMs)}`]),
    ...(retriedAtMs === undefined ? [] : [`  retried: ${retriedAtMs.map(timeWords).join(", ")}`]),
    ...ended,
    ...(tags === "" ? [] : [`  labels: ${tags}`]),
    ...(priority === 0 ? [] : [`  priority: ${priority}`]),
    ...(deadlineMs === Infinity
      ? []
      : [`  deadline: ${timeWords(deadlineMs)}${missedWords(tree.view, options)}`]),
    ...valueLines("  args", args, options),
    ...drawNodes(chain, (node) => nodeLines(tree, node, views[node]!, options)),
    ...valueLines("  output", output, options),
  ];
}

function missedWords({ instance: { deadlineMs }, endedAtMs }: InstanceView, { nowMs }: DrawOptions): string {
  return (endedAtMs ?? nowMs) > deadlineMs ? ", missed" : "";
}

function timeWords(ms: number): string {
  return new Date(ms).toISOString();
}

/** One line, or none for nothing. */
function valueLines(name: string, value: JsonText | undefined, { width }: DrawOptions): string[] {
  if (value === undefined || value === NULL) return [];
  const most = Math.max(width, LEAST_SHOWN); // more need not be looked at, as the line is cut
  return [`${name}: ${oneLine(value.slice(0, most))}`];
}

function nodeLines(
  { view, called }: InstanceTree,
  index: number,
  node: NodeView,
  options: DrawOptions,
): [words: string, ...below: string[]] {
  const { chain } = view.instance;
  const { name, state, record, generation, inputs } = node;
  const words = [
    state,
    calleeWords(chain.nodes[index]!),
    generation === 0 ? "" : `generation ${generation}`,
    index === chain.onFailed ? "only if the chain fails" : "",
    record === undefined ? "" : recordWords(record, dueAt(view.instance)),
  ].filter((part) => part !== "").join(", ");
  return [
    words + (state === "open" ? standingWords(view, index, options) : reasonWords(record)),
    ...valueLines("inputs", inputs, options),
    ...(chain.nodes[index]!.map === undefined
      ? (called.get(name) ?? []).flatMap((child) => calledLines(child, options))
      : mapLines(node, called.get(name) ?? [], dueAt(view.instance), options)),
    ...valueLines("output", record?.output, options),
  ];
}

/** `3 attempts, 1.2s, at +4s`: how long the last one took, and when it ended, from when the instance was due. */
function recordWords({ attempts, runMs, endedAtMs }: NodeRecord, dueAtMs: number): string {
  return [
    attempts === 0 ? "" : counted(attempts, "attempt"),
    runMs === undefined ? "" : formatDuration(runMs),
    endedAtMs === undefined ? "" : sinceWords(endedAtMs - dueAtMs),
  ].filter((part) => part !== "").join(", ");
}

function reasonWords(record: NodeRecord | undefined): string {
  return record?.reason === undefined ? "" : `: ${oneLine(record.reason)}`;
}

/** The obstacle of an open node; a called chain has nodes of its own that tell theirs. */
function standingWords({ instance }: InstanceView, index: number, { standing }: DrawOptions): string {
  const { chain, labels } = instance, { fn, calls } = chain.nodes[index]!;
  if (standing === undefined || calls !== undefined) return "";
  return `: ${oneLine(standing({ chain: chain.name, function: fn.name, labels }))}`;
}

function calledLines(child: InstanceTree, options: DrawOptions): string[] {
  return [shownLine(child.view, options.nowMs), ...bodyOf(child, options)];
}

/** The known state of one item of a map. */
interface Item {
  readonly record?: NodeRecord;
  readonly child?: InstanceTree;
}

/** `convert × 120: 118 ok, 2 failed`, and those that are not ok. */
function mapLines(
  { name, record, state, items: records }: NodeView,
  called: readonly InstanceTree[],
  dueAtMs: number,
  options: DrawOptions,
): string[] {
  const items = itemsOf(records, called);
  if (items.size === 0 && record === undefined) return [];
  const counts = new Map<string, number>();
  for (const item of items.values()) counts.set(stateOf(item), (counts.get(stateOf(item)) ?? 0) + 1);
  const words = [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
  const summary = record === undefined
    ? `${name}: ${words}${state === "not done" ? "" : " so far"}`
    : `${name} × ${items.size}${words === "" ? "" : `: ${words}`}`;
  const isWhole = options.width === Infinity || (called.length > 0 && items.size <= SHOWN);
  const named = [...items].filter(([, item]) => isWhole || stateOf(item) !== "ok");
  const shown = options.width === Infinity ? named : named.slice(0, SHOWN);
  const left = named.length - shown.length;
  return [
    summary,
    ...shown.flatMap(([i, item]) => itemLines(`${name}[${i}]`, item, dueAtMs, options)),
    ...(left === 0 ? [] : [`… (${left} more; see --full)`]),
  ];
}

function itemsOf(records: readonly NodeRecord[], called: readonly InstanceTree[]): Map<number, Item> {
  const recordOf = new Map(records.map((record) => [record.item!, record]));
  const childOf = new Map(called.map((child) => [itemOf(child), child]));
  const numbers = [...new Set([...recordOf.keys(), ...childOf.keys()])].sort((a, b) => a - b);
  return new Map(
    numbers.map((i) => [i, stripUndefined({ record: recordOf.get(i), child: childOf.get(i) })]),
  );
}

function stateOf({ record, child }: Item): string {
  return record === undefined ? child!.view.state : shownState(record);
}

function itemLines(
  name: string,
  { record, child }: Item,
  dueAtMs: number,
  options: DrawOptions,
): string[] {
  if (child !== undefined) return calledLines(child, options);
  const words = [shownState(record!), recordWords(record!, dueAtMs)].filter((part) => part !== "").join(
    ", ",
  );
  return [`${name}  ${words}${reasonWords(record)}`];
}

/** A line of at most `width` columns, or a little more if it stands far to the right. */
function cutLine(line: string, width: number): string {
  const start = /^[ │├└─→]*/.exec(line)![0].length;
  return cut(line, Math.max(width, start + LEAST_SHOWN));
}
