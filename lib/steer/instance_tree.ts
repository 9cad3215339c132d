import { generationOf, type JsonText, type NodeRecord, NULL, objectText } from "../model/mod.ts";
import type { InstanceView, QueueAdmin } from "../queue/mod.ts";

/** An instance with all that it has called. */
export interface InstanceTree {
  readonly view: InstanceView;
  /** By the name of the node that called them; those of a map in the order of its items. */
  readonly called: ReadonlyMap<string, readonly InstanceTree[]>;
}

/** Asks the queue for what an instance has called, and what that has called. */
export async function readTree(queue: Pick<QueueAdmin, "list">, view: InstanceView): Promise<InstanceTree> {
  const { id, chain: { nodes } } = view.instance;
  const called = new Map<string, InstanceTree[]>();
  if (nodes.some(({ calls }) => calls !== undefined)) {
    for await (const child of queue.list({ parent: id })) {
      const node = child.instance.parent?.node ?? "";
      const trees = called.get(node) ?? [];
      called.set(node, trees);
      trees.push(await readTree(queue, child));
    }
  }
  for (const trees of called.values()) trees.sort((a, b) => itemOf(a) - itemOf(b));
  return { view, called };
}

/** The item of a map that an instance was called for. */
export function itemOf({ view: { instance: { parent } } }: InstanceTree): number {
  return parent?.item ?? 0;
}

/**
 * The shown state of a node. `waiting`: a node before it has not settled. `open`: it waits for its turn, or runs; queues do not
 * know which. `started`: the same, of a function that must not run twice. `delayed`: it waits for another attempt. `not done`:
 * its instance ended before it.
 */
export type ShownState =
  | Exclude<NodeRecord["state"], "cancelled">
  | "waiting"
  | "open"
  | "delayed"
  | "not done";

/** Whether a node has settled, by its record. */
export function isSettled(record: NodeRecord | undefined): boolean {
  return record !== undefined && record.state !== "started" && record.state !== "cancelled";
}

/** The shown state of a node, or of an item, that has a record. */
export function shownState({ state }: NodeRecord): ShownState {
  return state === "cancelled" ? "delayed" : state;
}

/** The queue's knowledge of one node of an instance. */
export interface NodeView {
  readonly name: string;
  readonly state: ShownState;
  /** The record of the node as a whole, once there is one. */
  readonly record: NodeRecord | undefined;
  /** Number of times that it has been begun again; 0: never. */
  readonly generation: number;
  /** The outputs of the nodes before it, by name, once these have settled; of the node that undoes, all that there is. */
  readonly inputs: JsonText | undefined;
  /** The records of its items, by item, if it is a map. */
  readonly items: readonly NodeRecord[];
}

/** The queue's knowledge of each node of an instance. */
export function nodeViews({ instance, state: outcome, progress }: InstanceView): NodeView[] {
  const { nodes, onFailed } = instance.chain;
  const records = new Map(progress.filter(({ item }) => item === undefined).map((r) => [r.node, r]));
  const items = Map.groupBy(progress.filter(({ item }) => item !== undefined), ({ node }) => node);
  const hasEnded = outcome !== "queued" && outcome !== "running";
  const done = (but: number) => [...nodes.keys()].filter((i) => records.get(i)?.state === "ok" && i !== but);
  const outputs = (of: readonly number[]) =>
    objectText(of.map((node) => [nodes[node]!.name, outputOf(records.get(node))]));
  return nodes.map(({ name, after }, i) => {
    const record = records.get(i);
    const mayRun = after.every((before) => isSettled(records.get(before)));
    const waits = !mayRun || (i === onFailed && record === undefined); // what undoes is recorded when it starts
    const unsettled = hasEnded ? "not done" : waits ? "waiting" : "open";
    const isOpen = record === undefined || (record.state === "cancelled" && (hasEnded || !record.reason));
    const state = isOpen ? unsettled : shownState(record);
    const before = i === onFailed ? (record === undefined ? [] : done(i)) : after;
    const inputs = before.length > 0 && mayRun && state !== "not done" ? outputs(before) : undefined;
    const generation = generationOf(instance, i);
    return { name, state, record, generation, inputs, items: items.get(i) ?? [] };
  });
}

function outputOf(record: NodeRecord | undefined): JsonText {
  return record?.state === "ok" ? record.output : NULL;
}
