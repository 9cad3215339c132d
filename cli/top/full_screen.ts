import type { Line, Size } from "./screen.ts";

/** The terminal that a program takes for itself. */
export interface WholeTerminal {
  size(): Size;
  write(text: string): void;
  /** Whether it may show colours. */
  readonly hasColours: boolean;
}

const STYLES = { head: "\x1b[1m", alert: "\x1b[33m", faint: "\x1b[2m" } as const;
/** Another screen, without a cursor, on which lines that are too long end at the edge; and back. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l", LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
/** Home; the rest of a line; all below. */
const HOME = "\x1b[H", REST = "\x1b[K", BELOW = "\x1b[J";

/** A screen that is drawn in place, until its scope ends: then the terminal is as it was. */
export class FullScreen implements Disposable {
  readonly #terminal: WholeTerminal;

  constructor(terminal: WholeTerminal) {
    this.#terminal = terminal;
    terminal.write(ENTER);
  }

  /** Draws lines over the former ones; no longer and no more than fit. */
  draw(lines: readonly Line[]): void {
    const { hasColours } = this.#terminal;
    const texts = lines.map(({ text, style }) =>
      `${style === undefined || !hasColours ? text : `${STYLES[style]}${text}\x1b[0m`}${REST}`
    );
    this.#terminal.write(`${HOME}${texts.join("\r\n")}${BELOW}`);
  }

  [Symbol.dispose](): void {
    this.#terminal.write(LEAVE);
  }
}
