import { BaseHandler, getLogger, type Logger, type LogRecord, setup } from "@std/log";
import { writeAbove } from "./live_terminal.ts";
import { jsonLine, logForm } from "./log_form.ts";
import { visiblePlain } from "./visible.ts";

/** Writes log records to stderr, so that stdout holds nothing but results. */
class StderrHandler extends BaseHandler {
  readonly #encoder = new TextEncoder();

  override log(message: string): void {
    const line = this.#encoder.encode(`${visiblePlain(message)}\n`);
    writeAbove(() => Deno.stderr.writeSync(line));
  }
}

/**
 * Sets the program's log up by the options, and returns it. What is logged behind a message is an object of fields, which stand in the
 * line of a JSON log: `log.info("Completed 3", { completed: 3 })`.
 */
export function openLog(
  options: { readonly "log-level"?: string | undefined; readonly "log-format"?: string | undefined },
): Logger {
  const level = (options["log-level"] ?? "info").toUpperCase() as "DEBUG" | "INFO" | "WARN" | "ERROR";
  logForm.isJson = options["log-format"] === "json";
  logForm.isDebug = level === "DEBUG";
  const formatter = logForm.isJson ? jsonOf : textOf;
  setup({
    handlers: { stderr: new StderrHandler(level, { formatter }) },
    loggers: { default: { level, handlers: ["stderr"] } },
  });
  return getLogger();
}

function textOf({ levelName, msg }: LogRecord): string {
  return levelName === "INFO" ? msg : `${levelName.toLowerCase()}: ${msg}`;
}

function jsonOf({ levelName, datetime, msg, args: [fields] }: LogRecord): string {
  return jsonLine(levelName, datetime.getTime(), msg, typeof fields === "object" ? fields ?? {} : {});
}
