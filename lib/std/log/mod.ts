/** A stand-in for `jsr:@std/log` 0.224: the same names, types and behaviour for what the project uses. */
export { BaseHandler, type BaseHandlerOptions, type FormatterFunction } from "./base_handler.ts";
export { ConsoleHandler, type ConsoleHandlerOptions } from "./console_handler.ts";
export { formatters } from "./formatters.ts";
export { getLevelByName, getLevelName, type LevelName, type LogLevel, LogLevels } from "./levels.ts";
export { type GenericFunction, Logger, type LoggerOptions, LogRecord } from "./logger.ts";
export { getLogger, type LogConfig, type LoggerConfig, setup } from "./setup.ts";
