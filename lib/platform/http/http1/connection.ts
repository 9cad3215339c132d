import { ResponseReader } from "./response_reader.ts";
import type { Sending } from "./sending.ts";

/** Bytes read at a time. */
const READ_BYTES = 8192;

/** A connection ended before it had answered with a single byte: it may have been closed while the call was on its way. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** Somebody who waits for an answer. */
interface Waiter {
  readonly reader: ResponseReader;
  readonly resolve: (response: Response) => void;
  readonly reject: (error: unknown) => void;
  hasBytes: boolean;
}

/**
 * One connection to a server, with at most one call at a time. It is read from all the time, so that one which the server
 * closes is known at once and not used again.
 */
export class Connection {
  readonly #conn: Deno.Conn;
  readonly #sending: Sending;
  readonly #freed: (connection: Connection) => void;
  readonly #gone: (connection: Connection) => void;
  #waiter: Waiter | undefined;
  #isClosed = false;

  /**
   * @param sending what is leaving over any connection of the client
   * @param freed is told when it can be used again
   * @param gone is told, once, when it cannot be used any more
   */
  constructor(
    conn: Deno.Conn,
    sending: Sending,
    freed: (connection: Connection) => void,
    gone: (connection: Connection) => void,
  ) {
    this.#conn = conn;
    this.#sending = sending;
    this.#freed = freed;
    this.#gone = gone;
    this.#read();
  }

  /**
   * Sends a request, at once, and waits for its answer.
   *
   * @param sent is told when the last byte has been handed to the system
   * @throws {NoAnswerError} if the connection ended before the first byte of the answer
   */
  send(request: Uint8Array, maxBodyBytes: number, sent?: () => void): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    this.#waiter = { reader: new ResponseReader(maxBodyBytes), resolve, reject, hasBytes: false };
    this.#write(request).then(sent, (error) => this.close(error));
    return promise;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#sending.begin();
    try {
      for (let done = 0; done < bytes.length;) done += await this.#conn.write(bytes.subarray(done));
    } finally {
      this.#sending.end();
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const count = await this.#conn.read(buffer);
        if (count === null) return this.#end();
        const { over } = this.#sending;
        if (over !== undefined) await over;
        const waiter = this.#waiter;
        if (waiter === undefined) return this.close(); // nothing was asked
        waiter.hasBytes = true;
        const response = waiter.reader.take(buffer.subarray(0, count));
        if (response !== undefined) this.#settle(waiter, response);
      }
    } catch (error) {
      this.close(error);
    }
  }

  #settle(waiter: Waiter, response: Response): void {
    this.#waiter = undefined;
    if (waiter.reader.keepsOpen) this.#freed(this);
    else this.close();
    waiter.resolve(response);
  }

  /** The server has closed it. */
  #end(): void {
    const response = this.#waiter?.hasBytes ? this.#waiter.reader.close() : undefined;
    if (response !== undefined) this.#settle(this.#waiter!, response);
    else this.close(new Error("the connection was closed before the answer was complete"));
  }

  /** Closes it; whoever waits for an answer gets an error. */
  close(error?: unknown): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#conn.close();
      this.#gone(this);
    }
    if (waiter === undefined) return;
    waiter.reject(waiter.hasBytes ? error : new NoAnswerError("the connection was closed", { cause: error }));
  }
}
