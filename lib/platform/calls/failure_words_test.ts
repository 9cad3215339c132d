import { assertEquals } from "@std/assert";
import { explanationIn } from "./failure_words.ts";

const SAID: readonly (readonly [what: string, body: string, said: string])[] = [
  ["our own", '{"error":"function f failed: no"}', "function f failed: no"],
  ["AWS Lambda's", '{"errorMessage":"no","errorType":"Error","trace":["a"]}', "no"],
  ["problem details", '{"title":"T","detail":"no"}', "no"],
  ["a JSON text", '"no"', "no"],
  ["JSON without a sentence", '{"code":7}', '{"code":7}'],
  ["an error that is no text", '{"error":{"code":7},"message":"no"}', "no"],
  ["text on several lines", "no\r\n\u001b[31m  really\t\u0000no\n", "no [31m really no"],
  ["JSON that is cut", '{"error":"no', '{"error":"no'],
  ["nothing", "", ""],
  ["a page", "<!DOCTYPE html>\n<html><head><title>502 Bad\nGateway</title></head></html>", "502 Bad Gateway"],
  ["a page without a title", "<html>no</html>", ""],
  ["bytes that are no text", "\u001f\u008b\ufffd\ufffdx", ""],
  ["a text that is cut within a character", "schön\ufffd", "schön\ufffd"],
  ["a long sentence", JSON.stringify("x".repeat(300)), "x".repeat(199) + "…"],
  [
    "a character of two halves where it is cut",
    JSON.stringify("x".repeat(198) + "😀😀"),
    "x".repeat(198) + "…",
  ],
];

for (const [what, body, said] of SAID) {
  Deno.test(`explanationIn() takes from ${what} the words that belong into a reason`, () => {
    assertEquals(explanationIn(body), said);
  });
}
