/** A body that was longer than it may be. */
export class TooLargeError extends Error {
  override readonly name = "TooLargeError";
}

/**
 * Reads a body as text, but no more of it than allowed: the rest is cancelled, not buffered.
 *
 * @param maxBytes the longest body that is taken
 * @throws {TooLargeError} if it is longer
 */
export async function readText(response: Response | Request, maxBytes: number): Promise<string> {
  // What is compressed may be a thousand times as long as it says.
  const length = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
  if (length !== null && Number(length) <= maxBytes) return await response.text();
  if (response.body === null) return "";
  if (length !== null) await tooLarge(response.body, maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > maxBytes) throw new TooLargeError(`its answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return await new Response(new Blob(chunks as BlobPart[])).text();
}

async function tooLarge(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<never> {
  await body.cancel();
  throw new TooLargeError(`its answer is longer than ${maxBytes} bytes`);
}
