import { cut } from "./text_table.ts";
import { terminalColumns } from "./terminal.ts";
import { visiblePlain } from "./visible.ts";

/** Back to the first column, and everything from there on erased: a line that has become too long for its terminal, too. */
const CLEAR = "\r\x1b[J";
/** A line that is too long after all, as the terminal draws some signs wider, then ends in the last column. */
const [NO_WRAP, WRAP] = ["\x1b[?7l", "\x1b[?7h"];

/** The place that a live line is shown in. */
export interface TerminalOutput {
  /** Its present width. */
  columns(): number;
  write(text: string): void;
}

/** Makes a live line of at most `columns` columns. */
export type Line = (columns: number) => string;

/**
 * A terminal with a live line below everything else. Who writes to the terminal while there is one does it by {@linkcode above},
 * so that no two texts get into each other.
 *
 * The cursor stays in the first column of the line: terminals keep it there when they are made narrower, whether they wrap
 * long lines or cut them, so that the line can be erased in either.
 */
export class LiveTerminal {
  readonly #output: TerminalOutput;
  readonly #lines: Line[] = [];

  constructor(output: TerminalOutput) {
    this.#output = output;
  }

  /** Shows a line until its scope ends, in the place of one that is shown already. */
  show(line: Line): Disposable {
    this.#lines.push(line);
    this.refresh();
    return {
      [Symbol.dispose]: () => {
        const at = this.#lines.lastIndexOf(line);
        if (at < 0) return;
        this.#lines.splice(at, 1);
        this.#write(CLEAR);
        this.refresh();
      },
    };
  }

  /** Draws the line as it is now, for the terminal's present width. */
  refresh(): void {
    const line = this.#lines.at(-1);
    if (line === undefined) return;
    const columns = this.#output.columns() - 1; // in the last one some terminals begin the next line
    this.#write(`\r${NO_WRAP}${fitting(line(columns), columns)}\x1b[J${WRAP}\r`);
  }

  /** Writes something above the line. @param write writes whole lines to the terminal */
  above(write: () => void): void {
    if (this.#lines.length > 0) this.#write(CLEAR);
    write();
    this.refresh();
  }

  /** Takes all lines away, as the program ends. */
  end(): void {
    if (this.#lines.splice(0).length > 0) this.#write(CLEAR);
  }

  #write(text: string): void {
    try {
      this.#output.write(text);
    } catch {
      // The terminal has gone; that must not end the work that is shown.
    }
  }
}

/** A text as one line of at most `columns` columns. */
export function fitting(text: string, columns: number): string {
  return columns < 1 ? "" : cut(visiblePlain(text.replaceAll(/\s+/g, " ")), columns);
}

const encoder = new TextEncoder();

/** The terminal that stderr is; undefined: it is none. */
export const terminal: LiveTerminal | undefined = Deno.stderr.isTerminal()
  ? new LiveTerminal({
    columns: terminalColumns,
    write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
  })
  : undefined;

/** Writes whole lines to stdout or stderr, which may be a terminal with a live line. */
export function writeAbove(write: () => void): void {
  if (terminal === undefined) write();
  else terminal.above(write);
}
