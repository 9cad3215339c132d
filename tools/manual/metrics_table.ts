import { METRICS } from "../../lib/live/mod.ts";
import { code, plain, table } from "./markdown.ts";

/** The metrics of `/metrics`. */
export function metricsTable(): string {
  return table(
    ["metric", "type", "labels", "unit", "meaning"],
    METRICS.map(({ name, type, labels, unit, help }) => [
      code(name),
      type,
      labels.map(code).join(", "),
      unit,
      plain(help),
    ]),
  );
}
