import { one, optionGroup } from "../shell/options.ts";

/** The option of reports that says which chains are in good time. */
export const GOODPUT_OPTION = optionGroup("for the report", {
  goodput: one(
    "K",
    "which chains count for goodput: those that complete within K × their ideal time (default 2)",
    parseTimes,
  ),
});

function parseTimes(text: string): number {
  const times = Number(text);
  if (text.trim() !== "" && times >= 1 && Number.isFinite(times)) return times;
  throw new RangeError(
    `Cannot read "${text}" as a multiple of the ideal time. Write a number from 1 on: 1.5`,
  );
}

/** The options of a report. */
export function goodputOptions(
  { goodput }: { readonly goodput?: number | undefined },
): { readonly goodputTimes?: number } {
  return goodput === undefined ? {} : { goodputTimes: goodput };
}
