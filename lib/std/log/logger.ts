import type { BaseHandler } from "./base_handler.ts";
import { getLevelByName, getLevelName, type LevelName, type LogLevel, LogLevels } from "./levels.ts";

/** One message on its way to the handlers. */
export class LogRecord {
  readonly msg: string;
  readonly level: number;
  readonly levelName: string;
  readonly loggerName: string;
  readonly #args: unknown[];
  readonly #datetime = new Date();

  constructor(options: { msg: string; args: unknown[]; level: LogLevel; loggerName: string }) {
    this.msg = options.msg;
    this.#args = [...options.args];
    this.level = options.level;
    this.loggerName = options.loggerName;
    this.levelName = getLevelName(options.level);
  }

  get args(): unknown[] {
    return [...this.#args];
  }

  get datetime(): Date {
    return new Date(this.#datetime.getTime());
  }
}

/** What a logger may be given beside name and level. */
export interface LoggerOptions {
  handlers?: BaseHandler[];
}

/** A message, or a function that makes it, called only if it is going to be logged. */
export type GenericFunction<T> = () => T;

/** Takes messages of a level or above to its handlers. Every method returns the message. */
export class Logger {
  #level: LogLevel;
  handlers: BaseHandler[];
  readonly #loggerName: string;

  constructor(loggerName: string, levelName: LevelName, options: LoggerOptions = {}) {
    this.#loggerName = loggerName;
    this.#level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  get level(): LogLevel {
    return this.#level;
  }
  set level(level: LogLevel) {
    this.#level = getLevelByName(getLevelName(level));
  }
  get levelName(): LevelName {
    return getLevelName(this.#level);
  }
  set levelName(name: LevelName) {
    this.#level = getLevelByName(name);
  }
  get loggerName(): string {
    return this.#loggerName;
  }

  #log<T>(level: LogLevel, msg: T | GenericFunction<T>, args: unknown[]): T | undefined {
    const lazy = typeof msg === "function" ? msg as GenericFunction<T> : undefined;
    if (this.level > level) return lazy ? undefined : msg as T;
    const message = lazy ? lazy() : msg as T;
    const record = new LogRecord({ msg: textOf(message), args, level, loggerName: this.#loggerName });
    for (const handler of this.handlers) handler.handle(record);
    return message;
  }

  debug<T>(msg: T | GenericFunction<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.DEBUG, msg, args);
  }
  info<T>(msg: T | GenericFunction<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.INFO, msg, args);
  }
  warn<T>(msg: T | GenericFunction<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.WARN, msg, args);
  }
  error<T>(msg: T | GenericFunction<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.ERROR, msg, args);
  }
  critical<T>(msg: T | GenericFunction<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.CRITICAL, msg, args);
  }
}

function textOf(data: unknown): string {
  if (typeof data === "string") return data;
  if (data instanceof Error) return data.stack!;
  return typeof data === "object" && data !== null ? JSON.stringify(data) : String(data);
}
