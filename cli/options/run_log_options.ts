import { one, optionGroup, size, text } from "../shell/options.ts";

/** The options of commands that write a run log unless they are told not to, and may run for ever. */
export const RUN_LOG_OPTIONS = optionGroup("for watching", {
  out: one("FILE", "the run log (default run.json; none: do not write one)", text),
  "out-max": one(
    "SIZE",
    "go on in a new run log when one has this size: 100MB; the last five full ones are kept (default: no bound)",
    size,
  ),
});
