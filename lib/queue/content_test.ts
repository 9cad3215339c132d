import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isObject, type Json, type JsonText, parseJson } from "../model/mod.ts";
import { type Content, isSameContent } from "./content.ts";

function content(args: string | undefined, chain = "c"): Content {
  return { chain, args: args === undefined ? undefined : parseJson(args)!.text };
}

/** The same JSON in other words: members in another order, with spaces, with escapes. */
function reworded(value: Json): string {
  if (Array.isArray(value)) return `[ ${value.map(reworded).join(" ,")} ]`;
  if (isObject(value)) {
    const members = Object.entries(value).toReversed();
    return `{${members.map(([name, part]) => ` ${escaped(name)} :\n${reworded(part as Json)}`).join(",")} }`;
  }
  return typeof value === "string" ? escaped(value) : JSON.stringify(value);
}

function escaped(text: string): string {
  const escape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `"${text.replaceAll(/[\s\S]/g, escape)}"`;
}

const object = fc.dictionary(fc.string(), fc.jsonValue());

Deno.test("isSameContent() takes args for the same in whatever words they are said", () => {
  fc.assert(fc.property(object, (value) => {
    const text = JSON.stringify(value);
    assert(isSameContent(content(text), content(reworded(JSON.parse(text)))), text);
  }));
});

Deno.test("isSameContent() tells other args apart, and other chains", () => {
  fc.assert(fc.property(object, object, (a, b) => {
    const texts = [a, b].map((value) => JSON.stringify(JSON.parse(JSON.stringify(value))));
    const isSame =
      fc.stringify(sorted(JSON.parse(texts[0]!))) === fc.stringify(sorted(JSON.parse(texts[1]!)));
    assertEquals(isSameContent(content(texts[0]), content(texts[1])), isSame);
  }));
  assert(!isSameContent(content("{}", "a"), content("{}", "b")));
});

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, part]): [string, Json] => [name, sorted(part as Json)]);
  return Object.fromEntries(members.sort(([a], [b]) => a < b ? -1 : 1));
}

Deno.test("isSameContent() goes by numbers as they are written, and takes no args for empty ones", () => {
  const order = (number: string) => content(`{"order":${number}}` as JsonText);
  assert(!isSameContent(order("12345678901234567890"), order("12345678901234567891")));
  assert(isSameContent(order("12345678901234567890"), order(" 12345678901234567890 ")));
  assert(isSameContent(content(undefined), content("{ }")));
});
