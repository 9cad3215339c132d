import { type AnswerHeaders, type Framing, framingOf, type Head, notHttp, parseHead } from "./head.ts";

/** The longest head of an answer that is taken, and the longest trailers, in bytes. */
const MAX_HEAD_BYTES = 65_536;
/** The longest line that says how long a chunk is, in bytes. */
const MAX_CHUNK_LINE = 4096;
const NOTHING = new Uint8Array(0);
const CR = 13, LF = 10;

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Whether the body goes on: it is longer than the bound, or was not waited for. */
  readonly isCut: boolean;
}

/** What a reader must know of the request. */
export interface ReaderOptions {
  /** The most bytes of a body that are kept, by the status of the answer. */
  readonly maxBytes: (status: number) => number;
  /** Whether no body follows the head, whatever it says: for HEAD and CONNECT. (Default: false) */
  readonly isOfHead?: boolean;
}

/** The part of a chunked body that comes next. */
type Part = "size" | "data" | "data end" | "trailers";

/**
 * Reads one HTTP/1.1 answer (RFC 9112) out of the bytes of a connection, in pieces of any size. At most the bound of a body
 * is kept: what is longer ends the reading, and the connection with it.
 */
export class ResponseReader {
  readonly #options: ReaderOptions;
  #rest: Uint8Array<ArrayBuffer> = NOTHING;
  #head: Head | undefined;
  #framing: Framing = { kind: "close" };
  #maxBytes = 0;
  #body: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  #part: Part = "size";
  #chunkLeft = 0;
  #trailerBytes = 0;
  #isOver = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** The status of the answer; undefined until its head is there. */
  get status(): number | undefined {
    return this.#head?.status;
  }

  /** Whether the connection can be used again after this answer. */
  get keepsOpen(): boolean {
    return this.#isOver && this.#head!.keepsOpen && this.#framing.kind !== "close" && this.#rest.length === 0;
  }

  /** How long the server keeps the connection open without a request, in milliseconds, if it says so. */
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
  take(bytes: Uint8Array<ArrayBuffer>): HttpAnswer | undefined {
    let rest = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    while (this.#head === undefined) {
      const start = blankStart(rest), end = endOfHead(rest, start);
      if (end === undefined) {
        if (rest.length > MAX_HEAD_BYTES) throw notHttp("its head does not end");
        this.#keepRest(rest);
        return undefined;
      }
      this.#startWith(parseHead(latin1(rest.subarray(start, end))));
      rest = rest.subarray(end);
    }
    const isWhole = this.#takeBody(rest);
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
    this.#framing = framingOf(head, this.#options.isOfHead);
    this.#head = head;
    this.#maxBytes = this.#options.maxBytes(head.status);
    // A body that announces to be too long is not waited for.
    if (this.#framing.kind === "length" && this.#framing.bytes > this.#maxBytes && head.status < 300) {
      this.#size = this.#framing.bytes;
    }
  }

  /** @returns whether the body is whole */
  #takeBody(bytes: Uint8Array<ArrayBuffer>): boolean {
    switch (this.#framing.kind) {
      case "length": {
        const left = Math.max(0, this.#framing.bytes - this.#size);
        this.#keep(bytes.length <= left ? bytes : bytes.subarray(0, left));
        this.#keepRest(bytes.subarray(left));
        return this.#size >= this.#framing.bytes;
      }
      case "close":
        this.#rest = NOTHING;
        this.#keep(bytes);
        return false;
      case "chunked":
        return this.#takeChunks(bytes);
    }
  }

  #takeChunks(bytes: Uint8Array<ArrayBuffer>): boolean {
    let rest = bytes;
    while (this.#size <= this.#maxBytes) {
      if (this.#part === "data") {
        const data = rest.subarray(0, this.#chunkLeft);
        this.#keep(data);
        rest = rest.subarray(data.length);
        this.#chunkLeft -= data.length;
        if (this.#chunkLeft > 0) break;
        this.#part = "data end";
      }
      const end = rest.indexOf(LF);
      if (end < 0 && rest.length <= MAX_CHUNK_LINE) break;
      if (end < 0 || end > MAX_CHUNK_LINE) throw notHttp("a line between its chunks does not end");
      const line = latin1(rest.subarray(0, end)).trim();
      rest = rest.subarray(end + 1);
      if (this.#takeLine(line)) {
        this.#keepRest(rest);
        return true;
      }
    }
    this.#keepRest(rest);
    return false;
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

  #keep(part: Uint8Array<ArrayBuffer>): void {
    if (part.length === 0) return;
    const room = this.#maxBytes - this.#size;
    if (room > 0) this.#body.push(part.slice(0, room));
    this.#size += part.length;
  }

  #keepRest(rest: Uint8Array<ArrayBuffer>): void {
    this.#rest = rest.length === 0 ? NOTHING : rest.slice();
  }

  #answer(isCut: boolean): HttpAnswer {
    const { status, headers } = this.#head!;
    const body = this.#body.length === 1 ? this.#body[0]! : concatenated(this.#body);
    return { status, headers, body, isCut };
  }
}

/** Where a head begins: some servers send an empty line after the body before it. */
function blankStart(bytes: Uint8Array): number {
  let at = 0;
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

/** Headers are bytes, of which only those of ASCII have a meaning that all agree on. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]); // spreading is ten times slower
}

function joined(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return concatenated([a, b]);
}

function concatenated(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
