import { type NodeRecord, raw } from "../model/mod.ts";
import { type InstanceTree, nodeViews } from "./instance_tree.ts";

/** An instance for {@linkcode printJson}: its nodes with their inputs, outputs, items, and the instances they have called. */
export function instanceJson({ view, called }: InstanceTree): Readonly<Record<string, unknown>> {
  const { instance, state, reason, endedAtMs, output, unreadable } = view;
  const { id, chain, args, parent, labels, submittedAtMs, dueAtMs, retriedAtMs } = instance;
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
    dueAtMs,
    retriedAtMs,
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
