import { formatDuration, type Json, type NodeRecord } from "../lib/model/mod.ts";
import type { InstanceView } from "../lib/queue/mod.ts";

/** An instance in one line: id, state, chain, how many of its nodes have settled, age, and why it failed. */
export function instanceLine(view: InstanceView, nowMs: number): string {
  const { instance: { id, chain, submittedAtMs }, state, progress, reason } = view;
  const settled = progress.filter((record) => record.state !== "started" && record.item === undefined).length;
  return [
    id,
    state.padEnd(9),
    chain.name.padEnd(18),
    `${settled}/${chain.nodes.length}`.padStart(7),
    `${formatDuration(nowMs - submittedAtMs)} ago`,
    reason ?? "",
  ].join("  ").trimEnd();
}

/** An instance in several lines: whence it comes, each of its nodes, and its result. */
export function instanceLines(view: InstanceView, nowMs: number): string[] {
  const { instance: { chain, args, parent }, progress, output } = view;
  const ofNodes = progress.filter(({ item }) => item === undefined);
  const whole = new Map(ofNodes.map((record) => [record.node, record]));
  const items = Map.groupBy(progress.filter(({ item }) => item !== undefined), ({ node }) => node);
  const nodes = chain.nodes.map(({ name, fn, calls }, i) => {
    const record = whole.get(i);
    const state = record?.state ?? (items.has(i) ? "started" : "–");
    const words = [itemWords(items.get(i) ?? []), record?.reason ?? outputWords(record?.output)];
    const callee = calls === undefined ? fn.name : `chain ${calls}`;
    return `  ${name.padEnd(24)} ${callee.padEnd(24)} ${state.padEnd(9)} ${
      words.filter((word) => word !== "").join("; ")
    }`.trimEnd();
  });
  return [
    instanceLine(view, nowMs),
    ...(parent === undefined ? [] : [`  called by: ${parent.instance} ${parentNode(parent)}`]),
    ...(args === undefined ? [] : [`  args: ${JSON.stringify(args)}`]),
    ...nodes,
    ...(output === undefined ? [] : [`  output: ${JSON.stringify(output)}`]),
  ];
}

function parentNode({ node, item }: NonNullable<InstanceView["instance"]["parent"]>): string {
  return item === undefined ? node : `${node}[${item}]`;
}

/** `9,998 ok, 2 failed items`, or nothing. */
function itemWords(records: readonly NodeRecord[]): string {
  if (records.length === 0) return "";
  const counts = new Map<string, number>();
  for (const { state } of records) counts.set(state, (counts.get(state) ?? 0) + 1);
  return `${[...counts].map(([state, count]) => `${count} ${state}`).join(", ")} of its items`;
}

const OUTPUT_LENGTH = 200;

function outputWords(output: Json | undefined): string {
  return output === undefined || output === null ? "" : JSON.stringify(output).slice(0, OUTPUT_LENGTH);
}

/** An instance as JSON, its nodes by name. */
export function instanceJson({ instance, state, progress, reason, endedAtMs, output }: InstanceView) {
  const { id, chain: { name, nodes }, args, parent, labels, submittedAtMs } = instance;
  const settled = progress.map(({ node, ...record }) => ({ node: nodes[node]?.name, ...record }));
  return {
    id,
    chain: name,
    state,
    args,
    parent,
    labels,
    submittedAtMs,
    endedAtMs,
    reason,
    output,
    nodes: settled,
  };
}
