import { getLevelByName, getLevelName, type LevelName, type LogLevel } from "./levels.ts";
import type { LogRecord } from "./_log_record.ts";

export type { LevelName, LogLevel, LogRecord };

/** Makes the line of a record. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** The options of a handler beside its level. */
export interface BaseHandlerOptions {
  /** Makes the lines. (Default: level and message) */
  formatter?: FormatterFunction;
}

/** Formats records of a level or above; subclasses write them. */
export abstract class BaseHandler {
  #level: LogLevel;
  /** Makes the lines. */
  formatter: FormatterFunction;

  constructor(levelName: LevelName, options?: BaseHandlerOptions) {
    this.#level = getLevelByName(levelName);
    this.formatter = options?.formatter ?? (({ levelName, msg }) => `${levelName} ${msg}`);
  }

  /** The least level that is handled. */
  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    this.levelName = getLevelName(level);
  }

  /** The least level that is handled, by name. */
  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  /** Writes a record, if it is important enough. */
  handle(logRecord: LogRecord): void {
    if (this.level <= logRecord.level) this.log(this.format(logRecord));
  }

  /** The line of a record. */
  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  /** Writes a line. */
  abstract log(msg: string): void;

  /** Is called before the handler is used. */
  setup(): void {}

  /** Is called when the handler is no longer used. */
  destroy(): void {}

  [Symbol.dispose](): void {
    this.destroy();
  }
}
