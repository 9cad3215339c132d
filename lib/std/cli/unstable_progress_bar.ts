/** What a formatter of a progress bar is given. */
export interface ProgressBarFormatter {
  /** The time since the start, as mm:ss. */
  styledTime: string;
  /** How much is done, as text, in a unit of bytes. */
  styledData: () => string;
  /** The bar itself. */
  progressBar: string;
  /** Milliseconds since the start. */
  time: number;
  /** Milliseconds since the start, when it was drawn before. */
  previousTime: number;
  value: number;
  previousValue: number;
  max: number;
}

/** How a progress bar looks. */
export interface ProgressBarOptions {
  /** (Default: 0) */
  value?: number;
  /** What is done when all is done. (Default: 1) */
  max?: number;
  /** Length of the bar in characters. (Default: 50) */
  barLength?: number;
  /** (Default: "#") */
  fillChar?: string;
  /** (Default: "-") */
  emptyChar?: string;
  /** Take it away at the end. (Default: false) */
  clear?: boolean;
  /** Makes the line. (Default: time, bar and data) */
  fmt?: (formatter: ProgressBarFormatter) => string;
  /** Leave the stream open at the end. (Default: true) */
  keepOpen?: boolean;
}

const INTERVAL_MS = 1000;
const LINE_CLEAR = "\r\x1b[K";

/** Shows how much of something is done, in one line of a stream; drawn once a second. */
export class ProgressBar {
  /** How much is done; may change at any time. */
  value: number;
  max: number;
  readonly #options: Required<Omit<ProgressBarOptions, "value" | "max">>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #startedAt = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #previousTime = 0;
  #previousValue: number;

  constructor(writable: WritableStream<Uint8Array> = Deno.stderr.writable, options: ProgressBarOptions = {}) {
    this.value = options.value ?? 0;
    this.max = options.max ?? 1;
    this.#previousValue = this.value;
    this.#options = {
      barLength: options.barLength ?? 50,
      fillChar: options.fillChar ?? "#",
      emptyChar: options.emptyChar ?? "-",
      clear: options.clear ?? false,
      fmt: options.fmt ??
        (({ styledTime, progressBar, styledData }) => `${styledTime} ${progressBar} ${styledData()}`),
      keepOpen: options.keepOpen ?? true,
    };
    this.#writer = writable.getWriter();
    this.#timer = setInterval(() => this.#print(), INTERVAL_MS);
    this.#print();
  }

  /** Draws it for the last time, or takes it away, and gives the stream back. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#print();
    await this.#write(this.#options.clear ? LINE_CLEAR : "\n");
    if (this.#options.keepOpen) this.#writer.releaseLock();
    else await this.#writer.close();
  }

  async #print(): Promise<void> {
    const time = performance.now() - this.#startedAt;
    const { barLength, fillChar, emptyChar, fmt } = this.#options;
    const filled = Math.min(barLength, Math.floor(this.value / this.max * barLength) || 0);
    const line = fmt({
      styledTime: `[${clockTime(time)}]`,
      styledData: () => dataText(this.value, this.max),
      progressBar: `[${fillChar.repeat(filled)}${emptyChar.repeat(barLength - filled)}]`,
      time,
      previousTime: this.#previousTime,
      value: this.value,
      previousValue: this.#previousValue,
      max: this.max,
    });
    this.#previousTime = time;
    this.#previousValue = this.value;
    await this.#write(LINE_CLEAR + line);
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#writer.write(this.#encoder.encode(text));
    } catch {
      // whoever reads the stream has gone; that must not end the work that is shown
    }
  }
}

function clockTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"];

function dataText(value: number, max: number): string {
  const unit = Math.max(0, Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(max, 1)) / 10) - 1));
  const scaled = (amount: number) => (amount / 1024 ** (unit + 1)).toFixed(2);
  return `[${scaled(value)}/${scaled(max)} ${UNITS[unit]}]`;
}
