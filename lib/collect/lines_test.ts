import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LineAssembler } from "./lines.ts";

const utf8 = new TextEncoder();

/** The bytes, cut into pieces of these sizes, over and over. */
function* pieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function assembled(bytes: Uint8Array, sizes: readonly number[], longest: number) {
  const assembler = new LineAssembler(longest);
  const buffer = new Uint8Array(Math.max(...sizes));
  const lines: string[] = [];
  for (const piece of pieces(bytes, sizes)) {
    buffer.set(piece);
    lines.push(...assembler.push(buffer.subarray(0, piece.length)));
    buffer.fill(88); // what is held must not lie in what the next piece is read to
  }
  return { lines, overlong: assembler.overlong, isWithin: assembler.isWithin };
}

Deno.test("LineAssembler gives the same lines however they are cut", () => {
  const line = fc.string({ unit: "binary", maxLength: 30 }).map((text) => text.replaceAll("\n", "·"));
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(fc.array(line, { maxLength: 20 }), line, sizes, (lines, rest, sizes) => {
    const text = [...lines, rest].join("\n");
    const longest = 40;
    const fits = lines.filter((line) => utf8.encode(line).length <= longest);
    const whole = assembled(utf8.encode(text), [1_000_000], longest);
    assertEquals(whole.lines, fits.map((line) => new TextDecoder().decode(utf8.encode(line))));
    assertEquals(assembled(utf8.encode(text), sizes, longest), whole);
  }));
});

Deno.test("LineAssembler leaves out what is too long, once, and goes on after it", () => {
  const bytes = utf8.encode(`one\n${"x".repeat(1_000_000)}\ntwo\n`);
  for (const sizes of [[13], [7, 4096], [2_000_000]]) {
    assertEquals(assembled(bytes, sizes, 100), { lines: ["one", "two"], overlong: 1, isWithin: false });
  }
  assertEquals(assembled(utf8.encode(`${"x".repeat(100)}\n${"x".repeat(101)}`), [9], 100), {
    lines: ["x".repeat(100)],
    overlong: 1,
    isWithin: true,
  });
});
