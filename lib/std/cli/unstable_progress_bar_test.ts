import { assertEquals, assertStringIncludes } from "@std/assert";
import { ProgressBar, type ProgressBarOptions } from "@std/cli/unstable-progress-bar";

/** What a bar has written when it has been stopped. */
async function written(
  options: ProgressBarOptions,
  change: (bar: ProgressBar) => void = () => {},
): Promise<string> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  const bar = new ProgressBar(writable, { ...options, keepOpen: false });
  change(bar);
  await bar.stop();
  return await text;
}

Deno.test("ProgressBar draws time, bar and data, and ends its line", async () => {
  const text = await written({ max: 10 * 1024, value: 5 * 1024, barLength: 10 });
  assertEquals(text.at(-1), "\n");
  assertStringIncludes(text, "\r\x1b[K[00:00] [#####-----] [5.00/10.00 KiB]");
});

Deno.test("ProgressBar draws how much is done when it is stopped, in its own signs", async () => {
  const text = await written({ max: 4, barLength: 4, fillChar: "=", emptyChar: "." }, (bar) => bar.value = 3);
  assertStringIncludes(text, "[....]");
  assertStringIncludes(text, "[===.]");
});

Deno.test("ProgressBar is not longer than full", async () => {
  assertStringIncludes(await written({ max: 1, value: 7, barLength: 3 }), "[###]");
});

Deno.test("ProgressBar makes its line as told", async () => {
  const text = await written({ max: 3, value: 2, fmt: ({ value, max }) => `${value} of ${max}` });
  assertStringIncludes(text, "2 of 3");
});

Deno.test("ProgressBar takes itself away if told", async () => {
  assertEquals((await written({ clear: true })).endsWith("\r\x1b[K"), true);
});

Deno.test("ProgressBar gives the stream back", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  await new ProgressBar(writable, { max: 1 }).stop();
  await writable.close();
  assertStringIncludes(await text, "[00:00]");
});
