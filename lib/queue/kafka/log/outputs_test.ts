import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { itemRecord, record } from "../../../../tests/queue/samples.ts";
import type { JsonText, NodeRecord } from "../../../model/mod.ts";
import { jsonTexts } from "../../../model/testing.ts";
import { bodyText, outputText, readBody, readOutput } from "./outputs.ts";

Deno.test("readOutput() and readBody() give outputs back to the byte", () => {
  fc.assert(fc.property(jsonTexts, jsonTexts, (a, b) => {
    const one = { ...record(3, null, "failed"), output: a };
    assertEquals(readOutput(outputText(one)), one);
    const { output: _, ...rest } = one;
    const none: Partial<NodeRecord> = rest;
    assertEquals(readOutput(outputText(none)), none);
    const whole = { reason: 'a "reason"', output: b, progress: [one, { ...itemRecord(0, 1), output: b }] };
    assertEquals(readBody(bodyText(whole)), whole);
    assertEquals(readBody(bodyText({ progress: [] })), { progress: [] });
  }));
});

Deno.test("outputText() is JSON that earlier versions read, and readOutput() reads what they have written", () => {
  const before =
    '{"node":1,"item":2,"state":"ok","attempts":1,"output":{"output":[1,2]},"endedAtMs":5,"runMs":0.5}' as JsonText;
  const read = readOutput<NodeRecord>(before);
  assertEquals(read, { ...itemRecord(1, 2, { output: [1, 2] }), endedAtMs: 5, runMs: 0.5 });
  assertEquals(JSON.parse(outputText(read)), JSON.parse(before));
  const body = { reason: "no", output: { a: 1 }, progress: [JSON.parse(before)] };
  assertEquals(JSON.parse(bodyText(readBody(JSON.stringify(body) as JsonText))), body);
});
