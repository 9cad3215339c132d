/** The longest answer of a function that is taken, unless something else is said, in bytes. */
export const MAX_ANSWER_BYTES = 262_144;

/** A body that was longer than it may be. */
export class TooLargeError extends Error {
  override readonly name = "TooLargeError";
}

const utf8 = new TextDecoder();

/** The text of a body; bytes that are not UTF-8 become U+FFFD. */
export function textOf(body: Uint8Array<ArrayBuffer>): string {
  return utf8.decode(body);
}

/** @param maxBytes the longest answer that is taken */
export function answerTooLarge(maxBytes: number): TooLargeError {
  return new TooLargeError(`its answer is longer than ${maxBytes} bytes`);
}

/**
 * Reads the body of an answer as text, but no more of it than allowed: the rest is cancelled, not buffered.
 *
 * @param maxBytes the longest body that is taken
 * @throws {TooLargeError} if it is longer
 */
export function readText(response: Response, maxBytes: number): Promise<string> {
  const { headers } = response;
  // A compressed body may be a thousand times as long as its header says.
  return read(response, headers.has("content-encoding") ? null : headers.get("content-length"), maxBytes);
}

function read(body: Response | Request, length: string | null, maxBytes: number): Promise<string> {
  if (length !== null && Number(length) <= maxBytes) return body.text();
  return readBounded(body, length !== null, maxBytes);
}

async function readBounded(
  response: Response | Request,
  isDeclared: boolean,
  maxBytes: number,
): Promise<string> {
  if (response.body === null) return "";
  if (isDeclared) await tooLarge(response.body, maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > maxBytes) throw answerTooLarge(maxBytes);
    chunks.push(chunk);
  }
  return await new Response(new Blob(chunks as BlobPart[])).text();
}

async function tooLarge(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<never> {
  await body.cancel();
  throw answerTooLarge(maxBytes);
}
