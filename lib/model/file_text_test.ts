import { assertEquals } from "@std/assert";
import { fileText, withoutMark } from "./file_text.ts";

Deno.test("fileText() reads what editors write, with and without a mark of its encoding", () => {
  const text = '{ "ä": "😀" }';
  const utf8 = [...new TextEncoder().encode(text)];
  const units = Array.from(text, (sign) => sign.split("").map((unit) => unit.charCodeAt(0))).flat();
  const files = [
    utf8,
    [0xef, 0xbb, 0xbf, ...utf8],
    [0xff, 0xfe, ...units.flatMap((unit) => [unit & 255, unit >> 8])],
    [0xfe, 0xff, ...units.flatMap((unit) => [unit >> 8, unit & 255])],
  ];
  for (const file of files) assertEquals(fileText(Uint8Array.from(file)), text);
  assertEquals(fileText(new Uint8Array()), "");
});

Deno.test("withoutMark() leaves out the mark at the beginning alone", () => {
  assertEquals(["\ufeffa\ufeff", "a", ""].map(withoutMark), ["a\ufeff", "a", ""]);
});
