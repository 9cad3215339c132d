import { oneLine } from "../../lib/draw/mod.ts";
import { spanWords } from "../words/time_words.ts";
import type { PartitionView } from "../../lib/queue/mod.ts";
import { textTable } from "../shell/text_table.ts";

/** The partitions of a queue, a line each below those of the table's head; none if it is not divided. */
export function partitionLines(partitions: readonly PartitionView[], nowMs: number): string[] {
  if (partitions.length === 0) return [];
  const rows = partitions.map(({ partition, lag, owner, oldestSubmittedAtMs: oldest }) => [
    String(partition),
    String(lag),
    oneLine(owner ?? "nobody"),
    oldest === undefined ? "" : spanWords(nowMs - oldest),
  ]);
  return ["", ...textTable([["partition", "lag", "owner", "oldest"], ...rows], [0, 1])];
}
