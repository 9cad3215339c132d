import { TraceError } from "./error.ts";

/** Most bytes in which calls are kept: a day of 46,000 functions that are all called in each minute takes about 140 MB. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Most calls of one minute: they are sorted in memory, at 12 bytes each. */
export const MAX_CALLS_OF_MINUTE = 10_000_000;
/** Most minutes: a leap year's. */
export const MAX_MINUTES = 366 * 24 * 60;

/** Numbers of a minute, seven bits a byte, those of a function after the other. */
class Packed {
  #bytes = new Uint8Array(16);
  #length = 0;
  #lastFn = 0;
  calls = 0;

  get size(): number {
    return this.#bytes.length;
  }

  add(fn: number, count: number): void {
    if (this.#length + 10 > this.#bytes.length) { // two numbers of 32 bits
      const longer = new Uint8Array(this.#bytes.length * 2);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    const step = fn - this.#lastFn;
    this.#write(step < 0 ? -2 * step - 1 : 2 * step); // as files have their functions in one order, most are small
    this.#write(count);
    this.#lastFn = fn;
    this.calls += count;
  }

  *[Symbol.iterator](): Generator<readonly [fn: number, count: number]> {
    let at = 0, fn = 0;
    const read = () => {
      let value = 0, factor = 1, byte: number;
      do {
        byte = this.#bytes[at++]!;
        value += (byte & 127) * factor;
        factor *= 128;
      } while (byte > 127);
      return value;
    };
    while (at < this.#length) {
      const step = read();
      fn += step % 2 === 1 ? -(step + 1) / 2 : step / 2;
      yield [fn, read()];
    }
  }

  #write(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = rest % 128 + 128;
    this.#bytes[this.#length++] = rest;
  }
}

/** The number of calls of each function in each minute: two or three bytes for a minute in which a function is called. */
export class MinuteCounts {
  readonly #minutes: (Packed | undefined)[] = [];
  readonly #file: string;
  #bytes = 0;
  #calls = 0;

  /** @param file of the trace, for messages */
  constructor(file: string) {
    this.#file = file;
  }

  /** Number of calls in all. */
  get calls(): number {
    return this.#calls;
  }

  /** The last minute with a call, and one more. */
  get length(): number {
    return this.#minutes.length;
  }

  /**
   * Adds calls; of a minute, those of one function after those of another.
   *
   * @throws {TraceError} `large-trace` if there are more than fit in memory
   */
  add(minute: number, fn: number, count: number): void {
    if (minute >= MAX_MINUTES) throw this.#tooLarge(`it is longer than ${MAX_MINUTES} minutes`);
    while (this.#minutes.length <= minute) this.#minutes.push(undefined);
    const packed = this.#minutes[minute] ??= new Packed();
    this.#bytes -= packed.size;
    packed.add(fn, count);
    this.#bytes += packed.size;
    this.#calls += count;
    if (packed.calls > MAX_CALLS_OF_MINUTE) {
      throw this.#tooLarge(`its minute ${minute + 1} has more than ${MAX_CALLS_OF_MINUTE} calls`);
    }
    if (this.#bytes > MAX_BYTES) throw this.#tooLarge("its counts do not fit in 512 MiB");
  }

  /** The functions that are called in a minute, in the order in which they were added, and how often each of them is. */
  at(minute: number): Iterable<readonly [fn: number, count: number]> {
    return this.#minutes[minute] ?? [];
  }

  /** Number of calls in a minute. */
  callsAt(minute: number): number {
    return this.#minutes[minute]?.calls ?? 0;
  }

  #tooLarge(why: string): TraceError {
    return new TraceError(
      "large-trace",
      `Cannot replay ${this.#file}: ${why}. Take a part of it: --sample 0.1, or --hours 0..1`,
    );
  }
}
