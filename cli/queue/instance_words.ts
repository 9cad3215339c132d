import { oneLine } from "../../lib/draw/mod.ts";
import { dueAt } from "../../lib/model/mod.ts";
import { LongTable } from "../shell/text_table.ts";
import { agoWords, dueWords } from "../words/time_words.ts";
import type { InstanceView } from "../../lib/queue/mod.ts";
import { isSettled } from "../../lib/steer/mod.ts";

/** An instance by itself in one line: id, state, chain, how many of its nodes have settled, age, and why it failed. */
export function shownLine(view: InstanceView, nowMs: number): string {
  const { id, state, chain, settled, age } = stateWords(view, nowMs);
  return joined([id, state, chain, settled, age, oneLine(view.reason ?? ""), unreadableWords(view)]);
}

function joined(words: readonly string[]): string {
  return words.filter((word) => word !== "").join("  ");
}

/** Why parts of an instance are not shown. */
function unreadableWords({ unreadable, reason = "" }: InstanceView): string {
  return unreadable === undefined || reason.includes(unreadable) ? "" : `unreadable: ${oneLine(unreadable)}`;
}

/** A table of instances, which is printed as rows are added. */
export function listTable(print: (line: string) => void): LongTable {
  return new LongTable(["instance", "state", "chain", "settled", "age"], [3], print);
}

/** The same in the columns of the table; behind them, the instance that has called it, and why it failed. */
export function listRow(view: InstanceView, nowMs: number): string[] {
  const { instance: { parent }, reason = "" } = view;
  const caller = parent === undefined ? "" : `called by ${parentWords(parent)}`;
  const { id, state, chain, settled, age } = stateWords(view, nowMs);
  const notes = joined([caller, oneLine(reason), unreadableWords(view)]);
  return [id, state, chain, settled, ...notes === "" ? [age] : [age, notes]];
}

function stateWords({ instance, state, progress }: InstanceView, nowMs: number) {
  const { id, chain } = instance;
  const settled = progress.filter((record) => isSettled(record) && record.item === undefined).length;
  const age = state === "delayed" ? dueWords(dueAt(instance) - nowMs) : agoWords(nowMs - dueAt(instance));
  return { id, state, chain: chain.name, settled: `${settled}/${chain.nodes.length}`, age };
}

/** `order-7 all[4]`: an instance, and its node or item that called another. */
export function parentWords(
  { instance, node, item }: NonNullable<InstanceView["instance"]["parent"]>,
): string {
  return `${instance} ${item === undefined ? node : `${node}[${item}]`}`;
}
