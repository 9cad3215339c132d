import { concatenated } from "../../../model/mod.ts";
import { type AnswerHeaders, type Framing, hasBody, type Head, HeadReader, latin1, notHttp } from "./head.ts";

/** The longest head of an answer that is taken, and the longest trailers, in bytes. */
const MAX_HEAD_BYTES = 65_536;
/** The longest line with the length of a chunk, in bytes. */
const MAX_CHUNK_LINE = 4096;
type Bytes = Uint8Array<ArrayBuffer>;
const NOTHING = new Uint8Array(0);
const CLOSE: Framing = { kind: "close" }, EMPTY: Framing = { kind: "length", bytes: 0 };
const CR = 13, LF = 10;

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Whether the body goes on: it is longer than the bound, or was not waited for. */
  readonly isCut: boolean;
}

/** The part of a chunked body that comes next. */
type Part = "size" | "data" | "data end" | "trailers";

/**
 * Reads HTTP/1.1 answers (RFC 9112), one after the other, out of the bytes of a connection, in pieces of any size. At most the
 * bound of a body is kept: a longer one ends the reading, and the connection with it.
 */
export class ResponseReader {
  readonly #heads: HeadReader;
  #maxBytesOf: (status: number) => number = () => 0;
  #isOfHead = false;
  #rest: Bytes = NOTHING;
  #head: Head | undefined;
  #framing: Framing = CLOSE;
  #maxBytes = 0;
  #body: Bytes[] | undefined;
  #size = 0;
  #part: Part = "size";
  #chunkLeft = 0;
  #trailerBytes = 0;
  #isOver = false;

  constructor(heads = new HeadReader()) {
    this.#heads = heads;
  }

  /**
   * The answer to a request comes next.
   *
   * @param maxBytesOf the most bytes of its body that are kept, by its status
   * @param isOfHead whether no body follows the head, whatever it says: for HEAD and CONNECT
   */
  begin(maxBytesOf: (status: number) => number, isOfHead = false): void {
    this.#maxBytesOf = maxBytesOf;
    this.#isOfHead = isOfHead;
    this.#rest = NOTHING;
    this.#head = undefined;
    this.#body = undefined;
    this.#size = this.#trailerBytes = 0;
    this.#part = "size";
    this.#isOver = false;
  }

  /** The status of the answer; undefined until its head is there. */
  get status(): number | undefined {
    return this.#head?.status;
  }

  /** Whether the connection can be used again after this answer. */
  get keepsOpen(): boolean {
    return this.#isOver && this.#head!.keepsOpen && this.#framing.kind !== "close" && this.#rest.length === 0;
  }

  /** The time for which the server keeps the connection open without a request, in milliseconds, if the head tells it. */
  get keepsOpenMs(): number | undefined {
    return this.#head?.keepsOpenMs;
  }

  /**
   * Takes the next bytes of the connection.
   *
   * @param bytes may be overwritten afterwards
   * @returns the answer, when it is whole or longer than its bound
   * @throws {TypeError} if this is not HTTP
   */
  take(bytes: Bytes): HttpAnswer | undefined {
    const all = this.#rest.length === 0 ? bytes : concatenated([this.#rest, bytes]);
    let at = 0;
    while (this.#head === undefined) {
      const start = blankStart(all, at), end = endOfHead(all, start);
      if (end === undefined) {
        if (all.length - at > MAX_HEAD_BYTES) throw notHttp("its head does not end");
        this.#keepRest(all, at);
        return undefined;
      }
      this.#startWith(this.#heads.read(all, start, end));
      at = end;
    }
    const isWhole = this.#takeBody(all, at);
    if (!isWhole && this.#size <= this.#maxBytes) return undefined;
    this.#isOver = isWhole && this.#size <= this.#maxBytes;
    return this.#answer(!this.#isOver);
  }

  /**
   * Takes the end of the connection.
   *
   * @returns the answer, if its body ends so
   */
  close(): HttpAnswer | undefined {
    return this.#head !== undefined && this.#framing.kind === "close" ? this.#answer(false) : undefined;
  }

  /** Ends the reading. @returns the answer with as much of its body as is there; undefined if its head is not there */
  cut(): HttpAnswer | undefined {
    return this.#head === undefined ? undefined : this.#answer(true);
  }

  #startWith(head: Head): void {
    if (head.isInterim) return;
    this.#framing = this.#isOfHead || !hasBody(head) ? EMPTY : head.framing;
    this.#head = head;
    this.#maxBytes = this.#maxBytesOf(head.status);
    // A body that announces to be too long is not waited for.
    if (this.#framing.kind === "length" && this.#framing.bytes > this.#maxBytes && head.status < 300) {
      this.#size = this.#framing.bytes;
    }
  }

