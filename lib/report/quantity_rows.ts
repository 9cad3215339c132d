import { STATISTICS } from "./figure_types.ts";
import { FIGURES } from "./figures.ts";
import type { Figures } from "./schema.ts";
import { formatFigure } from "./text.ts";

/** The heads of a table of quantities, after that of the labels. */
export const QUANTITY_HEADS = STATISTICS;

/** The start of the label of a quantity that is a part of the one above it. */
const PART = "· ";

/** A row of a table of quantities. */
export interface QuantityRow {
  readonly label: string;
  /** The events that it is counted between. */
  readonly meaning: string;
  readonly cells: readonly string[];
}

/**
 * The quantities of a run, as rows. Those that are parts of the one above them are left out where they are not known, and where
 * they say the same.
 */
export function quantityRows(report: Figures): QuantityRow[] {
  const rows = FIGURES.filter((figure) => figure.type === "quantity")
    .filter((figure) => !("isPart" in figure) || report[figure.key].p50 !== null)
    .map((figure) => ({
      label: "isPart" in figure ? PART + figure.label : figure.label,
      meaning: figure.meaning,
      cells: STATISTICS.map((of) => {
        const value = report[figure.key][of];
        return formatFigure(value, figure.unit) +
          (figure.unit === "times" && typeof value === "number" ? "×" : "");
      }),
    }));
  return rows.filter(({ label, cells }, i) =>
    !label.startsWith(PART) || cells.join() !== rows[i - 1]?.cells.join()
  );
}
