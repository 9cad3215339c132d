/** The page of reports, as a browser shows it. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { buildDrawnRun, renderHtml } from "../../lib/report/mod.ts";
import type { RunEvent } from "../../lib/report/events.ts";
import { attempt, end, functionRun, run, simulated, submit } from "../../lib/report/testing.ts";
import { findings, open, type Opened, testInBrowser } from "./browser.ts";

const options = { seed: 1, instances: 300, limit: 20, ratePerS: 20, throttled: 0.05 };
const fcfs = await buildDrawnRun("out/fcfs.json", simulated(options));
const fair = await buildDrawnRun("out/fair.json", simulated({ ...options, fair: true }));
const more = await Promise.all(
  [2, 3, 4, 5].map((seed) =>
    buildDrawnRun(`out/seed-${seed}.json`, simulated({ ...options, seed, fair: true }))
  ),
);
const TWO = renderHtml([fcfs, fair]);
const PAGES = {
  one: { html: renderHtml([fcfs]), runs: 1 },
  two: { html: TWO, runs: 2 },
  six: { html: renderHtml([fcfs, fair, ...more]), runs: 6 },
};
const LOOKS = { light: {}, dark: { colorScheme: "dark" }, phone: { width: 390 } } as const;

/** Two instances: one waits, is refused, fails, queues at the provider and runs; the other just runs. */
const TROUBLED = [
  run(),
  submit("a1", 0),
  attempt("a1", 100, 5, { outcome: "throttled", settled: false, reason: "429", queuedMs: 100 }),
  attempt("a1", 200, 50, {
    outcome: "failed",
    settled: false,
    attempt: 2,
    reason: "it broke",
    queuedMs: 200,
  }),
  attempt("a1", 300, 80, { attempt: 3, queuedMs: 300 }),
  functionRun("a1", 330, 50, { attempt: 3, providerQueuedMs: 30 }),
  end("a1", 380),
  submit("a2", 10),
  attempt("a2", 20, 10, { queuedMs: 10 }),
  end("a2", 30),
];

/** A run whose names and reasons are as long as a page has to bear, and mean something to HTML and to terminals. */
function* longNamed(more: string): Generator<RunEvent> {
  const long = (what: string) =>
    `<img src=x onerror=alert()>${what}&amp;\x1b[31m\u202e${more}${"_of_the_long_names".repeat(8)}${what}`;
  yield run();
  for (let i = 0; i < 40; i++) {
    const chain = long(`chain${i % 9}`),
      instance = `${long("instance")}${i}`,
      name = long(`function${i % 9}`);
    yield submit(instance, i * 10, { chain, labels: { [long("label")]: long("value") } });
    yield attempt(instance, i * 10, 30, { chain, function: name, node: name });
    const how = { chain, reason: `${long("reason")} ${"in_words_".repeat(40)} ${"a b ".repeat(40)}` };
    yield end(instance, i * 10 + 30, i % 2 === 0 ? "failed" : "completed", how);
  }
}

/** Runs with next to nothing to draw. */
const SCANT: Readonly<Record<string, readonly RunEvent[]>> = {
  "a run that lost all its chains": [
    run(),
    ...Array.from({ length: 120 }, (_, i) => [
      submit(`a${i}`, i),
      attempt(`a${i}`, i, 10, { outcome: "failed", status: 500, reason: "it broke" }),
      end(`a${i}`, i + 10, "failed", { reason: "it broke" }),
    ]).flat(),
  ],
  "a run in which nothing ran": [run()],
  "a run of one instance": [run(), submit("a1", 0), attempt("a1", 1, 5), end("a1", 6)],
  "a run that ended at once": [
    run(),
    submit("a1", 0),
    attempt("a1", 0, 0),
    end("a1", 0, "completed", { idealMs: 0 }),
  ],
  "a run of submissions alone": [run(), submit("a1", 0), submit("a2", 5)],
  "a run of a hundred years": [
    run(),
    submit("a1", 0),
    attempt("a1", 1, 1, { queuedMs: 1 }),
    end("a1", 100 * 365 * 86_400_000),
  ],
  "a run whose clock was set back": [run(), submit("a1", 1000), attempt("a1", 500, 10), end("a1", 400)],
};