  /** @returns whether the body is whole */
  #takeBody(bytes: Bytes, at: number): boolean {
    switch (this.#framing.kind) {
      case "length": {
        const end = Math.min(bytes.length, at + Math.max(0, this.#framing.bytes - this.#size));
        this.#keep(bytes, at, end);
        this.#keepRest(bytes, end);
        return this.#size >= this.#framing.bytes;
      }
      case "close":
        this.#rest = NOTHING;
        this.#keep(bytes, at, bytes.length);
        return false;
      case "chunked":
        return this.#takeChunks(bytes, at);
    }
  }

  #takeChunks(bytes: Bytes, from: number): boolean {
    let at = from, isWhole = false;
    while (!isWhole && this.#size <= this.#maxBytes) {
      if (this.#part === "data") {
        const end = Math.min(bytes.length, at + this.#chunkLeft);
        this.#keep(bytes, at, end);
        this.#chunkLeft -= end - at;
        at = end;
        if (this.#chunkLeft > 0) break;
        this.#part = "data end";
      }
      const end = bytes.indexOf(LF, at), length = (end < 0 ? bytes.length : end) - at;
      if (length > MAX_CHUNK_LINE) throw notHttp("a line between its chunks does not end");
      if (end < 0) break;
      isWhole = this.#takeLine(latin1(bytes.subarray(at, end)).trim());
      at = end + 1;
    }
    this.#keepRest(bytes, at);
    return isWhole;
  }

  /** Takes a line of a chunked body. @returns whether it is the last one */
  #takeLine(line: string): boolean {
    switch (this.#part) {
      case "trailers":
        this.#trailerBytes += line.length;
        if (this.#trailerBytes > MAX_HEAD_BYTES) throw notHttp("its trailers do not end");
        return line === "";
      case "size": {
        const size = /^([0-9a-f]{1,12})\s*(?:;|$)/i.exec(line)?.[1];
        if (size === undefined) throw notHttp("a chunk does not say how long it is");
        this.#chunkLeft = parseInt(size, 16);
        this.#part = this.#chunkLeft === 0 ? "trailers" : "data";
        return false;
      }
      default:
        if (line !== "") throw notHttp("a chunk is longer than it says");
        this.#part = "size";
        return false;
    }
  }

  #keep(bytes: Bytes, from: number, to: number): void {
    if (to === from) return;
    const room = this.#maxBytes - this.#size;
    this.#size += to - from;
    if (room <= 0) return;
    const part = bytes.slice(from, Math.min(to, from + room));
    if (this.#body === undefined) this.#body = [part];
    else this.#body.push(part);
  }

  #keepRest(bytes: Bytes, from: number): void {
    this.#rest = from === bytes.length ? NOTHING : bytes.slice(from);
  }

  #answer(isCut: boolean): HttpAnswer {
    const { status, headers } = this.#head!, parts = this.#body ?? [];
    const body = parts.length === 0 ? NOTHING : parts.length === 1 ? parts[0]! : concatenated(parts);
    return { status, headers, body, isCut };
  }
}

/** Where a head begins: some servers send an empty line after the body before it. */
function blankStart(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === CR || bytes[at] === LF) at++;
  return at;
}

/** Where the empty line after a head ends; undefined if it is not there yet. */
function endOfHead(bytes: Uint8Array, start: number): number | undefined {
  for (let at = bytes.indexOf(LF, start); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return undefined;
}
