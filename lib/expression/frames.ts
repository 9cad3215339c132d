/**
 * Frames between a consumer and its evaluators: the length in four bytes, little-endian, then that many bytes of UTF-8.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of the length. */
export const HEAD = 4;

/** The frame of a text. */
export function frameOf(text: string): Uint8Array<ArrayBuffer> {
  const body = encoder.encode(text);
  const frame = new Uint8Array(HEAD + body.length);
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, HEAD);
  return frame;
}

/** The length of the body that follows a head, in bytes. */
export function bodyLength(head: Uint8Array): number {
  return new DataView(head.buffer, head.byteOffset, HEAD).getUint32(0, true);
}

/** The text of a body. */
export function textOfBody(body: Uint8Array): string {
  return decoder.decode(body);
}
