import { assertEquals } from "@std/assert";
import { whatWasSaid } from "./failure_words.ts";

/** An answer that announces how long it is, as servers do. */
function answer(body: string, type = "application/json"): Response {
  const length = String(new TextEncoder().encode(body).length);
  return new Response(body, { status: 500, headers: { "content-type": type, "content-length": length } });
}

const SAID: readonly (readonly [string, Response, string])[] = [
  ["our own", answer('{"error":"function f failed: no"}'), "function f failed: no"],
  ["AWS Lambda's", answer('{"errorMessage":"no","errorType":"Error","trace":["a"]}'), "no"],
  ["problem details", answer('{"title":"T","detail":"no"}', "application/problem+json"), "no"],
  ["a JSON text", answer('"no"'), "no"],
  ["JSON without a sentence", answer('{"code":7}'), '{"code":7}'],
  ["an error that is no text", answer('{"error":{"code":7},"message":"no"}'), "no"],
  [
    "text on several lines",
    answer("no\r\n\u001b[31m  really\t\u0000no\n", "text/plain"),
    "no [31m really no",
  ],
  ["broken JSON", answer('{"error":'), '{"error":'],
  ["nothing", answer(""), ""],
  ["a page", answer("<html>no</html>", "text/html"), ""],
  ["what is too long", answer(JSON.stringify("x".repeat(5000))), ""],
  ["a long sentence", answer(JSON.stringify("x".repeat(300))), "x".repeat(199) + "…"],
];

for (const [what, response, said] of SAID) {
  Deno.test(`whatWasSaid() takes from an answer with ${what} what belongs into a reason`, async () => {
    assertEquals(await whatWasSaid(response), said);
  });
}

Deno.test("whatWasSaid() does not wait for the end of what announces no length, and does not fail", async () => {
  let cancelled = false;
  const endless = new ReadableStream({ cancel: () => void (cancelled = true) });
  const headers = { "content-type": "application/json" };
  assertEquals(await whatWasSaid(new Response(endless, { status: 500, headers })), "");
  assertEquals(cancelled, true);
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error("reset")) });
  const announced = { ...headers, "content-length": "10" };
  assertEquals(await whatWasSaid(new Response(broken, { status: 500, headers: announced })), "");
});
