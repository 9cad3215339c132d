import type { Carrier, Exchange } from "./exchange.ts";
import type { HeadReader } from "./head.ts";
import { type HttpAnswer, ResponseReader } from "./response_reader.ts";
import type { Sending } from "./sending.ts";

/** Bytes read at a time. */
const READ_BYTES = 8192;

/** The tools and callbacks of a connection. */
export interface ConnectionHooks {
  /** The bytes that are leaving over any connection of the client. */
  readonly sending: Sending;
  /** Parses the heads of its answers. */
  readonly heads: HeadReader;
  /** It can be used again. */
  freed(connection: Connection): void;
  /** It cannot be used any more; called once. */
  gone(connection: Connection): void;
  /** Calls back when the explanation of an error is waited for no longer. @returns a function that takes the call back */
  explaining(over: () => void): () => void;
}

/**
 * One connection to a server, with at most one request at a time. It is read from all the time, so that a connection that the
 * server closes is known at once and not used again.
 */
export class Connection implements Carrier {
  /** The number of sweeps of its pool for which it is kept while it is idle. */
  sweepsLeft = 0;
  /** The time for which the server keeps the connection open without a request, in milliseconds, if the server has told it. */
  keepsOpenMs: number | undefined;
  readonly #conn: Deno.Conn;
  readonly #hooks: ConnectionHooks;
  readonly #reader: ResponseReader;
  #exchange: Exchange | undefined;
  #isClosed = false;
  /** Whether the request has left completely. */
  #hasSent = true;
  #forgetExplaining: (() => void) | undefined;

  constructor(conn: Deno.Conn, hooks: ConnectionHooks) {
    this.#conn = conn;
    this.#hooks = hooks;
    this.#reader = new ResponseReader(hooks.heads);
    this.#read();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  start(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#reader.begin(exchange.maxBytes, exchange.isOfHead);
    this.#hasSent = false;
    this.#hooks.sending.begin(this);
    this.#write(exchange, exchange.bytes);
  }

  #write(exchange: Exchange, bytes: Uint8Array<ArrayBuffer>): void {
    this.#conn.write(bytes).then((count) => {
      if (count < bytes.length) return this.#write(exchange, bytes.subarray(count));
      this.#hasSent = true;
      this.#hooks.sending.end(this);
      exchange.sent();
    }, () => this.#hooks.sending.end(this)); // reading names the fault: perhaps the server has answered before it closed
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    const { sending } = this.#hooks;
    try {
      for (;;) {
        const count = await this.#conn.read(buffer);
        if (count === null) return this.#end();
        const { over } = sending;
        if (over !== undefined) await over;
        const exchange = this.#exchange;
        if (exchange === undefined) return this.close(); // nothing was asked
        exchange.hasBytes = true;
        const answer = this.#reader.take(buffer.subarray(0, count));
        if (answer !== undefined) this.#settle(exchange, answer);
        else if (this.#isError) this.#forgetExplaining ??= this.#hooks.explaining(() => this.cut());
      }
    } catch (error) {
      this.cut(error as Error);
    }
  }

  #settle(exchange: Exchange, answer: HttpAnswer): void {
    const { keepsOpen, keepsOpenMs } = this.#reader;
    this.#leave();
    if (keepsOpen && this.#hasSent) {
      this.keepsOpenMs = keepsOpenMs;
      this.#hooks.freed(this);
    } else this.close();
    exchange.settle(answer, keepsOpen);
  }

  /** Whether the answer that is being read is not what was asked for. */
  get #isError(): boolean {
    return (this.#reader.status ?? 0) >= 300;
  }

  #leave(): void {
    this.#exchange = undefined;
    this.#forgetExplaining?.();
    this.#forgetExplaining = undefined;
  }

  /** The server has closed it. */
  #end(): void {
    const exchange = this.#exchange, answer = exchange && this.#reader.close();
    if (exchange !== undefined && answer !== undefined) this.#settle(exchange, answer);
    else this.cut();
  }

  /** If the answer is an error, the part of its explanation that has come is enough. */
  cut(error?: Error): void {
    const exchange = this.#exchange;
    const answer = exchange !== undefined && this.#isError ? this.#reader.cut() : undefined;
    if (answer === undefined) this.close(error);
    else this.#settle(exchange!, answer);
  }

  /** Closes the connection; a request that waits for an answer gets an error. */
  close(error = new Error("the connection was closed before the answer was complete")): void {
    const exchange = this.#exchange;
    this.#leave();
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#hooks.sending.end(this);
      this.#conn.close();
      this.#hooks.gone(this);
    }
    exchange?.fail(error);
  }
}
