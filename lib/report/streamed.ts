import { RUN_SCHEMA, type RunEvent, type RunInfo } from "./events.ts";
import { InOrder } from "./in_order.ts";
import { RunningReport } from "./running_report.ts";
import type { ReportOptions } from "./samples.ts";
import type { RunView } from "./view.ts";

/** The description of a run whose log has none. */
const UNKNOWN: RunInfo = { schema: RUN_SCHEMA, command: "", version: "", startedAtMs: 0 };

/**
 * Folds the events of a run as `buildRunView` does, in memory that does not grow with the run's length: percentiles are within 0.1 %,
 * and the times that functions tell of themselves are left out.
 */
export async function buildStreamedView(
  name: string,
  events: AsyncIterable<RunEvent> | Iterable<RunEvent>,
  options: Omit<ReportOptions, "intervalsOf"> = {},
): Promise<RunView> {
  let report: RunningReport | undefined, inOrder: InOrder | undefined;
  for await (const event of events) {
    if (inOrder === undefined) {
      const info = event.type === "run" ? event : UNKNOWN;
      report = new RunningReport(info, options);
      inOrder = new InOrder(report, info);
    }
    inOrder.add(event);
  }
  inOrder?.end();
  return (report ?? new RunningReport(UNKNOWN, options)).view(name);
}
