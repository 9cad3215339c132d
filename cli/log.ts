import { BaseHandler, formatters, getLogger, type Logger, setup } from "@std/log";
import { visiblePlain } from "./visible.ts";

/** Writes log records to stderr, so that stdout holds nothing but results. */
class StderrHandler extends BaseHandler {
  readonly #encoder = new TextEncoder();
  /** A live line may be shown where the message goes; it is drawn again below. */
  readonly #clear = Deno.stderr.isTerminal() ? "\r\x1b[K" : "";

  override log(message: string): void {
    Deno.stderr.writeSync(this.#encoder.encode(`${this.#clear}${visiblePlain(message)}\n`));
  }
}

let isJson = false;

/** Whether the log that was opened last has a JSON object a line. */
export function isJsonLog(): boolean {
  return isJson;
}

/** Sets the program's log up by the options, and returns it. */
export function openLog(
  options: { readonly "log-level"?: string | undefined; readonly "log-format"?: string | undefined },
): Logger {
  const level = (options["log-level"] ?? "info").toUpperCase() as "DEBUG" | "INFO" | "WARN" | "ERROR";
  isJson = options["log-format"] === "json";
  const formatter = isJson
    ? formatters.jsonFormatter
    : ({ levelName, msg }: { levelName: string; msg: string }) =>
      levelName === "INFO" ? msg : `${levelName.toLowerCase()}: ${msg}`;
  setup({
    handlers: { stderr: new StderrHandler(level, { formatter }) },
    loggers: { default: { level, handlers: ["stderr"] } },
  });
  return getLogger();
}
