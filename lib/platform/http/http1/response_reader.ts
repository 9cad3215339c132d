/** The longest head of an answer that is taken, in bytes. */
const MAX_HEAD_BYTES = 65_536;
/** The longest line that says how long a chunk is, in bytes. */
const MAX_CHUNK_LINE = 4096;
const NOTHING = new Uint8Array(0);
const CR = 13, LF = 10;

/** How the end of a body is told: after so many bytes, by chunks, or by the end of the connection. */
type Framing = { readonly kind: "length"; readonly bytes: number } | { readonly kind: "chunked" | "close" };

/** The head of an answer. */
interface Head {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * Reads one HTTP/1.1 answer (RFC 9112) out of the bytes of a connection, in whatever pieces they come. Of a body no more is
 * kept than asked for: what is longer ends the reading, and the connection with it.
 */
export class ResponseReader {
  readonly #maxBodyBytes: number;
  #rest = NOTHING;
  #head: Head | undefined;
  #framing: Framing = { kind: "close" };
  #body: Uint8Array[] = [];
  #size = 0;
  /** Of the chunk that is being read, what is left; -1: its line comes next; -2: trailers come. */
  #chunkLeft = -1;
  #keepsOpen = true;

  /** @param maxBodyBytes one byte more than this is kept, by which a body that is too long can be told */
  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** Whether the connection can be used again after this answer. */
  get keepsOpen(): boolean {
    return this.#keepsOpen && this.#rest.length === 0;
  }

  /**
   * Takes the next bytes of the connection.
   *
   * @returns the answer, when it is whole
   * @throws {TypeError} if this is no HTTP
   */
  take(bytes: Uint8Array): Response | undefined {
    this.#rest = this.#rest.length === 0 ? bytes.slice() : joined(this.#rest, bytes);
    while (this.#head === undefined) {
      const end = endOfHead(this.#rest);
      if (end === undefined) {
        if (this.#rest.length > MAX_HEAD_BYTES) throw notHttp("its head does not end");
        return undefined;
      }
      this.#readHead(latin1(this.#rest.subarray(0, end)));
      this.#rest = this.#rest.subarray(end);
    }
    return this.#takeBody() ? this.#response() : undefined;
  }

  /**
   * Takes the end of the connection.
   *
   * @returns the answer, if its body ends so
   */
  close(): Response | undefined {
    this.#keepsOpen = false;
    return this.#head !== undefined && this.#framing.kind === "close" ? this.#response() : undefined;
  }

  #readHead(text: string): void {
    const lines = text.split("\r\n");
    const first = lines[0]!;
    const match = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(first);
    if (match === null) throw notHttp(`it begins with "${first.slice(0, 40)}"`);
    const status = Number(match[2]);
    const headers = new Headers();
    for (let i = 1; i < lines.length; i++) {
      const line = lines[i]!, colon = line.indexOf(":");
      if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    if (status < 200 && status !== 101) return; // an interim answer: the real one follows
    this.#head = { status, headers };
    const connection = headers.get("connection")?.toLowerCase() ?? "";
    this.#keepsOpen = match[1] === "1" ? !connection.includes("close") : connection.includes("keep-alive");
    this.#framing = framingOf(status, headers);
    if (this.#framing.kind === "close") this.#keepsOpen = false;
  }

  /** @returns whether the body is whole */
  #takeBody(): boolean {
    switch (this.#framing.kind) {
      case "length": {
        const left = this.#framing.bytes - this.#size;
        this.#keep(this.#rest.subarray(0, left));
        this.#rest = this.#rest.subarray(left);
        return this.#size >= this.#framing.bytes || this.#isTooLong();
      }
      case "close":
        this.#keep(this.#rest);
        this.#rest = NOTHING;
        return this.#isTooLong();
      case "chunked":
        return this.#takeChunks();
    }
  }

  #takeChunks(): boolean {
    for (;;) {
      if (this.#isTooLong()) return true;
      if (this.#chunkLeft > 0) {
        const part = this.#rest.subarray(0, this.#chunkLeft);
        this.#keep(part);
        this.#rest = this.#rest.subarray(part.length);
        this.#chunkLeft -= part.length;
        if (this.#chunkLeft > 0) return false;
      }
      const end = this.#rest.indexOf(LF);
      if (end < 0) {
        if (this.#rest.length > MAX_CHUNK_LINE) throw notHttp("a chunk does not say how long it is");
        return false;
      }
      const line = latin1(this.#rest.subarray(0, end)).trim();
      this.#rest = this.#rest.subarray(end + 1);
      if (this.#chunkLeft === -2) {
        if (line === "") return true;
      } else if (this.#chunkLeft === 0) this.#chunkLeft = -1; // the line end behind a chunk
      else {
        const size = /^([0-9a-f]{1,12})\s*(?:;|$)/i.exec(line);
        if (size === null) throw notHttp("a chunk does not say how long it is");
        this.#chunkLeft = parseInt(size[1]!, 16) || -2;
      }
    }
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    const room = this.#maxBodyBytes + 1 - this.#size;
    this.#body.push(part.subarray(0, Math.max(0, room)));
    this.#size += part.length;
  }

  #isTooLong(): boolean {
    if (this.#size <= this.#maxBodyBytes) return false;
    this.#keepsOpen = false;
    return true;
  }

  #response(): Response {
    const { status, headers } = this.#head!;
    const [first, ...more] = this.#body;
    const body = more.length === 0 ? first : new Blob(this.#body as BlobPart[]).stream();
    const isBodiless = status === 101 || status === 204 || status === 205 || status === 304;
    return new Response(isBodiless ? null : body as BodyInit | undefined ?? null, {
      status: status === 101 ? 502 : status, // nobody asked for another protocol
      headers,
    });
  }
}

function framingOf(status: number, headers: Headers): Framing {
  if (status === 101 || status === 204 || status === 304) return { kind: "length", bytes: 0 };
  if (/\bchunked\s*$/i.test(headers.get("transfer-encoding") ?? "")) return { kind: "chunked" };
  const length = headers.get("content-length");
  if (length === null) return { kind: "close" };
  if (!/^\d{1,15}$/.test(length)) throw notHttp(`its length is "${length.slice(0, 40)}"`);
  return { kind: "length", bytes: Number(length) };
}

/** Where the empty line after a head ends. */
function endOfHead(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return undefined;
}

/** Headers are bytes, of which only those of ASCII have a meaning that all agree on. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]); // spreading is ten times slower
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function notHttp(how: string): TypeError {
  return new TypeError(`what came back is not HTTP/1.1: ${how}`);
}
