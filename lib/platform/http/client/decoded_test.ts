import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { TooLargeError } from "../../calls/body.ts";
import { AnswerHeaders } from "./head.ts";
import { decoded } from "./decoded.ts";

const CODINGS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };

async function bodyOf(coding: string, body: Uint8Array<ArrayBuffer>, maxBytes = 100_000): Promise<string> {
  const headers = new AnswerHeaders();
  headers.add("content-encoding", coding);
  const answer = { status: 200, headers, body, isCut: false };
  return new TextDecoder().decode((await decoded(answer, maxBytes)).body);
}

for (const [coding, compress] of Object.entries(CODINGS)) {
  const compressed = (text: string) => new Uint8Array(compress(new TextEncoder().encode(text)));

  Deno.test(`decoded() reads ${coding}, and takes no part of it for the whole`, async () => {
    const texts = fc.array(fc.string(), { maxLength: 100 }).map((parts) => JSON.stringify(parts));
    await fc.assert(fc.asyncProperty(texts, fc.nat(), async (text, cut) => {
      const body = compressed(text);
      assertEquals(await bodyOf(coding, body), text);
      await assertRejects(() => bodyOf(coding, body.slice(0, 1 + cut % (body.length - 1))));
    }));
  });

  Deno.test(`decoded() refuses what is no ${coding}`, async () => {
    await assertRejects(() => bodyOf(coding, new TextEncoder().encode("hello")));
  });

  Deno.test(`decoded() refuses ${coding} that becomes longer than an answer may be`, async () => {
    const body = compressed("x".repeat(10_000_000));
    await assertRejects(() => bodyOf(coding, body), TooLargeError);
  });
}
