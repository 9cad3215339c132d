import type { Clock } from "../../model/mod.ts";
import { TooLargeError } from "../calls/body.ts";

/** All requests that are being sent hold at most this, in bytes. */
const MOST_HELD = 256 * 1024 * 1024;
/** A body that announces no more is read in one piece, in bytes: memory for all of it is taken at once. */
const IN_ONE_PIECE = 64 * 1024;
/** The longest time that a body may take to come, in milliseconds. */
const LONGEST_MS = 30_000;

/** A body did not come in time. */
export class LateBodyError extends Error {
  override readonly name = "LateBodyError";
}

/** Other bodies take all the memory that there is for them. */
export class NoRoomError extends Error {
  override readonly name = "NoRoomError";
}

/** The bounds on the reading of bodies; all left out: as a server has them. */
export interface RequestBodiesOptions {
  readonly clock: Clock;
  readonly mostHeld?: number;
  readonly longestMs?: number;
}

/** A body that is being sent. */
interface Sending {
  readonly untilMs: number;
  readonly expire: (error: LateBodyError) => void;
}

/**
 * Reads the bodies of requests as they come, within bounds for each and for all that are being sent. Those that come at once,
 * nearly all, cost no timer of their own: one stays armed for the oldest.
 */
export class RequestBodies implements Disposable {
  readonly #clock: Clock;
  readonly #sending = new Set<Sending>();
  #disarm: (() => void) | undefined;
  readonly #mostHeld: number;
  readonly #longestMs: number;
  #held = 0;

  constructor({ clock, mostHeld = MOST_HELD, longestMs = LONGEST_MS }: RequestBodiesOptions) {
    this.#clock = clock;
    this.#mostHeld = mostHeld;
    this.#longestMs = longestMs;
  }

  /** The bytes that requests which are being sent hold, or are to hold in one piece. */
  get held(): number {
    return this.#held;
  }

  /**
   * Reads a body as text.
   *
   * @param maxBytes the longest body that is taken
   * @throws {TooLargeError} if it is longer
   * @throws {LateBodyError} if it has not come within 30 seconds
   * @throws {NoRoomError} if others hold too much
   */
  read(request: Request, maxBytes: number): Promise<string> {
    const announced = request.headers.get("content-length");
    const length = announced === null ? Infinity : Number(announced);
    return length <= IN_ONE_PIECE && length <= maxBytes && this.#held + length <= this.#mostHeld
      ? this.#readWhole(request, length)
      : this.#readParts(request, announced === null ? 0 : length, maxBytes);
  }

  #begin(expire: Sending["expire"]): Sending {
    const sending = { untilMs: this.#clock.nowMs() + this.#longestMs, expire };
    this.#sending.add(sending);
    this.#disarm ??= this.#clock.after(this.#longestMs, this.#sweep);
    return sending;
  }

  /** Ends the bodies that are late; all have the same time, so the oldest come first. */
  readonly #sweep = (): void => {
    this.#disarm = undefined;
    for (const sending of this.#sending) {
      const leftMs = sending.untilMs - this.#clock.nowMs();
      if (leftMs > 0) {
        this.#disarm = this.#clock.after(leftMs, this.#sweep);
        return;
      }
      this.#sending.delete(sending);
      sending.expire(new LateBodyError(`the request had not come within ${this.#longestMs} ms`));
    }
  };

  [Symbol.dispose](): void {
    this.#disarm?.();
  }

  #readWhole(request: Request, length: number): Promise<string> {
    this.#held += length;
    return new Promise((resolve, reject) => {
      const sending = this.#begin(reject);
      const over = (): void => {
        this.#held -= length;
        this.#sending.delete(sending);
      };
      request.text().then((text) => {
        over();
        resolve(text);
      }, (error) => {
        over();
        reject(error);
      });
    });
  }

  async #readParts({ body }: Request, announced: number, maxBytes: number): Promise<string> {
    if (body === null) return "";
    const reader = body.getReader();
    let error: Error | undefined, held = 0;
    const stop = (why: Error): void => {
      error ??= why;
      reader.cancel().catch(() => {}); // it has broken off
    };
    const sending = this.#begin(stop);
    const decoder = new TextDecoder();
    let text = "";
    try {
      if (announced > maxBytes) stop(tooLarge(maxBytes));
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const { length } = part.value;
        held += length;
        this.#held += length;
        if (held > maxBytes) stop(tooLarge(maxBytes));
        else if (this.#held > this.#mostHeld) stop(noRoom());
        if (error !== undefined) break;
        text += decoder.decode(part.value, { stream: true });
      }
    } finally {
      this.#held -= held;
      this.#sending.delete(sending);
    }
    if (error !== undefined) throw error;
    return text + decoder.decode();
  }
}

function tooLarge(maxBytes: number): TooLargeError {
  return new TooLargeError(`the request is longer than ${maxBytes} bytes`);
}

function noRoom(): NoRoomError {
  return new NoRoomError("too many large requests are being sent");
}
