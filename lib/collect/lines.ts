import { concatenated } from "../model/mod.ts";

const NEWLINE = 10;
/** One for all, as it holds nothing between two lines, and there is an assembler for each connection. */
const utf8 = new TextDecoder();

/**
 * Puts lines together out of the pieces in which they arrive. However they are cut, the lines are the same; a longer line than
 * allowed is left out up to its end, and no more than the allowed length is ever held.
 */
export class LineAssembler {
  readonly #longest: number;
  #held: Uint8Array[] = [];
  #size = 0;
  #skips = false;
  /** Lines that were left out, as they were too long. */
  overlong = 0;

  /** @param longest the longest line that is taken, in bytes without its end */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Takes some bytes, which may be overwritten afterwards. @returns the lines that they complete, without their ends */
  push(bytes: Uint8Array): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      const line = this.#complete(bytes.subarray(from, end));
      if (line !== undefined) lines.push(line);
      from = end + 1;
    }
    if (from < bytes.length) this.#hold(bytes.slice(from));
    return lines;
  }

  /** Whether there is the beginning of a line. */
  get isWithin(): boolean {
    return this.#size > 0 || this.#skips;
  }

  #complete(last: Uint8Array): string | undefined {
    if (this.#size === 0 && !this.#skips && last.length <= this.#longest) return utf8.decode(last);
    this.#hold(last);
    const line = this.#skips ? undefined : utf8.decode(concatenated(this.#held));
    this.#drop();
    this.#skips = false;
    return line;
  }

  #hold(piece: Uint8Array): void {
    if (this.#skips) return;
    if (this.#size + piece.length > this.#longest) {
      this.overlong++;
      this.#skips = true;
      return this.#drop();
    }
    this.#held.push(piece);
    this.#size += piece.length;
  }

  #drop(): void {
    this.#held = [];
    this.#size = 0;
  }
}
