import type { Clock } from "../model/mod.ts";
import type { ByteSink } from "./byte_sink.ts";

/** Bytes that may wait for the reader of a stream: when as many do, events are lost. */
export const MOST_WAITING_BYTES = 8 * 1024 * 1024;
/** The time that the end of a run waits for the reader, in milliseconds. */
export const LAST_WAIT_MS = 5000;

/**
 * Writes to a path that is no regular file (a pipe, a terminal): its reader may be slow, or stand still, and only the bytes
 * held here wait for it. A pipe that nobody has opened yet takes nothing either.
 */
export class StreamSink implements ByteSink {
  readonly #clock: Clock;
  readonly #opened: Promise<Deno.FsFile>;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #error: unknown;

  /** @param open opens it, which may take until there is a reader */
  constructor(open: () => Promise<Deno.FsFile>, clock: Clock) {
    this.#clock = clock;
    this.#opened = open();
    this.#opened.catch((error) => this.#error ??= error);
  }

  get isFull(): boolean {
    return this.#waitingBytes >= MOST_WAITING_BYTES;
  }

  write(bytes: Uint8Array): void {
    if (this.#error !== undefined) throw this.#error;
    this.#waiting.push(bytes.slice());
    this.#waitingBytes += bytes.length;
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      const file = await this.#opened;
      for (let bytes = this.#waiting[0]; bytes !== undefined; bytes = this.#waiting[0]) {
        for (let at = 0; at < bytes.length;) {
          const count = await file.write(bytes.subarray(at));
          at += count;
          this.#waitingBytes -= count;
        }
        this.#waiting.shift();
      }
    } catch (error) {
      this.#error ??= error;
    }
    this.#writing = undefined;
  }

  async close(): Promise<number> {
    const over = new AbortController();
    const isOut = (this.#writing ?? Promise.resolve()).then(() => over.abort());
    await Promise.race([isOut, this.#clock.until(this.#clock.nowMs() + LAST_WAIT_MS, over.signal)]);
    const left = this.#error === undefined ? this.#waitingBytes : 0;
    this.#waiting.length = 0;
    void this.#opened.then((file) => file.close(), () => {});
    if (this.#error !== undefined) throw this.#error;
    return left;
  }
}
