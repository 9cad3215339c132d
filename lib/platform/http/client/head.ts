/** The longest part of an untrusted line that an error message shows, in characters. */
const SHOWN = 40;

/** The headers of an answer: a header that comes several times is one value, joined by ", ". */
export class AnswerHeaders {
  readonly #values = new Map<string, string>();

  add(name: string, value: string): void {
    const key = name.toLowerCase(), before = this.#values.get(key);
    this.#values.set(key, before === undefined ? value : `${before}, ${value}`);
  }

  /** @param name in lower case */
  get(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  /** @param name in lower case */
  has(name: string): boolean {
    return this.#values.has(name);
  }
}

/** The way in which the end of a body is told: by a number of bytes, by chunks, or by the end of the connection. */
export type Framing = { readonly kind: "length"; readonly bytes: number } | {
  readonly kind: "chunked" | "close";
};

/** The head of an answer, and what follows from it. */
export interface Head {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Whether it is followed by the real answer (1xx). */
  readonly isInterim: boolean;
  /** Whether the server lets the connection be used again. */
  readonly keepsOpen: boolean;
  /**
   * The time for which the server keeps the connection open without a request, in milliseconds; undefined if the head does not
   * tell.
   */
  readonly keepsOpenMs: number | undefined;
  /** The framing of the body that follows, if one follows. */
  readonly framing: Framing;
}

/**
 * Parses the head of an answer (RFC 9112, sections 4 and 5), with its final empty line. A single LF is taken for a line end,
 * and a folded header for one line, as section 2.2 and 5.2 allow.
 *
 * @throws {TypeError} if it is not the head of an HTTP/1.1 or HTTP/1.0 answer
 */
function parseHead(text: string): Head {
  const lines = text.replace(/\r?\n[ \t]+(?=\S)/g, " ").split(/\r?\n/);
  const match = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(lines[0]!);
  if (match === null) throw notHttp(`it begins with ${shown(lines[0]!)}`);
  const isOld = match[1] === "0", status = Number(match[2]);
  const headers = new AnswerHeaders();
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === "") continue;
    const colon = line.indexOf(":");
    if (!isToken(line, colon)) throw notHttp(`${shown(line)} is not a header`);
    headers.add(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  const framing = framingOf(headers);
  const seconds = /\btimeout=(\d{1,6})\b/.exec(headers.get("keep-alive") ?? "")?.[1];
  return {
    status,
    headers,
    isInterim: status < 200 && status !== 101,
    keepsOpen: (isOld ? /\bkeep-alive\b/ : /^(?!.*\bclose\b)/).test(connection) && status !== 101 &&
      !(status === 204 && announcesBody(framing)),
    keepsOpenMs: seconds === undefined ? undefined : Number(seconds) * 1000,
    framing,
  };
}

/** Whether the first `length` characters of a line are a header's name. */
function isToken(line: string, length: number): boolean {
  return length > 0 && /^[\w!#$%&'*+.^`|~-]+$/.test(line.slice(0, length));
}

/** Whether a head says that a body follows. After a 204 there is none; a server that announces one perhaps sends it. */
function announcesBody(framing: Framing): boolean {
  return framing.kind === "chunked" || (framing.kind === "length" && framing.bytes > 0);
}

/**
 * Whether a body follows a head of this status at all. A 205 has no content (RFC 9110, section 15.3.6), and servers send it
 * without a length on a connection that they keep open.
 */
export function hasBody({ status, framing }: Head): boolean {
  if (status === 205) return announcesBody(framing);
  return status !== 101 && status !== 204 && status !== 304;
}

/**
 * The framing of the body after a head (RFC 9112, section 6.3).
 *
 * @throws {TypeError} if the head contradicts itself: then nobody knows where the answer ends
 */
function framingOf(headers: AnswerHeaders): Framing {
  const length = lengthOf(headers), coding = headers.get("transfer-encoding");
  if (coding !== null && length !== undefined) {
    throw notHttp("it has both a content-length and a transfer-encoding");
  }
  if (coding !== null && coding.toLowerCase() !== "chunked") {
    throw notHttp(`its transfer-encoding is ${shown(coding)}`);
  }
  if (coding !== null) return { kind: "chunked" };
  return length === undefined ? { kind: "close" } : { kind: "length", bytes: length };
}

/** The length that a head announces; the same length may be said several times. */
function lengthOf(headers: AnswerHeaders): number | undefined {
  const text = headers.get("content-length");
  if (text === null) return undefined;
  const values = text.includes(",") ? text.split(",").map((value) => value.trim()) : [text];
  const [first = ""] = values;
  if (!/^\d{1,15}$/.test(first)) throw notHttp(`its content-length is ${shown(text)}`);
  if (values.some((value) => value !== first)) throw notHttp(`it has two lengths: ${shown(text)}`);
  return Number(first);
}

/** The error of an answer that cannot be read. @param how the fault, as a sentence about "it" */
export function notHttp(how: string): TypeError {
  return new TypeError(`the answer is not HTTP/1.1: ${how}`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, SHOWN));
}

/** The longest head that is remembered, in bytes. */
const REMEMBERED_BYTES = 1024;

/** Parses heads. Servers say the same again and again, until the second of their date has passed: that is parsed once. */
export class HeadReader {
  #bytes = new Uint8Array(0);
  #head: Head | undefined;

  /** Parses the head from `start` to `end`, see {@linkcode parseHead}. */
  read(bytes: Uint8Array, start: number, end: number): Head {
    if (this.#head !== undefined && this.#isSame(bytes, start, end)) return this.#head;
    const own = bytes.slice(start, end);
    const head = parseHead(latin1(own));
    if (own.length <= REMEMBERED_BYTES) {
      this.#bytes = own;
      this.#head = head;
    }
    return head;
  }

  #isSame(bytes: Uint8Array, start: number, end: number): boolean {
    const known = this.#bytes, { length } = known;
    if (length !== end - start) return false;
    for (let i = 0; i < length; i++) if (known[i] !== bytes[start + i]) return false;
    return true;
  }
}

/** Headers are bytes; only those of ASCII have a meaning that all agree on. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]); // spreading is ten times slower
}
