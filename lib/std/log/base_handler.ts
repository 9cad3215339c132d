import { getLevelByName, getLevelName, type LevelName, type LogLevel } from "./levels.ts";
import type { LogRecord } from "./logger.ts";

/** Makes the line of a record. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** What a handler may be given beside its level. */
export interface BaseHandlerOptions {
  formatter?: FormatterFunction;
}

const DEFAULT_FORMATTER: FormatterFunction = ({ levelName, msg }) => `${levelName} ${msg}`;

/** Formats records of a level or above; subclasses write them. */
export abstract class BaseHandler {
  #level: LogLevel;
  formatter: FormatterFunction;

  constructor(levelName: LevelName, options: BaseHandlerOptions = {}) {
    this.#level = getLevelByName(levelName);
    this.formatter = options.formatter ?? DEFAULT_FORMATTER;
  }

  get level(): LogLevel {
    return this.#level;
  }
  set level(level: LogLevel) {
    this.#level = level;
  }
  get levelName(): LevelName {
    return getLevelName(this.#level);
  }
  set levelName(name: LevelName) {
    this.#level = getLevelByName(name);
  }

  handle(logRecord: LogRecord): void {
    if (this.level <= logRecord.level) this.log(this.format(logRecord));
  }
  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }
  abstract log(msg: string): void;
  setup(): void {}
  destroy(): void {}
}
