import { flag, optionGroup } from "../shell/options.ts";

/** The options of commands that show reports: how much of them, and how. */
export const VIEW_OPTIONS = optionGroup("for the report", {
  ascii: flag("draw charts with ASCII signs only"),
  brief: flag("only the verdict and the figures that matter most, on one screen"),
  all: flag("everything: also figures that are alike in all runs, and long tables"),
});
