import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { attempt, end, run, simulated, submit } from "../testing.ts";
import { buildDrawnRun } from "./drawn.ts";
import { renderHtml } from "./document.ts";
import { pageScript } from "./page_script.ts";

const options = { seed: 1, instances: 300, limit: 20, ratePerS: 20, throttled: 0.05 };
const fcfs = await buildDrawnRun("out/fcfs.json", simulated(options));
const fair = await buildDrawnRun("out/fair.json", simulated({ ...options, fair: true }));

/** The page without its scripts, its style and its policy. */
function markup(html: string): string {
  return html.replaceAll(/<(script|style)[^>]*>.*?<\/\1>/gs, "").replace(/<meta http-equiv[^>]*>/, "");
}

/** Whether every tag that is opened is closed, in order. */
function isBalanced(html: string): boolean {
  const open: string[] = [];
  for (const [tag, slash, name] of html.matchAll(/<(\/?)([a-z0-9]+)(?=[\s>/])[^>]*>/g)) {
    if (name === "meta" || tag.endsWith("/>")) continue;
    if (slash === "") open.push(name!);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}

Deno.test("renderHtml() is one page that needs no network, with a policy that allows only its own scripts", () => {
  for (const views of [[], [fcfs], [fcfs, fair], [fcfs, fair, fcfs, fair, fcfs, fair]]) {
    const html = renderHtml(views), body = markup(html);
    assert(isBalanced(body));
    assertEquals(
      /src=|href=(?!"#)|url\(|@import|https?:|style=|\son\w+=/.test(body.replace(/Sequoia report/g, "")),
      false,
    );
    assert(!/NaN|undefined|Infinity|\[object/.test(body));
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    assertStringIncludes(policy, "default-src 'none'; ");
    assert(!/unsafe|https?:|\*/.test(policy));
    for (const [, type, text] of html.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)) {
      if (type!.includes("json")) continue;
      assertStringIncludes(policy, createHash("sha256").update(text!).digest("base64"));
    }
  }
});

Deno.test("renderHtml() shows what comes from the log as text", async () => {
  const hostile = `"><script>alert('x')</script>&\u0000\u202e\x1b[31m`;
  const view = await buildDrawnRun(hostile, [
    run(hostile),
    submit("i", 0, { chain: hostile, labels: { [hostile]: hostile } }),
    attempt("i", 10, 1, { chain: hostile, function: hostile, node: hostile, queuedMs: 10 }),
    attempt("j", 10, 1, { chain: "<img onerror=x>", queuedMs: 10, outcome: "failed", reason: hostile }),
    end("i", 20, "dropped", { chain: hostile, reason: hostile }),
  ]);
  for (const views of [[view], [view, view]]) {
    const html = renderHtml(views), body = markup(html);
    assertEquals(/<img|alert\('x'\)<\/script/.test(html), false);
    const own = html.replace(pageScript(), "");
    for (const sign of ["\0", "\u202e", "\x1b"]) {
      assert(!own.includes(sign) && !own.includes(JSON.stringify(sign).slice(1, -1)));
    }
    assertStringIncludes(body, "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\ufffd");
    assert(isBalanced(body));
    const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)![1]!);
    assertEquals(
      data.runs[0].chosen.instances[0].reason,
      `"><script>alert('x')</script>&\ufffd\ufffd\ufffd[31m`,
    );
  }
});

Deno.test("renderHtml() has the parts that the run has", async () => {
  const html = renderHtml([fcfs]);
  for (
    const title of [
      "Over time",
      "How long chains took",
      "Who got what",
      "Chains one by one",
      "Times",
      "By chain",
      "By function",
      "How the run was made",
    ]
  ) {
    assertStringIncludes(html.replaceAll(/<h2[^>]*>/g, "<h2>"), `<h2>${title}</h2>`);
  }
  assertStringIncludes(html, 'data-chart="throttled"');
  assertStringIncludes(html, 'data-chart="jain"');
  const calm = renderHtml([
    await buildDrawnRun("calm", [run(), submit("a1", 0), attempt("a1", 0, 9), end("a1", 9)]),
  ]);
  assertStringIncludes(calm, "No call was refused. No chain was lost.");
  assert(!calm.includes('data-chart="lost"') && !calm.includes('data-chart="jain"'));
  assertStringIncludes(calm, "There was never a moment");
  assert(isBalanced(markup(renderHtml([await buildDrawnRun("empty", [run()])]))));
  assertStringIncludes(renderHtml([]), "no runs");
});

Deno.test("renderHtml() calls runs by what differs in their names, and says which lost what", () => {
  const html = renderHtml([fcfs, fair]);
  assert(!markup(html).includes(".json"));
  assertStringIncludes(html, `<p class="headline">No difference beyond chance: fair lost `);
});

Deno.test("renderHtml() keeps the licence of what it embeds", () => {
  assertStringIncludes(renderHtml([fcfs]), "Copyright (c) 2022 Leon Sorokin");
});

Deno.test("renderHtml() does not grow with the run", async () => {
  const long = await buildDrawnRun(
    "long",
    simulated({ ...options, instances: 5000, limit: 200, ratePerS: 200 }),
  );
  assert(renderHtml([long]).length < 700_000);
  const many = await buildDrawnRun(
    "many",
    function* () {
      yield run();
      for (let i = 0; i < 2000; i++) yield attempt(`chain${i}x`, i, 50, { chain: `chain ${i}`, queuedMs: 5 });
    }(),
  );
  assertEquals(many.series.bands.length, 8);
  assert(renderHtml([many]).length < 500_000);
});
