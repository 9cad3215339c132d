import { type Clock, counted, realClock } from "../model/mod.ts";
import { EventEncoder } from "./encode.ts";
import { fileError, type RunLogError } from "./errors.ts";
import type {
  AttemptEvent,
  CounterEvent,
  EndEvent,
  FunctionRunEvent,
  Recorder,
  RunInfo,
  SettingEvent,
  SubmitEvent,
} from "./events.ts";
import { InForce } from "./in_force.ts";
import { openOwnFile } from "./own_file.ts";
import type { ByteSink } from "./byte_sink.ts";
import { sinkOf } from "./sink.ts";
import { LAST_WAIT_MS } from "./stream_sink.ts";

/** The most characters that are held back. */
const BUFFERED = 65_536;
/** The longest time that they are held back, in milliseconds. */
const HELD_BACK_MS = 250;
/** The most characters that are held while a new file is opened; what comes then is lost. */
const HELD_WHILE_OPENING = 16 * 1024 * 1024;

/** The end of a log. */
const END = "\n]\n";

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
  /**
   * The log goes on in a new file when this many bytes (before compression) have been written to one; the full one is kept as
   * an earlier log. Each file is a log of its own, with a run id of its own. (Default: no bound)
   */
  readonly maxBytes?: number;
}

/** A file that has been opened for a log. */
interface Opened {
  readonly path: string;
  readonly sink: ByteSink;
  /** Whether it can be followed by another: not a pipe. */
  readonly isFile: boolean;
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
  const open = async (): Promise<Opened> => {
    const own = await openOwnFile(path).catch((error: unknown) => {
      throw fileError("write", path, error);
    });
    const sink = await sinkOf(own, options.clock ?? realClock, options.onLoss !== undefined);
    return { path: own.path, sink, isFile: own.kind === "file" };
  };
  return new RunLogWriter(await open(), info, options, open);
}

/**
 * Writes what happens as Chrome trace events, one a line, the first of them with what the run is.
 *
 * Recording costs some microseconds and never waits: events are gathered to 64 KiB or for 250 ms, and then written in one
 * synchronous call. That keeps memory bounded even where the event loop never turns, as in a simulation; a file that is
 * cut at any place can be read up to there.
 */
export class RunLogWriter implements Recorder, AsyncDisposable {
  #file: Opened;
  #encoder: EventEncoder;
  readonly #info: RunInfo;
  readonly #reopen: () => Promise<Opened>;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #onError: ((error: RunLogError) => void) | undefined;
  readonly #utf8 = new TextEncoder();
  /** The settings that a following file begins with. */
  readonly #inForce = new InForce();
  readonly #onLoss: ((words: string) => void) | undefined;
  #held = "";
  #lost = 0;
  #cancelFlush: (() => void) | undefined;
  #error: RunLogError | undefined;
  #closed = false;
  /** Bytes in the file. */
  #written = 0;
  #parts = 1;
  #opening: Promise<void> | undefined;

  /** Use {@linkcode openRunLog}. */
  constructor(file: Opened, info: RunInfo, options: RunLogOptions, reopen: () => Promise<Opened>) {
    this.#file = file;
    this.#info = info;
    this.#reopen = reopen;
    this.#maxBytes = file.isFile ? options.maxBytes ?? Infinity : Infinity;
    this.#clock = options.clock ?? realClock;
    this.#onError = options.onError;
    this.#onLoss = options.onLoss;
    this.#encoder = new EventEncoder(info.startedAtMs);
    this.#hold(this.#encoder.run(info));
    this.flush();
  }

  /** The path of the file that is written now. */
  get path(): string {
    return this.#file.path;
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

  setting(event: SettingEvent): void {
    this.#inForce.note(event);
    if (this.#takes) this.#hold(this.#encoder.setting(event));
  }

  /** Hands everything recorded so far to the system; it survives a crash of the process from here on. */
  flush(): void {
    if (this.#opening !== undefined) return;
    const held = this.#held;
    this.#held = "";
    if (held === "" || !this.#open) return;
    try {
      const bytes = this.#utf8.encode(held);
      this.#file.sink.write(bytes);
      this.#written += bytes.length;
    } catch (error) {
      this.#fail(error);
    }
    if (this.#written >= this.#maxBytes && this.#open) this.#opening = this.#goOn();
  }

  /** Closes the file, which is full, and goes on in a new one; events are held until that is open. */
  async #goOn(): Promise<void> {
    const full = this.#file;
    const { startedAtMs, id } = this.#info, part = ++this.#parts;
    this.#encoder = new EventEncoder(startedAtMs);
    this.#held = this.#encoder.run({ ...this.#info, ...id !== undefined && { id: `${id}/${part}` } });
    for (const event of this.#inForce.list()) this.#held += this.#encoder.setting(event);
    try {
      full.sink.write(this.#utf8.encode(END));
      this.#sayLost(await full.sink.close());
      this.#file = await this.#reopen();
    } catch (error) {
      this.#fail(error);
    }
    this.#written = 0;
    this.#opening = undefined;
    this.flush();
  }

  /**
   * Writes the rest and the closing bracket. Events that are recorded later are ignored.
   *
   * @throws {RunLogError} if the disk failed and there is no `onError`
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#opening;
    if (this.#lost > 0) this.#held += this.#encoder.lost(this.#lost);
    this.#held += END;
    this.flush();
    await this.#opening;
    this.#closed = true;
    this.#cancelFlush?.();
    try {
      this.#sayLost(await this.#file.sink.close());
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
    if (!this.#file.sink.isFull && this.#held.length < HELD_WHILE_OPENING) return true;
    if (this.#lost++ === 0) {
      this.#onLoss?.(
        `The run log ${this.path} takes events more slowly than they come: some are lost, calls go on`,
      );
    }
    return false;
  }

  /** @param left bytes that nobody has taken until the end */
  #sayLost(left: number): void {
    if (this.#lost > 0) {
      this.#onLoss?.(
        `${counted(this.#lost, "event")} of the run log ${this.path} ${
          this.#lost === 1 ? "was" : "were"
        } lost`,
      );
    }
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
