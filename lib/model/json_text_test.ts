import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Json } from "./json.ts";
import { itemsOf, membersOf } from "./json_parts.ts";
import { type JsonText, listText, objectText, parseJson, readJson, writeJson } from "./json_text.ts";
import { jsonTexts } from "./testing.ts";

Deno.test("parseJson() takes JSON alone, and cuts off nothing but the whitespace around it", () => {
  for (const text of ["", " ", "{", "01", "1.", "NaN", "'a'", "[1,]", "\ufeff1", "\u00a01", '"\t"']) {
    assertEquals(parseJson(text), undefined, JSON.stringify(text));
  }
  fc.assert(fc.property(jsonTexts, (text) => {
    assertEquals(parseJson(`\r\n\t ${text} \n`), { text, value: JSON.parse(text) });
  }));
});

Deno.test("writeJson() refuses what is not JSON, and readJson() gives back what it has written", () => {
  assertThrows(() => writeJson(undefined as unknown as Json), TypeError, "is not JSON");
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assertEquals(readJson(writeJson(value as Json)), JSON.parse(JSON.stringify(value)));
  }));
});

const parts = fc.array(fc.tuple(fc.string(), jsonTexts));

Deno.test("membersOf() and itemsOf() give back to the byte what objectText() and listText() were made of", () => {
  fc.assert(fc.property(parts, (members) => {
    assertEquals(membersOf(objectText(members)), new Map(members));
    const items = members.map(([, text]) => text);
    assertEquals(itemsOf(listText(items)), items);
  }));
});

Deno.test("membersOf() and itemsOf() read what JSON.parse() reads, whatever stands between", () => {
  fc.assert(fc.property(jsonTexts, (text) => {
    const value = readJson(text);
    const list = Array.isArray(value) ? value : undefined;
    assertEquals(itemsOf(text)?.map(readJson), list);
    const isObject = typeof value === "object" && value !== null && list === undefined;
    const members = membersOf(text);
    assertEquals(
      members && [...members].map(([name, part]) => [name, readJson(part)]).sort(),
      isObject ? Object.entries(value).sort() : undefined,
    );
  }));
});

Deno.test("membersOf() takes the last of equal names, and texts for what they are", () => {
  const text = ' { "a" : 1.0 , "b":{"a":[ "]}\\\\" , 12345678901234567890 ]},"\\u0061":1e400 }\n' as JsonText;
  assertEquals([...membersOf(text)!], [["a", "1e400"], ["b", '{"a":[ "]}\\\\" , 12345678901234567890 ]}']]);
  assertEquals(itemsOf('[ [] ,{}, "\\"" ,null]' as JsonText), ["[]", "{}", '"\\""', "null"]);
});
