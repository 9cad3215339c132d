// deno-lint-ignore-file no-console -- it is about the console
import { writeAbove } from "./live_terminal.ts";

/** The methods of the console that write to stdout. */
const TO_STDOUT = ["log", "info", "debug", "dir", "table"] as const;
/** Those that write to stderr. */
const TO_STDERR = ["error", "warn", "trace"] as const;

/**
 * Sends whatever modules of users print to stderr, as stdout is for results, which other programs read; above the live line, if
 * there is one.
 *
 * @returns writes a line to stdout, for the results
 */
export function keepStdoutForResults(): (line: string) => void {
  const print = console.log.bind(console), warn = console.error.bind(console);
  for (const method of TO_STDERR) {
    const write: (...values: unknown[]) => void = console[method].bind(console);
    console[method] = (...values: unknown[]) => writeAbove(() => write(...values));
  }
  for (const method of TO_STDOUT) {
    console[method] = (...values: unknown[]) => writeAbove(() => warn(...values));
  }
  return (line) => writeAbove(() => print(line));
}
