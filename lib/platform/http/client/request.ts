import type { Stop } from "../../../model/mod.ts";

export const utf8 = new TextEncoder();

/** A request, as far as calls of functions need it. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  /** By name in lower case. How the body is framed is not theirs to say. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
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
export interface DefaultHeader {
  /** In lower case. */
  readonly name: string;
  /** The whole line, with its end. */
  readonly line: string;
}

/** @throws {TypeError} if it would break out of its line */
export function defaultHeader(name: string, value: string): DefaultHeader {
  return { name, line: headerLine(name, value) };
}

/**
 * The bytes of a request (RFC 9112, section 3).
 *
 * @param target what the request line names
 * @throws {TypeError} if a header would break out of its line
 */
export function requestBytes(
  target: string,
  defaults: readonly DefaultHeader[],
  { method, headers, body }: Pick<HttpRequest, "method" | "headers" | "body">,
): Uint8Array<ArrayBuffer> {
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (const { name, line } of defaults) if (headers[name] === undefined) head += line;
  for (const name in headers) head += headerLine(name, headers[name]!);
  if (body === undefined) return utf8.encode(`${head}\r\n`);
  return utf8.encode(`${head}content-length: ${byteLength(body)}\r\n\r\n${body}`);
}

function headerLine(name: string, value: string): string {
  if (BREAKS.test(value)) throw new TypeError(`the header ${name} has a line break`);
  return `${name}: ${value}\r\n`;
}

const BREAKS = /[\r\n\0]/;
// deno-lint-ignore no-control-regex -- what takes one byte is what is meant
const ASCII = /^[\x00-\x7f]*$/;

function byteLength(text: string): number {
  return ASCII.test(text) ? text.length : utf8.encode(text).length;
}
