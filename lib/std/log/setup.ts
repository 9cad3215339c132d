import type { BaseHandler } from "./base_handler.ts";
import { ConsoleHandler } from "./console_handler.ts";
import type { LevelName } from "./levels.ts";
import { Logger } from "./logger.ts";

/** What is asked of one logger. */
export interface LoggerConfig {
  level?: LevelName;
  handlers?: string[];
}

/** Handlers by name, and which loggers use them. */
export interface LogConfig {
  handlers?: { [name: string]: BaseHandler };
  loggers?: { [name: string]: LoggerConfig };
}

const DEFAULT_LEVEL = "INFO";

const handlers = new Map<string, BaseHandler>();
const loggers = new Map<string, Logger>();

/** Replaces all handlers and loggers. */
export function setup(config: LogConfig): void {
  for (const handler of handlers.values()) handler.destroy();
  handlers.clear();
  loggers.clear();
  const all = { default: new ConsoleHandler(DEFAULT_LEVEL), ...config.handlers };
  for (const [name, handler] of Object.entries(all)) {
    handler.setup();
    handlers.set(name, handler);
  }
  const named = {
    default: { level: DEFAULT_LEVEL, handlers: ["default"] } as LoggerConfig,
    ...config.loggers,
  };
  for (const [name, { level = DEFAULT_LEVEL, handlers: names = [] }] of Object.entries(named)) {
    const own = names.map((handler) => handlers.get(handler)).filter((handler) => handler !== undefined);
    loggers.set(name, new Logger(name, level, { handlers: own }));
  }
}

setup({});

/** The logger of a name, the default one without; made without handlers if it was not set up. */
export function getLogger(name?: string): Logger {
  const key = name || "default";
  let logger = loggers.get(key);
  if (!logger) {
    logger = new Logger(key, "NOTSET", { handlers: [] });
    loggers.set(key, logger);
  }
  return logger;
}
