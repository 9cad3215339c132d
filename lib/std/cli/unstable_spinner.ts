/** ANSI colours a spinner can have. */
export type Color = "black" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "white" | "gray";

/** How a spinner looks. */
export interface SpinnerOptions {
  /** The frames, shown one after the other. (Default: ten braille dots) */
  spinner?: readonly string[];
  /** Shown beside it. */
  message?: string;
  /** How long each frame is shown, in milliseconds. (Default: 75) */
  interval?: number;
  /** The colour of the frames. */
  color?: Color;
  /** Where it is shown. (Default: Deno.stdout) */
  output?: typeof Deno.stdout | typeof Deno.stderr;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const INTERVAL_MS = 75;
const LINE_CLEAR = "\r\x1b[K";
const RESET = "\x1b[0m";
const CODES: Readonly<Record<Color, string>> = {
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

/** Shows that something is going on, in one line of a terminal. */
export class Spinner {
  /** What is shown beside it; may change at any time. */
  message: string;
  color: Color | undefined;
  readonly #frames: readonly string[];
  readonly #interval: number;
  readonly #output: typeof Deno.stdout | typeof Deno.stderr;
  readonly #encoder = new TextEncoder();
  #timer: ReturnType<typeof setInterval> | undefined;
  #active = false;

  constructor(options: SpinnerOptions = {}) {
    this.message = options.message ?? "";
    this.color = options.color;
    this.#frames = options.spinner ?? FRAMES;
    this.#interval = options.interval ?? INTERVAL_MS;
    this.#output = options.output ?? Deno.stdout;
  }

  /** Shows it; without effect if it is shown. */
  start(): void {
    if (this.#active || !Deno.stdout.writable || this.#output.writable.locked) return;
    this.#active = true;
    let frame = 0;
    const show = () => {
      const color = this.color === undefined ? "" : CODES[this.color];
      this.#write(`${LINE_CLEAR}${color}${this.#frames[frame]}${RESET} ${this.message}`);
      frame = (frame + 1) % this.#frames.length;
    };
    this.#timer = setInterval(show, this.#interval);
  }

  /** Takes it away; without effect if it is not shown. */
  stop(): void {
    if (!this.#active) return;
    clearInterval(this.#timer);
    this.#write(LINE_CLEAR);
    this.#active = false;
  }

  #write(text: string): void {
    this.#output.writeSync(this.#encoder.encode(text));
  }
}
