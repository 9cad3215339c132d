/** A scrape of the metrics of a queue, for their tests. */
import { observed, viewOf } from "../../lib/live/fold.ts";
import { WorkTally } from "../../lib/live/counting/tally.ts";
import type { Scrape } from "../../lib/live/metrics/metrics.ts";
import { Totals } from "../../lib/live/metrics/totals.ts";
import { recordOf } from "../queue/contract_consumers.ts";

/** A scrape of a queue with one consumer, which has made a call of each queueing time for each tenant. */
export function scrapeOf(tenants: readonly string[], queuedMs: readonly number[]): Scrape {
  const tally = new WorkTally(0, 0, "tenant");
  for (const tenant of tenants) {
    const task = { chain: "image", function: "resize", labels: { tenant } };
    for (const ms of queuedMs) {
      tally.changed(task, 0, 1, 0);
      tally.starts(task);
      tally.changed(task, 0, -1, 0);
      tally.ended(task, { outcome: "ok", settled: true, queuedMs: ms }, 0);
    }
    tally.instanceEnded("image", task.labels, "completed");
  }
  const consumer = { ...recordOf("a", { limit: 5 }), id: "a", beatAgoMs: 0, work: tally.packed(1000) };
  const look = {
    atMs: 1000,
    depth: { delayed: 0, queued: 1, running: 0, completed: 2, failed: 0, cancelled: 0 },
    settings: { revision: 0, pauses: [] },
    consumers: [observed(consumer)],
  };
  const totals = new Totals();
  totals.add(look);
  return { view: viewOf(look), totals, version: "1.2.3" };
}
