import { oneLine } from "../lib/draw/mod.ts";
import type { NodeRecord } from "../lib/model/mod.ts";
import { agoWords } from "./time_words.ts";
import type { InstanceView } from "../lib/queue/mod.ts";
import { type InstanceTree, isSettled, nodeViews } from "./instance_tree.ts";
import { raw } from "./raw_json.ts";

/** An instance in one line: id, state, chain, how many of its nodes have settled, age, and why it failed. */
export function instanceLine(view: InstanceView, nowMs: number): string {
  return joined([...stateWords(view, nowMs), oneLine(view.reason ?? ""), unreadableWords(view)]);
}

function joined(words: readonly string[]): string {
  return words.filter((word) => word !== "").join("  ");
}

/** Why parts of an instance are not shown. */
function unreadableWords({ unreadable, reason = "" }: InstanceView): string {
  return unreadable === undefined || reason.includes(unreadable) ? "" : `unreadable: ${oneLine(unreadable)}`;
}

/** The same among others: with the instance that has called it. */
export function listLine(view: InstanceView, nowMs: number): string {
  const { instance: { parent }, reason = "" } = view;
  const caller = parent === undefined ? [] : [`called by ${parentWords(parent)}`];
  return joined([...stateWords(view, nowMs), ...caller, oneLine(reason), unreadableWords(view)]);
}

function stateWords({ instance, state, progress }: InstanceView, nowMs: number): string[] {
  const { id, chain, submittedAtMs } = instance;
  const settled = progress.filter((record) => isSettled(record) && record.item === undefined).length;
  return [
    id,
    state.padEnd(9),
    chain.name.padEnd(18),
    `${settled}/${chain.nodes.length}`.padStart(7),
    agoWords(nowMs - submittedAtMs),
  ];
}

/** `order-7 all[4]`: an instance, and its node or item that called another. */
export function parentWords(
  { instance, node, item }: NonNullable<InstanceView["instance"]["parent"]>,
): string {
  return `${instance} ${item === undefined ? node : `${node}[${item}]`}`;
}

/** An instance for {@linkcode printJson}: its nodes with their inputs, outputs, items, and the instances they have called. */
export function instanceJson({ view, called }: InstanceTree): Readonly<Record<string, unknown>> {
  const { instance, state, reason, endedAtMs, output, unreadable } = view;
  const { id, chain, args, parent, labels, submittedAtMs } = instance;
  const nodes = nodeViews(view).map(({ name, state, record, generation, inputs, items }) => ({
    node: name,
    state,
    generation: generation === 0 ? undefined : generation,
    ...(record && recordJson(record)),
    inputs: raw(inputs),
    items: items.length === 0 ? undefined : items.map((item) => ({ item: item.item, ...recordJson(item) })),
  }));
  return {
    id,
    chain: chain.name,
    state,
    args: raw(args),
    parent,
    labels,
    submittedAtMs,
    endedAtMs,
    reason,
    unreadable,
    output: raw(output),
    nodes,
    called: called.size === 0 ? undefined : [...called.values()].flat().map(instanceJson),
  };
}

function recordJson({ state, attempts, endedAtMs, runMs, output, reason }: NodeRecord) {
  return { state, attempts, endedAtMs, runMs, output: raw(output), reason };
}
