import { onAbort } from "../../../model/mod.ts";
import type { HttpRequest } from "./request.ts";
import type { HttpAnswer } from "./response_reader.ts";

/** A connection, as an exchange sees it. */
export interface Carrier {
  /** Sends a request, and gives its answer to it. */
  start(exchange: Exchange): void;
  /** Does not wait for the rest of the answer. */
  cut(error: Error): void;
}

/** Where an exchange gets its connection from. */
export interface Carriers {
  /** An idle one, if there is any. */
  take(): Carrier | undefined;
  /** A new one. */
  open(signal: AbortSignal): Promise<Carrier>;
  /** Takes one back that was not needed. */
  put(carrier: Carrier): void;
  /** An idle one turned out to be dead: those that have waited longer are no better. */
  clear(): void;
}

/** One request and its answer. It ends once, whatever becomes of its connection. */
export class Exchange {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #request: HttpRequest;
  readonly #carriers: Carriers;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: unknown) => void;
  #forget: () => void = () => {};
  #carrier: Carrier | undefined;
  #dialling: AbortController | undefined;
  /** Whether it goes over a connection that was idle: the server may close it just now. */
  #isOnIdle = false;
  #isOver = false;
  /** Whether a byte of the answer has come over the connection that it goes over now. */
  hasBytes = false;

  /** @param bytes of the request */
  constructor(
    request: HttpRequest,
    bytes: Uint8Array<ArrayBuffer>,
    carriers: Carriers,
    resolve: (answer: HttpAnswer) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request;
    this.bytes = bytes;
    this.#carriers = carriers;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The longest body that is kept, in bytes, by the status of the answer. */
  get maxBytes(): HttpRequest["maxBytes"] {
    return this.#request.maxBytes;
  }

  /** Whether the answer has no body, whatever its head says. */
  get isOfHead(): boolean {
    return this.#request.method === "HEAD";
  }

  /** Sends the request. */
  begin(): void {
    this.#forget = onAbort(this.#request.stop, () => this.#stop());
    if (this.#isOver) return;
    const idle = this.#request.once ? undefined : this.#carriers.take();
    if (idle === undefined) return void this.#goByNew();
    this.#isOnIdle = true;
    this.#goBy(idle);
  }

  #goBy(carrier: Carrier): void {
    this.#carrier = carrier;
    carrier.start(this);
  }

  async #goByNew(): Promise<void> {
    this.#isOnIdle = false;
    this.#carrier = undefined;
    this.#dialling = new AbortController();
    try {
      const carrier = await this.#carriers.open(this.#dialling.signal);
      if (this.#isOver) this.#carriers.put(carrier);
      else this.#goBy(carrier);
    } catch (error) {
      this.#end(error);
    }
  }

  #stop(): void {
    const error = new Error("it was stopped");
    if (this.#carrier === undefined) this.#end(error);
    else this.#carrier.cut(error);
    this.#dialling?.abort(error);
  }

  /** The last byte of the request has been handed to the system. */
  sent(): void {
    this.#request.sent?.();
  }

  /** Its answer is there. @param keepsOpen whether the server keeps the connection open after it */
  settle(answer: HttpAnswer, keepsOpen: boolean): void {
    // Some servers say 408 on a connection that was idle for too long, before they close it: that does not answer this.
    if (answer.status === 408 && this.#isOnIdle && !keepsOpen) return void this.#again();
    this.#isOver = true;
    this.#forget();
    this.#resolve(answer);
  }

  /** Its connection has ended before the answer was whole. */
  fail(error: Error): void {
    if (this.#isOnIdle && !this.hasBytes && !this.#request.stop.aborted) this.#again();
    else this.#end(error);
  }

  /** Its Idempotency-Key says that it is the same request. */
  #again(): void {
    this.hasBytes = false;
    this.#carriers.clear();
    void this.#goByNew();
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#forget();
    this.#reject(error);
  }
}
