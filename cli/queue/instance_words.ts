import { oneLine } from "../../lib/draw/mod.ts";
import { dueAt } from "../../lib/model/mod.ts";
import { agoWords, dueWords } from "../words/time_words.ts";
import type { InstanceView } from "../../lib/queue/mod.ts";
import { isSettled } from "../../lib/steer/mod.ts";

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
  const { id, chain } = instance;
  const settled = progress.filter((record) => isSettled(record) && record.item === undefined).length;
  return [
    id,
    state.padEnd(9),
    chain.name.padEnd(18),
    `${settled}/${chain.nodes.length}`.padStart(7),
    state === "delayed" ? dueWords(dueAt(instance) - nowMs) : agoWords(nowMs - dueAt(instance)),
  ];
}

/** `order-7 all[4]`: an instance, and its node or item that called another. */
export function parentWords(
  { instance, node, item }: NonNullable<InstanceView["instance"]["parent"]>,
): string {
  return `${instance} ${item === undefined ? node : `${node}[${item}]`}`;
}
