import { BaseHandler, type BaseHandlerOptions } from "./base_handler.ts";
import { type LevelName, LogLevels } from "./levels.ts";
import type { LogRecord } from "./logger.ts";

/** What a console handler may be given beside its level. */
export interface ConsoleHandlerOptions extends BaseHandlerOptions {
  /** (Default: true) */
  useColors?: boolean;
}

const COLORS: readonly [level: number, open: string, close: string][] = [
  [LogLevels.CRITICAL, "\x1b[1m\x1b[31m", "\x1b[39m\x1b[22m"],
  [LogLevels.ERROR, "\x1b[31m", "\x1b[39m"],
  [LogLevels.WARN, "\x1b[33m", "\x1b[39m"],
  [LogLevels.INFO, "\x1b[34m", "\x1b[39m"],
];

/** Writes records by `console.log`, coloured by level. */
export class ConsoleHandler extends BaseHandler {
  readonly #useColors: boolean;

  constructor(levelName: LevelName, options: ConsoleHandlerOptions = {}) {
    super(levelName, options);
    this.#useColors = options.useColors ?? true;
  }

  override format(logRecord: LogRecord): string {
    const text = super.format(logRecord);
    const color = COLORS.find(([level]) => level === logRecord.level);
    return this.#useColors && color && !Deno.noColor ? color[1] + text + color[2] : text;
  }

  override log(msg: string): void {
    // deno-lint-ignore no-console -- that is what it is for
    console.log(msg);
  }
}
