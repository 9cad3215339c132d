import { formatDuration } from "../lib/model/mod.ts";
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

/** `node`, or `node[3]` of a map. */
export function parentNode({ node, item }: NonNullable<InstanceView["instance"]["parent"]>): string {
  return item === undefined ? node : `${node}[${item}]`;
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
