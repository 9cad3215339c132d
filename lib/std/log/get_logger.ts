import { loggers } from "./_loggers.ts";
import { Logger } from "./logger.ts";

export type { Logger };

/**
 * The logger of a name, the default one without. One that was not set up is made, without handlers.
 *
 * @throws {Error} if there is no default one yet, as `setup` was not imported
 */
export function getLogger(name?: string): Logger {
  const logger = loggers.get(name || "default");
  if (logger) return logger;
  if (!name) throw new Error(`"default" logger must be set for getting logger without name`);
  const made = new Logger(name, "NOTSET");
  loggers.set(name, made);
  return made;
}
