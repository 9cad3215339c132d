import { drawNodes } from "../lib/draw/mod.ts";
import { formatDuration, type Json, type NodeRecord } from "../lib/model/mod.ts";
import type { InstanceView, QueueDriver } from "../lib/queue/mod.ts";
import { instanceLine, parentNode } from "./instance_words.ts";

/** An instance with those that it has called. */
export interface Family {
  readonly view: InstanceView;
  readonly called: readonly Family[];
}

/** How an instance is shown. */
export interface Showing {
  readonly nowMs: number;
  /** Whether inputs and outputs are shown whole. (Default: cut when they are long) */
  readonly full: boolean;
}

/** Reads what an instance has called, and what that has. */
export async function familyOf(queue: QueueDriver, view: InstanceView): Promise<Family> {
  const called: Family[] = [];
  if (view.instance.chain.nodes.some(({ calls }) => calls !== undefined)) {
    for await (const child of queue.list({ parent: view.instance.id })) {
      called.push(await familyOf(queue, child));
    }
  }
  return { view, called };
}

/** Called instances of a map that are drawn; of more, those that have failed and those that have not ended come first. */
const MOST_CALLED = 10;
/** Failed items that are named. */
const MOST_FAILED = 5;
/** Characters of an input or output that are shown. */
const SHOWN = 160;

/** An instance in several lines: whence it comes, its nodes as a tree with what they got and answered, and its result. */
export function instanceTree(family: Family, showing: Showing): string[] {
  const { view } = family;
  const { instance: { args, parent, submittedAtMs }, endedAtMs, output } = view;
  const json = (value: Json) => shorten(JSON.stringify(value), showing);
  return [
    instanceLine(view, showing.nowMs),
    ...(parent === undefined ? [] : [`called by: ${parent.instance} ${parentNode(parent)}`]),
    `submitted: ${new Date(submittedAtMs).toISOString()}`,
    ...(endedAtMs === undefined
      ? []
      : [`ended: ${new Date(endedAtMs).toISOString()}, after ${duration(endedAtMs - submittedAtMs)}`]),
    ...(args === undefined ? [] : [`args: ${json(args)}`]),
    ...nodeTree(family, showing),
    ...(output === undefined ? [] : [`output: ${json(output)}`]),
  ];
}

function nodeTree({ view, called }: Family, showing: Showing): string[] {
  const { instance: { chain, submittedAtMs }, progress } = view;
  const whole = new Map(progress.filter(({ item }) => item === undefined).map((each) => [each.node, each]));
  const items = Map.groupBy(progress.filter(({ item }) => item !== undefined), ({ node }) => node);
  const callees = Map.groupBy(called, ({ view }) => view.instance.parent!.node);
  return drawNodes(chain, (node) => {
    const { name, fn, calls, after } = chain.nodes[node]!;
    const record = whole.get(node);
    const parts = items.get(node) ?? [];
    const children = callees.get(name) ?? [];
    const words = [
      calls !== undefined ? `chain ${calls}` : fn.name === name ? "" : fn.name,
      record?.state ?? (parts.length + children.length > 0 ? "open, begun" : "open"),
      record === undefined ? "" : timeWords(record, submittedAtMs),
      itemWords(parts),
    ];
    const inputs = inputsOf(view, after, whole);
    const lines = [
      parts.some(hasFailed) ? "" : record?.reason ?? "",
      inputs === undefined ? "" : `in:  ${shorten(inputs, showing)}`,
      record?.state === "ok" && record.output !== null
        ? `out: ${shorten(JSON.stringify(record.output), showing)}`
        : "",
      ...failedItems(parts),
      ...calledLines(children, showing),
    ];
    return [words.filter(isSaid).join(", "), ...lines.filter(isSaid)];
  });
}

function isSaid(words: string): boolean {
  return words !== "";
}

/** `3 attempts, 1.2s, at +4s`: how long it took, and when it ended, from the submission. */
function timeWords({ attempts, runMs, endedAtMs }: NodeRecord, submittedAtMs: number): string {
  return [
    attempts > 1 ? `${attempts} attempts` : "",
    runMs === undefined ? "" : duration(runMs),
    endedAtMs === undefined ? "" : `at +${duration(endedAtMs - submittedAtMs)}`,
  ].filter(isSaid).join(", ");
}

function duration(ms: number): string {
  return formatDuration(Math.round(ms));
}

/** `× 120: 118 ok, 2 failed` of the items that have settled. */
function itemWords(items: readonly NodeRecord[]): string {
  if (items.length === 0) return "";
  const counts = Map.groupBy(items, ({ state }) => state);
  return `items settled: ${[...counts].map(([state, { length }]) => `${length} ${state}`).join(", ")}`;
}

function hasFailed({ state }: NodeRecord): boolean {
  return state === "failed";
}

function failedItems(items: readonly NodeRecord[]): string[] {
  const failed = items.filter(hasFailed);
  const named = failed.slice(0, MOST_FAILED).map(({ item, reason = "" }) => `item ${item}: ${reason}`);
  return failed.length > MOST_FAILED ? [...named, `… and ${failed.length - MOST_FAILED} more failed`] : named;
}

/** What a node got, or would get now: the outputs of those before it that have settled. */
function inputsOf(
  { instance: { chain } }: InstanceView,
  after: readonly number[],
  whole: ReadonlyMap<number, NodeRecord>,
): string | undefined {
  if (after.length === 0 || !after.every((before) => whole.has(before))) return undefined;
  const inputs = after.map((before) => [chain.nodes[before]!.name, whole.get(before)!.output]);
  return JSON.stringify(Object.fromEntries(inputs));
}

const URGENCY: readonly string[] = ["failed", "cancelled", "running", "queued", "completed"];

function calledLines(called: readonly Family[], showing: Showing): string[] {
  const sorted = called.toSorted((a, b) => URGENCY.indexOf(a.view.state) - URGENCY.indexOf(b.view.state));
  const shown = called.length > MOST_CALLED ? sorted.slice(0, MOST_CALLED) : called;
  const lines = shown.flatMap((family) => [
    instanceLine(family.view, showing.nowMs),
    ...nodeTree(family, showing),
  ]);
  return called.length > MOST_CALLED ? [...lines, `… and ${called.length - MOST_CALLED} more called`] : lines;
}

function shorten(text: string, { full }: Showing): string {
  return full || text.length <= SHOWN ? text : `${text.slice(0, SHOWN).toWellFormed()}…`;
}
