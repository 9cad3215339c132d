import { concatenated, type Stop } from "../../../model/mod.ts";

export const utf8 = new TextEncoder();

/** A request, as far as calls of functions need it. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  /** By name in lower case. The framing of the body is not theirs to set. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** Ends it at once. */
  readonly stop: AbortSignal | Stop;
  /** The longest body that is kept of an answer, in bytes, by its status; a longer one is cut. */
  readonly maxBytes: (status: number) => number;
  /** Whether it may be sent once only: then it goes over a connection that has not been used. (Default: false) */
  readonly once?: boolean;
  /** Called when the last byte of it has been handed to the system. */
  readonly sent?: () => void;
}

/** A header that requests have unless they say another. */
interface DefaultHeader {
  /** In lower case. */
  readonly name: string;
  /** The whole line, with its end. */
  readonly line: string;
}

/** The headers that requests have unless they say others. */
export class DefaultHeaders {
  readonly #headers: readonly DefaultHeader[];
  readonly #lines: string;

  /**
   * @param headers by name in lower case
   * @throws {TypeError} if one would break out of its line
   */
  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = Object.entries(headers).map(([name, value]) => ({ name, line: headerLine(name, value) }));
    this.#lines = this.#headers.map(({ line }) => line).join("");
  }

  /** The lines of those which a request does not say itself. */
  linesBeside(headers: HttpRequest["headers"]): string {
    for (const { name } of this.#headers) if (headers[name] !== undefined) return this.#someBeside(headers);
    return this.#lines;
  }

  #someBeside(headers: HttpRequest["headers"]): string {
    return this.#headers.filter(({ name }) => headers[name] === undefined).map(({ line }) => line).join("");
  }
}

/**
 * The bytes of a request (RFC 9112, section 3).
 *
 * @param target the target that the request line names
 * @throws {TypeError} if a header would break out of its line
 */
export function requestBytes(
  target: string,
  defaults: DefaultHeaders,
  { method, headers, body }: Pick<HttpRequest, "method" | "headers" | "body">,
): Uint8Array<ArrayBuffer> {
  let head = `${method} ${target} HTTP/1.1\r\n${defaults.linesBeside(headers)}`;
  for (const name in headers) head += headerLine(name, headers[name]!);
  if (body === undefined) return encoded(`${head}\r\n`);
  if (typeof body !== "string") {
    return concatenated([utf8.encode(`${head}content-length: ${body.length}\r\n\r\n`), body]);
  }
  const text = `${head}content-length: ${body.length}\r\n\r\n${body}`;
  const bytes = encoded(text);
  if (bytes.length === text.length) return bytes; // one byte for each character, as is usual
  return encoded(`${head}content-length: ${utf8.encode(body).length}\r\n\r\n${body}`);
}

function headerLine(name: string, value: string): string {
  if (BREAKS.test(value)) throw new TypeError(`the header ${name} has a line break`);
  return `${name}: ${value}\r\n`;
}

const BREAKS = /[\r\n\0]/;

/** The length of a buffer that short requests share, in bytes; it stays in memory as long as one of them is in flight. */
const SHARED_BYTES = 16_384;
/** Longer requests, in characters, have buffers of their own; a character takes three bytes at most. */
const SHORT = SHARED_BYTES / 12;
let shared = new Uint8Array(SHARED_BYTES), used = 0;

/** To make a buffer for each request would cost as much as to fill it. */
function encoded(text: string): Uint8Array<ArrayBuffer> {
  if (text.length > SHORT) return utf8.encode(text);
  if (text.length * 3 > SHARED_BYTES - used) [shared, used] = [new Uint8Array(SHARED_BYTES), 0];
  const { written } = utf8.encodeInto(text, shared.subarray(used));
  return shared.subarray(used, used += written);
}
