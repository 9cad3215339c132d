/** What functions call themselves unless they are told. */
export const DEFAULT_NAME = "functionSide";
/** Longer ids, in characters, are not reported: the collector takes no longer lines than 16 KiB. */
const LONGEST_ID = 5000;
/** As long a name, in characters, as the collector reads. */
const LONGEST_NAME = 128;

/** What is said when a function starts or ends; undefined of an id that cannot be said. */
export function lineOf(name: string, status: "start" | "end", atMs: number, id: string): string | undefined {
  if (id === "" || id.length > LONGEST_ID) return undefined;
  const who = name.replace(/[^\w.:/@-]/g, "_").slice(0, LONGEST_NAME) || DEFAULT_NAME;
  // deno-lint-ignore no-control-regex
  return `${who}-${status}-${(atMs / 1000).toFixed(6)}-${id.replace(/[\x00-\x1f\x7f]/g, " ")}\n`;
}

/** The value of a Server-Timing header (W3C, "Server Timing") that says how long the function took so far. */
export function timingOf(ms: number): string {
  return `function;dur=${ms.toFixed(3)}`;
}
