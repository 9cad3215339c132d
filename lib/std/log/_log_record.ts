import { getLevelName, type LogLevel } from "./levels.ts";

/** The parts of a record. */
export interface LogRecordOptions {
  /** The message. */
  msg: string;
  /** The arguments beside the message. */
  args: unknown[];
  /** The level of importance. */
  level: LogLevel;
  /** The name of the logger. */
  loggerName: string;
}

/** One message on its way to the handlers. */
export class LogRecord {
  /** The message. */
  readonly msg: string;
  /** The level of importance. */
  readonly level: number;
  /** The name of the level. */
  readonly levelName: string;
  /** The name of the logger. */
  readonly loggerName: string;
  readonly #args: readonly unknown[];
  readonly #datetime = new Date();

  constructor(options: LogRecordOptions) {
    this.msg = options.msg;
    this.level = options.level;
    this.levelName = getLevelName(options.level);
    this.loggerName = options.loggerName;
    this.#args = [...options.args];
  }

  /** A copy of the arguments beside the message. */
  get args(): unknown[] {
    return [...this.#args];
  }

  /** When it was said; a copy. */
  get datetime(): Date {
    return new Date(this.#datetime);
  }
}
