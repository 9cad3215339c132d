import { BaseHandler, formatters, getLogger, type Logger, setup } from "@std/log";

/** Writes log records to stderr, so that stdout holds nothing but results. */
class StderrHandler extends BaseHandler {
  readonly #encoder = new TextEncoder();

  override log(message: string): void {
    Deno.stderr.writeSync(this.#encoder.encode(message + "\n"));
  }
}

/** Sets the program's log up as the command line says, and gives it. */
export function openLog(
  options: { readonly "log-level"?: string | undefined; readonly "log-format"?: string | undefined },
): Logger {
  const level = (options["log-level"] ?? "info").toUpperCase() as "DEBUG" | "INFO" | "WARN" | "ERROR";
  const json = options["log-format"] === "json";
  const formatter = json
    ? formatters.jsonFormatter
    : ({ levelName, msg }: { levelName: string; msg: string }) =>
      levelName === "INFO" ? msg : `${levelName.toLowerCase()}: ${msg}`;
  setup({
    handlers: { stderr: new StderrHandler(level, { formatter }) },
    loggers: { default: { level, handlers: ["stderr"] } },
  });
  return getLogger();
}
