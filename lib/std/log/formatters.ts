import type { LogRecord } from "./logger.ts";

/** A record as JSON: level, datetime (ms since 1970), message, and args (none, the only one, or a list). */
export function jsonFormatter({ levelName, datetime, msg, args }: LogRecord): string {
  return JSON.stringify({
    level: levelName,
    datetime: datetime.getTime(),
    message: msg,
    args: args.length > 1 ? args : args[0],
  });
}

/** The formatters by name. */
export const formatters: { readonly jsonFormatter: typeof jsonFormatter } = { jsonFormatter };
