import { loggers } from "./_loggers.ts";
import type { BaseHandler } from "./base_handler.ts";
import { ConsoleHandler } from "./console_handler.ts";
import { type LogConfig, Logger } from "./logger.ts";

const DEFAULT_LEVEL = "INFO";
const DEFAULTS = {
  handlers: { default: new ConsoleHandler(DEFAULT_LEVEL) },
  loggers: { default: { level: DEFAULT_LEVEL, handlers: ["default"] } },
} satisfies LogConfig;

let handlers: ReadonlyMap<string, BaseHandler> = new Map();

/** Replaces all handlers and loggers; the default ones stay unless others have their name. */
export function setup(config: LogConfig): void {
  for (const handler of handlers.values()) handler.destroy();
  handlers = new Map(Object.entries({ ...DEFAULTS.handlers, ...config.handlers }));
  for (const handler of handlers.values()) handler.setup();
  loggers.clear();
  const configs: LogConfig["loggers"] = { ...DEFAULTS.loggers, ...config.loggers };
  for (const [name, { level = DEFAULT_LEVEL, handlers: names = [] }] of Object.entries(configs)) {
    const own = names.map((handler) => handlers.get(handler)).filter((handler) => handler !== undefined);
    loggers.set(name, new Logger(name, level, { handlers: own }));
  }
}

setup(DEFAULTS);
