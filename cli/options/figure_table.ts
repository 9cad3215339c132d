import { figureSummaries } from "../../lib/report/mod.ts";

/** The figures that `--fail-if` and `--figure` take, for the help of the commands that have these. */
export const FIGURE_TABLE = { "Figures": figureSummaries() };