/** The number of pixels of a chart that have about a colour of the style. */
function pixelsOf({ ask }: Opened, kind: string, colour: string): Promise<number> {
  return ask(`pixels("${kind}", "${colour}")`);
}

/** The words beside the crosshair of a chart. */
function placeOf(page: Page, kind: string): Promise<string> {
  return page.locator(`[data-chart=${kind}] .place`).first().innerText();
}

/** A point of a chart: at a part of its width, in the middle of its height. */
async function pointOf(page: Page, kind: string, part = 0.5): Promise<readonly [x: number, y: number]> {
  const plot = page.locator(`[data-chart=${kind}] .u-over`).first();
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await plot.boundingBox())!;
  return [x + width * part, y + height / 2];
}

for (const [name, { html, runs }] of Object.entries(PAGES)) {
  await testInBrowser(
    `the page of ${name} draws every chart, asks for nothing and complains of nothing`,
    async () => {
      await using opened = await open(html);
      assertEquals(await opened.ask("blank()"), []);
      for (let i = 0; i < runs; i++) assert(await pixelsOf(opened, "running", `c${i}`) > 20, `run ${i}`);
      assertEquals(opened.complaints, []);
    },
  );

  for (const [look, of] of Object.entries(name === "two" ? LOOKS : { light: {} })) {
    await testInBrowser(`axe finds nothing in the page of ${name}, ${look}`, async () => {
      await using opened = await open(html, of);
      await opened.shoot(`${name}-${look}`);
      await opened.ask("openTables()");
      assertEquals(await findings(opened.page), []);
    });
  }

  await testInBrowser(
    `on a phone nothing of the page of ${name} is off-screen or too small to read`,
    async () => {
      await using opened = await open(html, { width: 390, height: 800 });
      await opened.ask("openTables()");
      assertEquals(await opened.ask("faults(390, 11)"), []);
      assertEquals(await opened.page.evaluate("document.documentElement.scrollWidth"), 390);
    },
  );
}

await testInBrowser("the page draws runs of which there is next to nothing to draw", async () => {
  const runs = await Promise.all(
    Object.entries(SCANT).map(async ([name, events]) => ({ name, run: await buildDrawnRun(name, events) })),
  );
  const pages = [...runs.map(({ name, run }) => ({ name, of: [run] })), {
    name: "all",
    of: [...runs.map(({ run }) => run), fair],
  }];
  for (const { name, of } of pages) {
    await using opened = await open(renderHtml(of));
    assertEquals([name, ...opened.complaints], [name]);
  }
});

await testInBrowser("on a phone long names are off-screen nowhere, and stay text", async () => {
  const runs = await Promise.all(
    ["one", "other"].map((name) =>
      buildDrawnRun(`out/${name}${"-of-many".repeat(12)}.json`, longNamed(name))
    ),
  );
  for (const width of [390, 1280]) {
    await using opened = await open(renderHtml(runs), { width, height: 800 });
    await opened.shoot(`long-${width}`);
    await opened.ask("openTables()");
    assertEquals(await opened.ask(`faults(${width}, 11)`), []);
    assertEquals(await opened.page.evaluate("document.documentElement.scrollWidth"), width);
    assertEquals(await opened.page.locator("img").count(), 0);
    assertEquals(opened.complaints, []);
  }
});

await testInBrowser("the crosshair stands in all charts over time at once, with their values", async () => {
  await using opened = await open(TWO);
  const { page } = opened;
  await page.mouse.move(...await pointOf(page, "running"));
  assertMatch(await placeOf(page, "running"), /^at [\d.]+s$/);
  assertEquals(await placeOf(page, "ready"), await placeOf(page, "running"));
  assertMatch(await page.locator("[data-chart=ready] .legend button").first().innerText(), /fcfs [\d.,–]+/);
  const places = await opened.ask<string[]>('crosshairs(["running", "ready", "lost"])');
  assertEquals(new Set(places).size, 1);
});

