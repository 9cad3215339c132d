import type { LogRecord } from "./logger.ts";

/** A record as one line of JSON: level, datetime (ms since 1970), message and args (left out, one, or a list). */
export function jsonFormatter({ levelName, datetime, msg, args }: LogRecord): string {
  const rest = args.length === 0 ? undefined : args.length === 1 ? args[0] : args;
  return JSON.stringify({ level: levelName, datetime: datetime.getTime(), message: msg, args: rest });
}

/** The formatters by name. */
export const formatters: { jsonFormatter(logRecord: LogRecord): string } = { jsonFormatter };
