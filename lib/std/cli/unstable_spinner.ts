/** An ANSI code that colours. */
// deno-lint-ignore ban-types -- as in the real package: any text, but editors still propose the names
export type Ansi = string & {};

/** The colours a spinner can have. */
export type Color =
  | "black"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "magenta"
  | "cyan"
  | "white"
  | "gray"
  | Ansi;

/** The look and the place of a spinner. */
export interface SpinnerOptions {
  /** The frames, shown one after the other. (Default: ten braille dots) */
  spinner?: string[];
  /** Shown beside it. (Default: "") */
  message?: string;
  /** The time for which each frame is shown, in milliseconds. (Default: 75) */
  interval?: number;
  /** The colour of the frames. (Default: that of the terminal) */
  color?: Color;
  /** Where it is shown. (Default: Deno.stdout) */
  output?: typeof Deno.stdout | typeof Deno.stderr;
}

const FRAMES = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
const LINE_CLEAR = "\r\x1b[K";
const RESET = "\x1b[0m";
const CODES: Readonly<Record<string, string>> = {
  black: "\x1b[30m",
  red: "\x1b[31m",
  green: "\x1b[32m",
  yellow: "\x1b[33m",
  blue: "\x1b[34m",
  magenta: "\x1b[35m",
  cyan: "\x1b[36m",
  white: "\x1b[37m",
  gray: "\x1b[90m",
};

/**
 * Shows that something is going on, in one line of a terminal. Lives until it is stopped.
 *
 * @example
 * ```ts
 * import { Spinner } from "@std/cli/unstable-spinner";
 * const spinner = new Spinner({ message: "Loading...", color: "yellow" });
 * spinner.start();
 * spinner.stop();
 * ```
 */
export class Spinner {
  /** The text beside it; may change at any time. */
  message: string;
  readonly #frames: readonly string[];
  readonly #interval: number;
  readonly #output: typeof Deno.stdout | typeof Deno.stderr;
  readonly #encoder = new TextEncoder();
  #code: string | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: SpinnerOptions = {}) {
    this.message = options.message ?? "";
    this.#frames = options.spinner ?? FRAMES;
    this.#interval = options.interval ?? 75;
    this.#output = options.output ?? Deno.stdout;
    this.color = options.color;
  }

  /** Colours the frames from now on; nothing for the colour of the terminal. */
  set color(value: Color | undefined) {
    this.#code = value ? CODES[value] : undefined;
  }

  /** The ANSI code of the colour. */
  get color(): Color | undefined {
    return this.#code;
  }

  /** Shows it; without effect if it is shown, or somebody else has the stream. */
  start(): void {
    if (this.#timer !== undefined || this.#output.writable.locked) return;
    let frame = 0;
    const show = () => {
      const sign = this.#frames[frame];
      frame = (frame + 1) % this.#frames.length;
      const shown = Deno.noColor ? sign : (this.#code ?? "") + sign + RESET;
      this.#write(`${LINE_CLEAR}${shown} ${this.message}`);
    };
    this.#timer = setInterval(show, this.#interval);
    show();
  }

  /** Takes it away; without effect if it is not shown. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#write(LINE_CLEAR);
  }

  #write(text: string): void {
    this.#output.writeSync(this.#encoder.encode(text));
  }
}
