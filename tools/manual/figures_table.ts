import type { Unit } from "../../lib/report/figure_types.ts";
import { FIGURES } from "../../lib/report/figures.ts";
import { code, plain, table } from "./markdown.ts";

const UNITS: Readonly<Record<Unit, string>> = {
  ms: "ms",
  s: "s",
  count: "count",
  times: "number",
  perS: "per second",
  share: "ratio",
};

/** All figures of a report, in their order. */
export function figuresTable(): string {
  return table(
    ["figure", "unit", "better", "meaning"],
    FIGURES.map((figure) => [
      code(figure.type === "quantity" ? `${figure.key}.*` : figure.key),
      UNITS[figure.type === "count" ? "count" : figure.unit],
      figure.type === "quantity" ? "lower" : "better" in figure ? figure.better : "",
      plain(figure.doc),
    ]),
  );
}
