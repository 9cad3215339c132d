/** The name under which functions report unless they are given one. */
export const DEFAULT_NAME = "functionSide";
/** Longer ids, in characters, are not reported: the collector takes no longer lines than 16 KiB. */
const LONGEST_ID = 5000;
/** As long a name, in characters, as the collector reads. */
const LONGEST_NAME = 128;

/** The line that reports the start or the end of a function; undefined for an id that cannot be reported. */
export function lineOf(name: string, status: "start" | "end", atMs: number, id: string): string | undefined {
  if (id === "" || id.length > LONGEST_ID) return undefined;
  const who = name.replace(/[^\w.:/@-]/g, "_").slice(0, LONGEST_NAME) || DEFAULT_NAME;
  // deno-lint-ignore no-control-regex
  return `${who}-${status}-${(atMs / 1000).toFixed(6)}-${id.replace(/[\x00-\x1f\x7f]/g, " ")}\n`;
}

/** The value of a Server-Timing header (W3C, "Server Timing") with the time that the function took so far. */
export function timingOf(ms: number): string {
  return `function;dur=${ms.toFixed(3)}`;
}
