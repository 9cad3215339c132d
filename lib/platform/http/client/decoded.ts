import { answerTooLarge } from "../../calls/body.ts";
import type { HttpAnswer } from "./response_reader.ts";

type Bytes = Uint8Array<ArrayBuffer>;
/** Takes the compression off a body, by the name of its content-encoding (RFC 9110, section 8.4.1). */
type Inflate = (body: Bytes, options: { maxOutputLength: number }) => Uint8Array | Promise<Uint8Array>;

/**
 * An answer without the compression that its server has put on it, though nobody asked for that.
 *
 * @param maxBytes the longest body
 * @throws {TooLargeError} if it is longer
 * @throws {TypeError} if the compression is not known, or the body does not keep to it
 */
export async function decoded(answer: HttpAnswer, maxBytes: number): Promise<HttpAnswer> {
  const { body, isCut, status } = answer, coding = answer.headers.get("content-encoding")!.toLowerCase();
  if (coding === "identity" || coding === "" || body.length === 0 || isCut) return answer;
  const inflate = await inflaterOf(coding);
  try {
    if (inflate === undefined) {
      throw new TypeError(`the answer has the content-encoding "${coding.slice(0, 40)}"`);
    }
    return {
      ...answer,
      body: new Uint8Array(await inflate(body, { maxOutputLength: Math.max(1, maxBytes) })),
    };
  } catch (error) {
    // The explanation is not worth another error, but that it cannot be read does not mean that there is none.
    if (status >= 300) return { ...answer, body: new Uint8Array(0), isCut: true };
    if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") throw answerTooLarge(maxBytes);
    throw error;
  }
}

async function inflaterOf(coding: string): Promise<Inflate | undefined> {
  const { brotliDecompressSync, gunzipSync, inflateSync } = await import("node:zlib");
  const all: Readonly<Record<string, Inflate>> = {
    gzip: gunzipSync,
    "x-gzip": gunzipSync,
    deflate: inflateSync,
    br: async (body, options) => {
      brotliDecompressSync(body, options); // keeps to the bound, and takes the beginning of a body for all of it
      return await wholeBrotli(body);
    },
  };
  return Object.hasOwn(all, coding) ? all[coding] : undefined;
}

/** @throws {TypeError} if the body is cut, or is no Brotli */
async function wholeBrotli(body: Bytes): Promise<Uint8Array> {
  return await new Response(new Blob([body]).stream().pipeThrough(new DecompressionStream("brotli"))).bytes();
}
