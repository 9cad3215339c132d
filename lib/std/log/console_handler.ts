import { BaseHandler, type BaseHandlerOptions } from "./base_handler.ts";
import { type LevelName, LogLevels } from "./levels.ts";
import type { LogRecord } from "./logger.ts";

/** The options of a console handler beside its level. */
export interface ConsoleHandlerOptions extends BaseHandlerOptions {
  /** Colour lines by level. (Default: true) */
  useColors?: boolean;
}

/** Bold, in ANSI codes; colours close with 39. */
const BOLD = 1;
const STYLES: Readonly<Record<number, readonly number[]>> = {
  [LogLevels.INFO]: [34],
  [LogLevels.WARN]: [33],
  [LogLevels.ERROR]: [31],
  [LogLevels.CRITICAL]: [31, BOLD],
};

/** Writes records to stdout, by `console.log`. */
export class ConsoleHandler extends BaseHandler {
  readonly #useColors: boolean;

  constructor(levelName: LevelName, options: ConsoleHandlerOptions = {}) {
    super(levelName, options);
    this.#useColors = options.useColors ?? true;
  }

  override format(logRecord: LogRecord): string {
    const line = super.format(logRecord);
    const styles = this.#useColors && !Deno.noColor ? STYLES[logRecord.level] ?? [] : [];
    return styles.reduce(styled, line);
  }

  override log(msg: string): void {
    // deno-lint-ignore no-console -- that is what it is for
    console.log(msg);
  }
}

/** Goes on where the text has closed the same style itself. */
function styled(text: string, code: number): string {
  const [open, close] = [`\x1b[${code}m`, `\x1b[${code === BOLD ? 22 : 39}m`];
  return open + text.replaceAll(close, open) + close;
}
