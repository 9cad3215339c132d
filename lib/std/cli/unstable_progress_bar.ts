import { clockTime, fraction } from "./_progress_text.ts";

/** The data that a formatter of a progress bar gets. */
export interface ProgressBarFormatter {
  /** The time since the start, as mm:ss. */
  styledTime: string;
  /** The bytes done and all bytes, in words. */
  styledData: string;
  /** The bar itself. */
  progressBar: string;
  /** Milliseconds since the start. */
  time: number;
  /** Milliseconds since the start, when it was drawn before. */
  previousTime: number;
  /** The amount that is done. */
  value: number;
  /** The amount that was done when the bar was drawn before. */
  previousValue: number;
  /** The amount when all is done. */
  max: number;
}

/** The look and the place of a progress bar. */
export interface ProgressBarOptions {
  /** The stream that it is written to. (Default: Deno.stderr) */
  writable?: WritableStream<Uint8Array>;
  /** The amount that is done at the start. (Default: 0) */
  value?: number;
  /** The amount when all is done. */
  max: number;
  /** Length of the bar in characters. (Default: 50) */
  barLength?: number;
  /** The character for the part that is done. (Default: "#") */
  fillChar?: string;
  /** The character for the rest. (Default: "-") */
  emptyChar?: string;
  /** Take it away at the end. (Default: false) */
  clear?: boolean;
  /** Makes the line. (Default: time, bar and data, each in brackets) */
  formatter?: (formatter: ProgressBarFormatter) => string;
  /** Leave the stream open at the end. (Default: true) */
  keepOpen?: boolean;
  /** Time from one drawing to the next, in milliseconds. (Default: 1000) */
  interval?: number;
}

const LINE_CLEAR = "\r\x1b[K";

/**
 * Shows how much of something is done, in one line of a stream. Lives until it is stopped.
 *
 * @example
 * ```ts
 * import { ProgressBar } from "@std/cli/unstable-progress-bar";
 * const bar = new ProgressBar({ max: 100 });
 * bar.value += 10;
 * await bar.stop();
 * ```
 */
export class ProgressBar {
  /** The amount that is done; may change at any time. */
  value: number;
  /** The amount when all is done; may change at any time. */
  max: number;
  readonly #options: Required<Omit<ProgressBarOptions, "writable" | "value" | "max" | "interval">>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #startedAt = Date.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #previousTime = 0;
  #previousValue: number;

  constructor(options: ProgressBarOptions) {
    const { writable = Deno.stderr.writable, value = 0, max, interval = 1000, ...look } = options;
    this.value = this.#previousValue = value;
    this.max = max;
    this.#options = {
      barLength: 50,
      fillChar: "#",
      emptyChar: "-",
      clear: false,
      keepOpen: true,
      formatter: (line) => `[${line.styledTime}] [${line.progressBar}] [${line.styledData}]`,
      ...look,
    };
    this.#writer = writable.getWriter();
    this.#timer = setInterval(() => this.#draw(), interval);
    this.#draw();
  }

  /** Draws it for the last time, or takes it away, and gives the stream back. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#options.clear) await this.#write(LINE_CLEAR);
    else {
      await this.#draw();
      await this.#write("\n");
    }
    if (this.#options.keepOpen) this.#writer.releaseLock();
    else await this.#writer.close().catch(() => {}); // as in #write
  }

  async #draw(): Promise<void> {
    const { barLength, fillChar, emptyChar, formatter } = this.#options;
    const { value, max } = this;
    const time = Date.now() - this.#startedAt;
    const filled = Math.trunc(Math.min(Math.max(value / max, 0), 1) * barLength);
    const line = formatter({
      styledTime: clockTime(time),
      styledData: fraction(value, max),
      progressBar: fillChar.repeat(filled) + emptyChar.repeat(barLength - filled),
      time,
      previousTime: this.#previousTime,
      value,
      previousValue: this.#previousValue,
      max,
    });
    this.#previousTime = time;
    this.#previousValue = value;
    await this.#write(LINE_CLEAR + line);
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#writer.write(this.#encoder.encode(text));
    } catch {
      // whoever reads the stream has gone; that must not end the work that is shown
      clearInterval(this.#timer);
    }
  }
}
