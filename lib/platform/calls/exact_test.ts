/** The bytes that go out to a function and come back, exactly. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { membersOf, writeJson } from "../../model/mod.ts";
import { jsonTexts, objectTexts } from "../../model/testing.ts";
import { callOf } from "../testing.ts";
import { outcomeOf } from "./answers.ts";
import { payloadOf } from "./event.ts";

const NOWHERE = { ip: "127.0.0.1", port: 0 };

Deno.test("payloadOf() embeds args and inputs as they came, and sends bare args as they came", () => {
  fc.assert(fc.property(objectTexts, jsonTexts, jsonTexts, (args, a, b) => {
    const inputs = { a, "b:c": b };
    const event = membersOf(payloadOf(callOf({}, { args, inputs }), NOWHERE))!;
    assertEquals(event.get("args"), args);
    assertEquals(membersOf(event.get("inputs")!), new Map(Object.entries(inputs)));
    assertEquals(payloadOf(callOf({ payload: "args" }, { args, inputs }), NOWHERE), args);
  }));
});

Deno.test("outcomeOf() takes JSON as it came, without the whitespace around it, and all else for a text", () => {
  fc.assert(fc.property(jsonTexts, (output) => {
    assertEquals(outcomeOf(`\n ${output}\r\n`), { kind: "ok", output });
    assertEquals(outcomeOf(output), { kind: "ok", output });
  }));
  for (const text of ["<html>", "{", " ", "{'a':1}", "NaN"]) {
    assertEquals(outcomeOf(text), { kind: "ok", output: writeJson(text), isText: true });
  }
});

Deno.test("outcomeOf() takes nothing that nests so deep that it could not be passed on", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assertEquals(outcomeOf(nested(100)).kind, "ok");
  for (const text of [nested(101), `{"a":${nested(100)}}`, nested(100_000)]) {
    assertEquals(outcomeOf(text).kind, "failed");
  }
});
