import { TooLargeError } from "./body.ts";

/**
 * The lines of a text as they come, the last one also if nothing ends it; empty ones are passed over.
 *
 * @param maxLength the longest line, in characters
 * @throws {TooLargeError} if one is longer
 */
export async function* linesOf(body: ReadableStream<Uint8Array>, maxLength: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let length = 0;
  for await (const bytes of body) {
    const [first = "", ...others] = decoder.decode(bytes, { stream: true }).split("\n");
    parts.push(first);
    length += first.length;
    if (length > maxLength) throw new TooLargeError(`a line is longer than ${maxLength} characters`);
    for (const next of others) {
      if (length > 0) yield parts.join("");
      parts.splice(0, Infinity, next);
      length = next.length;
      if (length > maxLength) throw new TooLargeError(`a line is longer than ${maxLength} characters`);
    }
  }
  if (length > 0) yield parts.join("");
}
