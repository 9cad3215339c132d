import { textOf } from "./_text.ts";
import { LogRecord } from "./_log_record.ts";
import type { BaseHandler } from "./base_handler.ts";
import { getLevelByName, getLevelName, type LevelName, type LogLevel, LogLevels } from "./levels.ts";

export { LogRecord, type LogRecordOptions } from "./_log_record.ts";

/** Any function. */
// deno-lint-ignore no-explicit-any -- as in the real package: of any arguments and result
export type GenericFunction = (...args: any[]) => any;

/** The configuration of one logger. */
export interface LoggerConfig {
  /** The least level that is logged. (Default: INFO) */
  level?: LevelName;
  /** The names of its handlers. */
  handlers?: string[];
}

/** Handlers by name, and which loggers use them. */
export interface LogConfig {
  /** The handlers by name. */
  handlers?: { [name: string]: BaseHandler };
  /** The loggers by name. */
  loggers?: { [name: string]: LoggerConfig };
}

/** The options of a logger beside name and level. */
export interface LoggerOptions {
  /** The handlers that write the records. */
  handlers?: BaseHandler[];
}

/** The type of a message; no function, as that is called. */
type Message<T> = T extends GenericFunction ? never : T;

/**
 * Takes messages of a level or above to its handlers, and gives them back. A function that makes the message is
 * only called if it is going to be logged; otherwise the answer is undefined.
 */
export class Logger {
  /** The handlers that write the records. */
  handlers: BaseHandler[];
  #level: LogLevel;
  readonly #loggerName: string;

  constructor(loggerName: string, levelName: LevelName, options: LoggerOptions = {}) {
    this.#loggerName = loggerName;
    this.#level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  /** The least level that is logged. @throws {TypeError} on setting what is no level */
  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    if (!Object.values(LogLevels).includes(level)) throw new TypeError(`Invalid log level: ${level}`);
    this.#level = level;
  }

  /** The least level that is logged, by name. @throws {Error} on setting what is no level */
  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  /** Its name. */
  get loggerName(): string {
    return this.#loggerName;
  }

  /** Logs what is of use for finding mistakes. */
  debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
  debug<T>(msg: Message<T>, ...args: unknown[]): T;
  debug<T>(msg: Message<T> | (() => T), ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.DEBUG, msg, args);
  }

  /** Logs what goes as usual. */
  info<T>(msg: () => T, ...args: unknown[]): T | undefined;
  info<T>(msg: Message<T>, ...args: unknown[]): T;
  info<T>(msg: Message<T> | (() => T), ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.INFO, msg, args);
  }

  /** Logs what may go wrong. */
  warn<T>(msg: () => T, ...args: unknown[]): T | undefined;
  warn<T>(msg: Message<T>, ...args: unknown[]): T;
  warn<T>(msg: Message<T> | (() => T), ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.WARN, msg, args);
  }

  /** Logs what has gone wrong. */
  error<T>(msg: () => T, ...args: unknown[]): T | undefined;
  error<T>(msg: Message<T>, ...args: unknown[]): T;
  error<T>(msg: Message<T> | (() => T), ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.ERROR, msg, args);
  }

  /** Logs what ends the program. */
  critical<T>(msg: () => T, ...args: unknown[]): T | undefined;
  critical<T>(msg: Message<T>, ...args: unknown[]): T;
  critical<T>(msg: Message<T> | (() => T), ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.CRITICAL, msg, args);
  }

  #log<T>(level: LogLevel, msg: Message<T> | (() => T), args: unknown[]): T | undefined {
    const isLazy = msg instanceof Function;
    if (this.level > level) return isLazy ? undefined : msg;
    const message = isLazy ? msg() : msg;
    const record = new LogRecord({ msg: textOf(message), args, level, loggerName: this.#loggerName });
    for (const handler of this.handlers) handler.handle(record);
    return message;
  }
}