await testInBrowser("a drag zooms all charts over time, and a double click shows all", async () => {
  await using opened = await open(TWO);
  const { page } = opened;
  const leftEdge = async () => {
    await page.mouse.move(...await pointOf(page, "ready", 0.5));
    await page.mouse.move(...await pointOf(page, "ready", 0.002));
    return await placeOf(page, "ready");
  };
  assertMatch(await leftEdge(), /^at (0|[\d.]+ms)$/);
  await page.mouse.move(...await pointOf(page, "running", 0.4));
  await page.mouse.down();
  await page.mouse.move(...await pointOf(page, "running", 0.6), { steps: 4 });
  await page.mouse.up();
  await opened.ask("drawn()");
  assertMatch(await leftEdge(), /^at [\d.]+s$/);
  await page.mouse.dblclick(...await pointOf(page, "ready"));
  await opened.ask("drawn()");
  assertMatch(await leftEdge(), /^at (0|[\d.]+ms)$/);
});

await testInBrowser("a button of the legend hides its run in every chart", async () => {
  await using opened = await open(TWO);
  const { page } = opened;
  assert(await pixelsOf(opened, "queueing", "c1") > 20);
  await page.locator("[data-chart=running] .legend button").nth(1).click();
  await opened.ask("drawn()");
  assertEquals(await pixelsOf(opened, "queueing", "c1"), 0);
  const again = page.locator("[data-chart=lost] .legend button").nth(1);
  assertEquals(await again.getAttribute("aria-pressed"), "false");
  await again.click();
  await opened.ask("drawn()");
  assert(await pixelsOf(opened, "queueing", "c1") > 20);
});

await testInBrowser(
  "charts are read, zoomed and moved by keyboard, and have a table behind them",
  async () => {
    await using opened = await open(TWO);
    const { page } = opened;
    await page.locator("[data-chart=running] .plot").focus();
    await page.keyboard.press("ArrowRight");
    const before = await placeOf(page, "running");
    assertMatch(before, /^at /);
    await page.keyboard.press("ArrowRight");
    assertNotEquals(await placeOf(page, "running"), before);
    const whole = await opened.ask("drawing('running')");
    await page.keyboard.press("+");
    await opened.ask("drawn()");
    const closer = await opened.ask("drawing('running')");
    assert(closer !== whole);
    await page.keyboard.press("Shift+ArrowRight");
    await opened.ask("drawn()");
    assert(await opened.ask("drawing('running')") !== closer);
    await page.locator("[data-chart=running] summary").click();
    const rows = page.locator("[data-chart=running] tbody tr");
    await rows.first().waitFor();
    assertEquals(await rows.count(), 20);
    assertMatch(await rows.nth(5).innerText(), /s\s+\d/);
  },
);

await testInBrowser(
  "a waterfall tells waiting, the provider's queue, retries and running apart",
  async () => {
    await using opened = await open(renderHtml([await buildDrawnRun("troubled", TROUBLED)]));
    const { page } = opened, title = page.locator(".waterfall h3");
    assertMatch(await title.innerText(), /a1/);
    const parts = await opened.ask<[kind: string, percent: number][]>("parts()");
    assertEquals(parts.map(([kind, percent]) => [kind, Math.round(percent * 3.8)]), [
      ["waiting", 100],
      ["throttled", 5],
      ["waiting", 95],
      ["failed", 50],
      ["waiting", 50],
      ["provider", 30],
      ["running", 50],
    ]);
    const words = await page.locator(".waterfall td.lane .hidden").textContent();
    assertMatch(words!, /waited 100ms, then refused after 5ms .*429.*failed after 50ms .*try 2.*it broke/);
    await page.locator("[data-instances] tbody button").nth(1).click();
    assertMatch(await title.innerText(), /a2/);
    await page.locator("[data-instances] input").fill("A1");
    assertEquals(await page.locator("[data-instances] tr[data-id]").count(), 1);
    assertMatch(await title.innerText(), /a1/);
    assertEquals(opened.complaints, []);
  },
);

