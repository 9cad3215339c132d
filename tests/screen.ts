/** A terminal without a window, which understands what programs write as real ones do. */
import xterm from "@xterm/headless";

/** The screen of a terminal, and all that has scrolled off it. */
export class Screen {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;

  constructor(columns: number, rows = 24) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  /** Resolves when it shows the text. */
  write(text: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(text, resolve));
  }

  resize(columns: number): void {
    this.#terminal.resize(columns, this.#terminal.rows);
  }

  /** The lines from the first one that was written to the last one with anything in it. */
  get lines(): string[] {
    const buffer = this.#terminal.buffer.active;
    const all = Array.from(
      { length: buffer.length },
      (_, row) => buffer.getLine(row)!.translateToString(true).trimEnd(),
    );
    return all.slice(0, all.findLastIndex((line) => line !== "") + 1);
  }
}
