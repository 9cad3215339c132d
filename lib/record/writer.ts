import { type Clock, realClock } from "../model/mod.ts";
import { EventEncoder } from "./encode.ts";
import { fileError, type RunLogError } from "./errors.ts";
import type {
  AttemptEvent,
  CounterEvent,
  EndEvent,
  FunctionRunEvent,
  Recorder,
  RunInfo,
  SubmitEvent,
} from "./events.ts";
import { openOwnFile } from "./own_file.ts";
import type { ByteSink } from "./byte_sink.ts";
import { sinkOf } from "./sink.ts";
import { LAST_WAIT_MS } from "./stream_sink.ts";

/** The most characters that are held back. */
const BUFFERED = 65_536;
/** The longest time that they are held back, in milliseconds. */
const HELD_BACK_MS = 250;

/** The options of writing a run log. */
export interface RunLogOptions {
  /** Wakes the writer to write the text that is held back. (Default: the wall clock) */
  readonly clock?: Clock;
  /**
   * Called with the first error of the disk, at once; events recorded after it are lost. (Default: the error is kept, and
   * closing the log throws it)
   */
  readonly onError?: (error: RunLogError) => void;
  /**
   * Called with a sentence when events begin to be lost as the reader of a pipe takes too little, and at the end with their
   * number. (Default: none are lost: recording waits for the reader)
   */
  readonly onLoss?: (words: string) => void;
}

/**
 * Opens a run log. An earlier log at the path is kept as `run.1.json`, and up to `run.5.json`; while another program
 * writes the path, the log goes to `run-2.json`, … instead, as {@linkcode RunLogWriter.path} says.
 *
 * @param path a path that ends in `.gz` is compressed
 * @param info the description of the run; all times in the log count from its `startedAtMs`
 * @throws {RunLogError} if the file cannot be made
 *
 * @example
 * ```ts
 * import { openRunLog, type RunInfo, type SubmitEvent } from "./mod.ts";
 * async function record(info: RunInfo, events: readonly SubmitEvent[]): Promise<void> {
 *   await using log = await openRunLog("run.json", info);
 *   for (const event of events) log.submit(event);
 * }
 * ```
 */
export async function openRunLog(
  path: string,
  info: RunInfo,
  options: RunLogOptions = {},
): Promise<RunLogWriter> {
  const own = await openOwnFile(path).catch((error: unknown) => {
    throw fileError("write", path, error);
  });
  const sink = await sinkOf(own, options.clock ?? realClock, options.onLoss !== undefined);
  return new RunLogWriter(own.path, sink, info, options);
}

/**
 * Writes what happens as Chrome trace events, one a line, the first of them with what the run is.
 *
 * Recording costs some microseconds and never waits: events are gathered to 64 KiB or for 250 ms, and then written in one
 * synchronous call. That keeps memory bounded even where the event loop never turns, as in a simulation; a file that is
 * cut at any place can be read up to there.
 */
export class RunLogWriter implements Recorder, AsyncDisposable {
  readonly path: string;
  readonly #sink: ByteSink;
  readonly #encoder: EventEncoder;
  readonly #clock: Clock;
  readonly #onError: ((error: RunLogError) => void) | undefined;
  readonly #utf8 = new TextEncoder();
  readonly #onLoss: ((words: string) => void) | undefined;
  #held = "";
  #lost = 0;
  #cancelFlush: (() => void) | undefined;
  #error: RunLogError | undefined;
  #closed = false;

  /** Use {@linkcode openRunLog}. */
  constructor(path: string, sink: ByteSink, info: RunInfo, options: RunLogOptions) {
    this.path = path;
    this.#sink = sink;
    this.#clock = options.clock ?? realClock;
    this.#onError = options.onError;
    this.#onLoss = options.onLoss;
    this.#encoder = new EventEncoder(info.startedAtMs);
    this.#hold(this.#encoder.run(info));
    this.flush();
  }

  attempt(event: AttemptEvent): void {
    if (this.#takes) this.#hold(this.#encoder.attempt(event));
  }

  functionRun(event: FunctionRunEvent): void {
    if (this.#takes) this.#hold(this.#encoder.functionRun(event));
  }

  submit(event: SubmitEvent): void {
    if (this.#takes) this.#hold(this.#encoder.submit(event));
  }

  end(event: EndEvent): void {
    if (this.#takes) this.#hold(this.#encoder.end(event));
  }

  counter(event: CounterEvent): void {
    if (this.#takes) this.#hold(this.#encoder.counter(event));
  }

  /** Hands everything recorded so far to the system; it survives a crash of the process from here on. */
  flush(): void {
    const held = this.#held;
    this.#held = "";
    if (held === "" || !this.#open) return;
    try {
      this.#sink.write(this.#utf8.encode(held));
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * Writes the rest and the closing bracket. Events that are recorded later are ignored.
   *
   * @throws {RunLogError} if the disk failed and there is no `onError`
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.#lost > 0) this.#held += this.#encoder.lost(this.#lost);
    this.#held += "\n]\n";
    this.flush();
    this.#closed = true;
    this.#cancelFlush?.();
    try {
      this.#sayLost(await this.#sink.close());
    } catch (error) {
      if (this.#error === undefined) this.#fail(error);
    }
    if (this.#error !== undefined && this.#onError === undefined) throw this.#error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #open(): boolean {
    return !this.#closed && this.#error === undefined;
  }

  /** Whether an event is to be recorded: not while the reader is behind. No event refers to one that is not encoded. */
  get #takes(): boolean {
    if (!this.#open) return false;
    if (!this.#sink.isFull) return true;
    if (this.#lost++ === 0) {
      this.#onLoss?.(
        `The run log ${this.path} is not read as fast as it is written: events of it are lost, calls go on`,
      );
    }
    return false;
  }

  /** @param left bytes that nobody has taken until the end */
  #sayLost(left: number): void {
    if (this.#lost > 0) this.#onLoss?.(`${this.#lost} events of the run log ${this.path} were lost`);
    if (left === 0) return;
    this.#onLoss?.(
      `The last ${left} bytes of the run log ${this.path} were lost: nobody has read them within ${
        LAST_WAIT_MS / 1000
      } s`,
    );
  }

  #hold(text: string): void {
    this.#held += text;
    if (this.#held.length >= BUFFERED) this.flush();
    else {
      this.#cancelFlush ??= this.#clock.after(HELD_BACK_MS, () => {
        this.#cancelFlush = undefined;
        this.flush();
      });
    }
  }

  #fail(cause: unknown): void {
    this.#error = fileError("write", this.path, cause);
    this.#onError?.(this.#error);
  }
}