await testInBrowser(
  "of several runs each has its chains to look at, and times are compared by chain",
  async () => {
    await using opened = await open(TWO);
    const { page } = opened;
    await page.locator("[data-instances] select").first().selectOption({ label: "fair" });
    await page.locator("[data-instances] select").nth(1).selectOption("lost");
    assertMatch(
      await page.locator("[data-instances] tr[data-id] td").last().innerText(),
      /failed|dropped|shed|unfinished/,
    );
    await pointOf(page, "chain-times"); // charts that nobody sees are drawn later
    const before = await opened.ask("drawing('chain-times')");
    await page.locator("[data-chart=chain-times] select").selectOption({ label: "etl" });
    await opened.ask("drawn()");
    assert(await opened.ask("drawing('chain-times')") !== before);
  },
);

await testInBrowser("a cause leads to the waterfalls of all instances that had it", async () => {
  await using opened = await open(renderHtml([
    fair,
    await buildDrawnRun("troubled", [
      ...TROUBLED,
      submit("a3", 40),
      attempt("a3", 50, 10, { outcome: "failed", reason: "it broke" }),
      end("a3", 60, "failed", { reason: "node f: it broke" }),
    ]),
  ]));
  const { page } = opened, ids = () => page.locator("[data-instances] tr[data-id] small").allInnerTexts();
  const link = (text: string) => page.locator("a[data-of='1']", { hasText: text });
  await link("look at a1").click();
  assertMatch(await page.locator(".waterfall h3").innerText(), /a1/);
  assertEquals(await ids(), ["a1"]);
  await link("look at the 2 chains").click();
  assertEquals(await ids(), ["a3", "a1"]);
  const causes = page.locator("[data-instances] label.cause select");
  assertEquals(await causes.locator("option").allInnerTexts(), [
    "whatever happened",
    "chain failed: node f: it broke (1)",
    "calls failed: it broke (2)",
    "call throttled: 429 (1)",
  ]);
  await causes.selectOption({ index: 1 });
  assertEquals(await ids(), ["a3"]);
  await causes.selectOption({ index: 0 });
  assertEquals(await ids(), ["a3", "a1", "a2"]);
  assertEquals(await page.locator("[data-instances] select").first().inputValue(), "1");
  assertEquals(opened.complaints, []);
});

await testInBrowser("the page is dark where that is asked for, and light on paper", async () => {
  await using opened = await open(TWO, { colorScheme: "dark" });
  const { page } = opened;
  const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
  assertEquals(await background(), "rgb(18, 20, 23)");
  assert(await pixelsOf(opened, "running", "c0") > 20);
  await page.emulateMedia({ media: "print" });
  await opened.ask("drawn()");
  assertEquals(await background(), "rgb(255, 255, 255)");
  assert(await pixelsOf(opened, "running", "c0") > 20);
  await opened.shoot("two-print");
});

await testInBrowser("whatever names and reasons say, the page shows them as text", async () => {
  const hostile = `<img src=x onerror=alert(1)></script><script>alert(2)</script>\u202e\x1b[31m`;
  const named = { chain: hostile, reason: hostile };
  const events = [
    run(hostile),
    submit("i", 0, { chain: hostile, labels: { [hostile]: hostile } }),
    attempt("i", 10, 30, { ...named, function: hostile, node: hostile, queuedMs: 10, outcome: "failed" }),
    end("i", 60, "failed", named),
  ];
  await using opened = await open(renderHtml([await buildDrawnRun(hostile, events), fair]));
  assertEquals(await opened.page.locator("img").count(), 0);
  assertMatch(await opened.page.locator(".waterfall").innerText(), /<img src=x onerror=alert\(1\)>/);
  assertEquals(opened.complaints, []);
});
