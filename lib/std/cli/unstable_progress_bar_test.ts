import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  ProgressBar,
  type ProgressBarFormatter,
  type ProgressBarOptions,
} from "@std/cli/unstable-progress-bar";

const LINE_CLEAR = "\r\x1b[K";

/** The text that a bar has written when it has been stopped. */
async function written(
  options: Omit<ProgressBarOptions, "writable">,
  change: (bar: ProgressBar) => void | Promise<void> = () => {},
): Promise<string> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  const bar = new ProgressBar({ ...options, writable, keepOpen: false });
  await change(bar);
  await bar.stop();
  return await text;
}

Deno.test("ProgressBar draws time, bar and data at the start and at the end, and ends its line", async () => {
  const line = `${LINE_CLEAR}[00:00] [#####-----] [5.00/10.00 KiB]`;
  assertEquals(await written({ max: 10 * 1024, value: 5 * 1024, barLength: 10 }), `${line}${line}\n`);
});

Deno.test("ProgressBar is 50 long, of # and -", async () => {
  assertStringIncludes(await written({ max: 50, value: 1 }), `[#${"-".repeat(49)}]`);
});

Deno.test("ProgressBar draws how much is done when it is stopped, in its own signs", async () => {
  const text = await written({ max: 4, barLength: 4, fillChar: "=", emptyChar: "." }, (bar) => {
    bar.value = 3;
  });
  assertStringIncludes(text, "[....]");
  assertStringIncludes(text, "[===.]");
});

Deno.test("ProgressBar is drawn again and again", async () => {
  const text = await written({ max: 1, interval: 5, formatter: () => "x" }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
  });
  assertEquals(text.split(LINE_CLEAR).length > 3, true, text);
});

Deno.test("ProgressBar is not longer than full, nor shorter than empty", async () => {
  assertStringIncludes(await written({ max: 1, value: 7, barLength: 3 }), "[###]");
  assertStringIncludes(await written({ max: 1, value: -7, barLength: 3 }), "[---]");
});

const UNITS: readonly [max: number, data: string][] = [
  [512, "0.25/0.50 KiB"],
  [2 ** 20 - 1, "512.00/1024.00 KiB"],
  [2 ** 20, "0.50/1.00 MiB"],
  [3 * 2 ** 30, "1.50/3.00 GiB"],
  [2 ** 80, "0.50/1.00 YiB"],
];

for (const [max, data] of UNITS) {
  Deno.test(`ProgressBar writes half of ${max} bytes as ${data}`, async () => {
    assertStringIncludes(await written({ max, value: max / 2 }), `[${data}]`);
  });
}

Deno.test("ProgressBar makes its line as told", async () => {
  const seen: ProgressBarFormatter[] = [];
  const text = await written({
    max: 3,
    value: 1,
    barLength: 3,
    formatter: (line) => {
      seen.push(line);
      return `${line.value} of ${line.max} ${line.progressBar} ${line.styledTime} ${line.styledData}`;
    },
  }, (bar) => {
    bar.value = 2;
  });
  assertStringIncludes(text, "2 of 3 ##- 00:00 0.00/0.00 KiB");
  const { value, previousValue, previousTime, time } = seen.at(-1)!;
  assertEquals([value, previousValue, previousTime <= time && time < 1000], [2, 1, true]);
});

Deno.test("ProgressBar takes itself away if told", async () => {
  assertEquals(await written({ max: 1, clear: true, formatter: () => "x" }), `${LINE_CLEAR}x${LINE_CLEAR}`);
});

Deno.test("ProgressBar gives the stream back, open", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  await new ProgressBar({ writable, max: 1 }).stop();
  assertEquals(writable.locked, false);
  await writable.close();
  assertStringIncludes(await text, "[00:00]");
});

Deno.test("ProgressBar does not mind that nobody reads any more", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  await readable.cancel();
  await new ProgressBar({ writable, max: 1 }).stop();
  await new ProgressBar({ writable: new WritableStream({ write: () => Promise.reject() }), max: 1 }).stop();
});
