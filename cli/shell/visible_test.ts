import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { visible, visibleLine, visiblePlain } from "./visible.ts";

Deno.test("visible() keeps JSON the same JSON, and shows every sign that it prints", () => {
  fc.assert(fc.property(fc.json({ stringUnit: "binary" }), (json) => {
    const shown = visible(json);
    assertEquals(JSON.parse(shown), JSON.parse(json));
    assertEquals(/[\p{Bidi_Control}\u200b-\u200f\u0080-\u009f\u2028\u2029\ufeff]/u.test(shown), false);
  }));
});

Deno.test("visible() leaves letters of any script, lines and colours alone", () => {
  const text = "größe 東京 שלום 🌲\n\tred: \x1b[31mred\x1b[39m";
  assertEquals(visible(text), text);
  assertEquals(visible("a\u202eb\u{e0041}c"), "a\\u202eb\\udb40\\udc41c");
});

Deno.test("visiblePlain() shows what would move the cursor", () => {
  assertEquals(visiblePlain("a\x1b[2Jb\rc\x00\u009b\n\td"), "a\\u001b[2Jb\\u000dc\\u0000\\u009b\n\td");
});

Deno.test("visibleLine() leaves no sign that ends a line, moves the cursor or begins a sequence", () => {
  assertEquals(visibleLine("a\nb\tc\r\x1b[31md"), "a\\u000ab\\u0009c\\u000d\\u001b[31md");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assertEquals(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(visibleLine(text)), false);
  }));
});
