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
export function readText(response: Response | Request, maxBytes: number): Promise<string> {
  const { headers } = response;
  const length = headers.get("content-length");
  // An answer that was compressed may be a thousand times as long as it says; requests are taken as they come.
  const isSaid = length !== null && (response instanceof Request || headers.get("content-encoding") === null);
  if (isSaid && Number(length) <= maxBytes) return response.text();
  return readBounded(response, isSaid, maxBytes);
}

async function readBounded(response: Response | Request, isSaid: boolean, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  if (isSaid) await tooLarge(response.body, maxBytes);
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
