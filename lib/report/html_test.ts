import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderHtml } from "./html.ts";
import { attempt, end, run, simulated, submit } from "./testing.ts";
import { buildRunView } from "./view.ts";

const options = { seed: 1, instances: 300, limit: 20, ratePerS: 20 };
const fcfs = await buildRunView("fcfs.json", simulated(options));
const fair = await buildRunView("fair.json", simulated({ ...options, fair: true }));

/** Whether every tag that is opened is closed, in order: SVG and the rest of the page are well-formed but for void tags. */
function isBalanced(html: string): boolean {
  const open: string[] = [];
  for (const [, slash, name] of html.matchAll(/<(\/?)([a-z0-9]+)(?=[\s>])[^>]*>/g)) {
    if (name === "meta") continue;
    if (slash === "") open.push(name!);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}

Deno.test("renderHtml() is one page that needs no network and no script", () => {
  for (const views of [[fcfs], [fcfs, fair], [fcfs, fair, fcfs]]) {
    const html = renderHtml(views);
    assert(isBalanced(html));
    assertEquals(/<script|src=|href=|url\(|@import|https?:/.test(html), false);
    assertStringIncludes(html, "default-src 'none'");
    assert(!/NaN|undefined|Infinity|\[object/.test(html));
  }
});

Deno.test("renderHtml() escapes what comes from the log", async () => {
  const hostile = `"><script>alert('x')</script>&\u0000`;
  const view = await buildRunView(hostile, [
    run(hostile),
    submit("i", 0, { chain: hostile }),
    attempt("i", 10, 1, { chain: hostile, function: hostile, queuedMs: 10 }),
    attempt("j", 10, 1, { chain: "<img onerror=x>", queuedMs: 10 }),
    end("i", 20, "dropped"),
  ]);
  for (const views of [[view], [view, view]]) {
    const html = renderHtml(views);
    assertEquals(/<script|<img/.test(html) || html.includes("\0"), false);
    assertStringIncludes(html, "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\ufffd");
    assert(isBalanced(html));
  }
});

Deno.test("renderHtml() has the parts that the run has", async () => {
  const html = renderHtml([fcfs]);
  for (
    const title of [
      "Times",
      "Over time",
      "Distributions",
      "Chains lost",
      "Fairness",
      "By chain",
      "By function",
    ]
  ) {
    assertStringIncludes(html, `<h2>${title}</h2>`);
  }
  assertStringIncludes(html, ">limit 20</text>");
  const calm = renderHtml([
    await buildRunView("calm", [run(), submit("a1", 0), attempt("a1", 0, 9), end("a1", 9)]),
  ]);
  assertStringIncludes(calm, "None: every chain completed");
  assertStringIncludes(calm, "There was never a moment");
  assert(isBalanced(renderHtml([await buildRunView("empty", [run()])])));
  assertStringIncludes(renderHtml([]), "no runs");
});

Deno.test("renderHtml() does not grow with the run", async () => {
  const long = await buildRunView(
    "long",
    simulated({ ...options, instances: 5000, limit: 200, ratePerS: 200 }),
  );
  assert(renderHtml([long]).length < 400_000);
  const many = await buildRunView(
    "many",
    function* () {
      yield run();
      for (let i = 0; i < 2000; i++) yield attempt(`chain${i}x`, i, 50, { chain: `chain ${i}`, queuedMs: 5 });
    }(),
  );
  assertEquals(many.series.bands.length, 8);
  assert(renderHtml([many]).length < 400_000);
});
