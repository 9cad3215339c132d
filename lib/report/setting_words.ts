import { formatDuration } from "../model/mod.ts";
import type { ReportedSetting } from "./schema.ts";
import { printable } from "./text.ts";

/** A change of a setting in words: "at 5s: limit 7". */
export function changeWords({ atMs, setting, value }: ReportedSetting): string {
  const what = value === null ? `no ${setting} any more` : `${setting} ${printable(value)}`;
  return `at ${formatDuration(Math.round(atMs))}: ${what}`;
}
