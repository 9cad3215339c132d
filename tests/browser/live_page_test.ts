/** The page of a queue, as a browser shows it, over a server that breaks and lies at will. `live_serve_test.ts` is over the real one. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { findings, type Look, type Opened, testInBrowser, visit } from "./browser.ts";
import { type Answers, busyAnswers, busyView, Fixture, row } from "./live_fixture.ts";

const NOW_MS = 1_700_000_000_000;
const PLACES = ["#/", "#/instances?state=failed", "#/failures", "#/steering"];
const LOOKS: Record<string, Look> = {
  light: { width: 1440 },
  dark: { width: 1440, colorScheme: "dark" },
  phone: { width: 390, height: 844 },
};

/** A page over a fixture, with five minutes behind it. */
async function watched(
  { answers = {}, hash = "", look = {}, prefix = "/", seconds = 300 }: {
    answers?: Partial<Answers>;
    hash?: string;
    look?: Look;
    prefix?: string;
    seconds?: number;
  } = {},
): Promise<Opened & { readonly server: Fixture }> {
  const server = new Fixture({ ...busyAnswers(NOW_MS), ...answers }, prefix);
  const opened = await visit(server.url + hash, look);
  for (let second = 1; second <= seconds; second++) server.push(busyView(second, NOW_MS + 1000 * second));
  if (seconds > 0) await shows(opened.page, NOW_MS + 1000 * seconds);
  await opened.ask("drawn()");
  return Object.assign(opened, {
    server,
    async [Symbol.asyncDispose]() {
      await opened.page.context().browser()?.close();
      await server[Symbol.asyncDispose]();
    },
  });
}

/** Waits until the page shows the view of an instant. */
async function shows(page: Page, atMs: number): Promise<void> {
  await page.locator(`html[data-at-ms="${atMs}"]`).waitFor({ state: "attached" });
}

/** Goes to another place of the page, and waits until it is there. */
async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}; inPage.drawn()`);
  await page.locator("main").getByText("Asking …").first().waitFor({ state: "hidden" });
}

/** A point of a chart: at a part of its width, in the middle of its height. */
async function pointOf(page: Page, kind: string, part: number): Promise<readonly [x: number, y: number]> {
  const plot = page.locator(`[data-chart=${kind}] .u-over`);
  await plot.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await plot.boundingBox())!;
  return [x + width * part, y + height / 2];
}

const placeOf = (page: Page, kind: string) => page.locator(`[data-chart=${kind}] .place`).innerText();
const statusOf = (page: Page) => page.locator(".said").innerText();

await testInBrowser(
  "the live page draws every chart, asks nobody else and complains of nothing",
  async () => {
    await using opened = await watched({ look: LOOKS.light! });
    assertEquals(await opened.ask("blank()"), []);
    for (const colour of ["c0", "c1", "c2", "c3", "ink"]) {
      assert(await opened.ask<number>(`pixels("flight", "${colour}")`) > 20, colour);
    }
    for (const colour of ["c0", "c2", "throttled"]) {
      assert(await opened.ask<number>(`pixels("rates", "${colour}")`) > 20, colour);
    }
    assertMatch(await opened.page.locator("h1").innerText(), /Flowing|Busy/);
    await opened.shoot("live-overview-window", false);
    assertEquals(opened.complaints, []);
  },
);

for (const [name, look] of Object.entries(LOOKS)) {
  await testInBrowser(`axe finds nothing in any place of the live page, ${name}`, async () => {
    await using opened = await watched({ look });
    const { page, server } = opened, found: string[] = [];
    const id = server.answers.instances[3]!.id;
    for (const hash of [...PLACES, `#/instances/${id}`]) {
      await goTo(page, hash);
      await opened.shoot(`live-${name}-${hash.replace(/\W+/g, "-")}`);
      await opened.ask("openTables()");
      found.push(...(await findings(page)).map((fault) => `${hash} ${fault}`));
      if (look.width !== 390) continue;
      found.push(...(await opened.ask<string[]>("faults(390, 11)")).map((fault) => `${hash} ${fault}`));
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390, hash);
    }
    await page.locator("button", { hasText: "Retry …" }).click();
    await page.locator("dialog button.main:enabled").waitFor();
    await opened.shoot(`live-${name}-dialog`, false);
    found.push(...(await findings(page)).map((fault) => `dialog ${fault}`));
    assertEquals(found, []);
    assertEquals(opened.complaints, []);
  });
}

await testInBrowser(
  "the crosshair stands in all charts with their values; a zoom stays as views come",
  async () => {
    await using opened = await watched({ look: LOOKS.light! });
    const { page, server } = opened;
    await page.mouse.move(...await pointOf(page, "flight", 0.5));
    assertMatch(await placeOf(page, "flight"), /^at \d\d:\d\d:\d\d$/);
    assertEquals(await placeOf(page, "rates"), await placeOf(page, "flight"));
    assertMatch(
      await page.locator("[data-chart=rates] .legend button").first().innerText(),
      /calls start [\d.,]+/,
    );
    const leftEdge = async () => {
      await page.mouse.move(...await pointOf(page, "rates", 0.5));
      await page.mouse.move(...await pointOf(page, "rates", 0.002));
      return await placeOf(page, "rates");
    };
    const whole = await leftEdge();
    await page.mouse.move(...await pointOf(page, "flight", 0.4));
    await page.mouse.down();
    await page.mouse.move(...await pointOf(page, "flight", 0.6), { steps: 4 });
    await page.mouse.up();
    await opened.ask("drawn()");
    const zoomed = await leftEdge();
    assertNotEquals(zoomed, whole);
    server.push(busyView(301, NOW_MS + 301_000));
    await shows(page, NOW_MS + 301_000);
    await opened.ask("drawn()");
    assertEquals(await leftEdge(), zoomed);
    await page.mouse.dblclick(...await pointOf(page, "rates", 0.5));
    await opened.ask("drawn()");
    assertEquals(await leftEdge(), whole);
  },
);

await testInBrowser(
  "an action shows what it reaches, is confirmed by keyboard, and its result is said",
  async () => {
    await using opened = await watched({ seconds: 1 });
    const { page, server } = opened;
    const pause = page.getByRole("button", { name: "Pause chain etl" });
    await pause.focus();
    await page.keyboard.press("Enter");
    const dialog = page.locator("dialog");
    await dialog.locator("button.main:enabled").waitFor();
    assertMatch(await dialog.innerText(), /Pause chain etl[^]*It reaches 2 consumers; 15 instances/);
    assertEquals(server.sent.map(({ isDry }) => isDry), [true]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assertEquals(await page.evaluate("document.activeElement.getAttribute('aria-label')"), "Pause chain etl");
    await page.keyboard.press("Enter");
    await dialog.locator("button.main:enabled").waitFor();
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    assertEquals(await statusOf(page), "Paused chain etl: 2 consumers go by it.");
    assertEquals(server.sent.at(-1), {
      method: "POST",
      path: "v1/settings/pauses",
      isDry: false,
      body: { chain: "etl" },
    });
    assertEquals(opened.complaints, []);
  },
);

await testInBrowser("what is focused stays, whatever views come", async () => {
  await using opened = await watched({ seconds: 1 });
  const { page, server } = opened;
  await page.getByRole("button", { name: "Pause chain agent" }).focus();
  for (let second = 2; second < 40; second++) {
    const view = busyView(second, NOW_MS + 1000 * second);
    server.push({ ...view, byChain: [...view.byChain].reverse() });
  }
  await shows(page, NOW_MS + 39_000);
  assertEquals(await page.evaluate("document.activeElement.getAttribute('aria-label')"), "Pause chain agent");
});

await testInBrowser(
  "a list looks on by itself where few instances are meant, and says how far it has looked",
  async () => {
    const answers = busyAnswers(NOW_MS);
    answers.instances = answers.instances.map((each, i) => i === 120 ? { ...each, chain: "rare" } : each);
    answers.lookedAt = 10;
    await using opened = await watched({ hash: "#/instances?chain=rare", seconds: 0, answers });
    const { page, server } = opened, strip = page.locator("main .strip");
    await strip.getByText("1 instance, the newest first.").waitFor();
    assertEquals(await page.locator("main tbody tr").count(), 1);
    server.answers.lookedAt = 1;
    await page.getByRole("button", { name: "Refresh" }).click();
    await strip.getByText("None of the newest is meant. Show more looks at older ones.").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await strip.getByText("1 instance, the newest first.").waitFor();
  },
);

await testInBrowser("places have links, the back button works, and lists go on", async () => {
  await using opened = await watched({ hash: "#/instances?state=completed", seconds: 0 });
  const { page } = opened;
  const rows = page.locator("main tbody tr");
  await page.locator("main .strip").getByText("37 instances, the newest first.").waitFor();
  await page.locator("#state").selectOption("");
  await page.locator("button", { hasText: "Show" }).first().click();
  await page.locator("main .strip").getByText("50 instances, and there are more, the newest first.")
    .waitFor();
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator("main .strip").getByText("100 instances, and there are more").waitFor();
  assertEquals(await rows.count(), 100);
  await rows.first().locator("a").click();
  await page.locator(".waterfall").waitFor();
  assertMatch(page.url(), /#\/instances\/01JD0000/);
  assertEquals(await page.evaluate("document.activeElement.id"), "place");
  await page.goBack();
  await page.locator("h1", { hasText: "Instances" }).waitFor();
  await page.goBack();
  await page.locator("main .strip").getByText("37 instances, the newest first.").waitFor();
  assertEquals(await page.locator("#state").inputValue(), "completed");
  await page.locator("#find").fill("no such");
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: "No such instance" }).waitFor();
});

await testInBrowser("an instance is a tree with its waterfall, and its nodes open", async () => {
  const { instances } = busyAnswers(NOW_MS), { id } = instances[3]!;
  await using opened = await watched({ hash: `#/instances/${id}`, look: LOOKS.light!, seconds: 0 });
  const { page } = opened, detail = page.locator(".detail");
  await page.locator(".waterfall tbody tr").nth(5).waitFor();
  const names = await page.locator(".waterfall th[scope=row] button").allInnerTexts();
  assertEquals(names, ["fetch", "probe", "thumbnail", "store", "notify", "resize"]);
  const parts = await opened.ask<[kind: string, percent: number][]>("parts()");
  assertEquals(parts.map(([kind]) => kind), [
    "waiting",
    "running",
    "waiting",
    "running",
    "waiting",
    "running",
    "waiting",
    "failed",
  ]);
  assertMatch(
    await detail.innerText(),
    /resize[^]*It failed, 3 attempts[^]*out of memory[^]*Input from probe/,
  );
  await page.locator(".waterfall button", { hasText: "thumbnail" }).focus();
  await page.keyboard.press("Enter");
  assertMatch(
    await detail.innerText(),
    /thumbnail[^]*2 attempts, the last took 380ms, after probe[^]*Output[^]*"bytes": 380000/,
  );
  assertEquals(opened.complaints, []);
});

await testInBrowser(
  "when the stream breaks the page polls and says so; without a server it says how old it is",
  async () => {
    await using opened = await watched({ seconds: 1 });
    const { page, server } = opened, link = page.locator(".link");
    assertMatch(await link.innerText(), /^Live/);
    Object.assign(server.answers, { streams: false, view: busyView(2, NOW_MS + 2000) });
    server.breakStreams();
    await shows(page, NOW_MS + 2000);
    assertMatch(await link.innerText(), /^Polling every 3 s/);
    assert(server.asked.includes("/v1/live"));
    server.answers.answers = false;
    await page.locator(".link", { hasText: /No connection.*shows \d+s ago/s }).waitFor();
    assertMatch(await page.locator(".fault").innerText(), /the queue is broken/);
    assertMatch(await page.locator("h1").innerText(), /\w/);
    Object.assign(server.answers, { answers: true, streams: true });
    await page.locator(".link", { hasText: "Live" }).waitFor();
  },
);

await testInBrowser(
  "a key is asked for where the server wants one, and kept until the tab is closed",
  async () => {
    await using opened = await watched({ answers: { key: "s3cret" }, seconds: 0 });
    const { page, server } = opened, dialog = page.locator("dialog");
    await page.locator("#key").fill("wrong");
    await page.keyboard.press("Enter");
    await dialog.getByText("does not know the key").waitFor();
    await page.locator("#key").fill("s3cret");
    await page.keyboard.press("Enter");
    await page.locator(".link", { hasText: "Live" }).waitFor();
    assertEquals(await page.evaluate("[{ ...localStorage }, document.cookie, { ...sessionStorage }]"), [
      {},
      "",
      { "sequoia-key": "s3cret" },
    ]);
    await page.reload();
    await page.locator(".link", { hasText: "Live" }).waitFor();
    assertEquals(await dialog.count(), 0);
    assertEquals(server.asked.some((path) => path.includes("s3cret")), false);
    await page.getByRole("button", { name: "Forget the key" }).click();
    await page.locator("#key").waitFor();
    assertEquals(await page.evaluate("({ ...sessionStorage })"), {});
  },
);

await testInBrowser(
  "a key that is bound to a label sees its instances and failures, and why not the rest",
  async () => {
    const server = new Fixture({ ...busyAnswers(NOW_MS), isBound: true });
    await using _ = server;
    await using opened = await visit(`${server.url}#/failures`);
    const { page } = opened;
    await page.locator(".fault").getByText("this key is bound to tenant=acme").waitFor();
    assertMatch(await page.locator(".link").innerText(), /^Not for this key/);
    await page.locator("td.reason").first().waitFor();
    await page.locator("header nav").getByText("Instances").click();
    await page.locator("main tbody tr").nth(49).waitFor();
  },
);

await testInBrowser("the page works below a path of a proxy", async () => {
  await using opened = await watched({ prefix: "/tools/sequoia/", seconds: 1 });
  const { page, server } = opened;
  await page.locator("nav").getByText("Failures").click();
  await page.locator("h1", { hasText: "Failures" }).waitFor();
  await page.locator("td.reason").first().waitFor();
  assertEquals(server.asked.filter((path) => !path.startsWith("/tools/sequoia/")), []);
  assertEquals(opened.complaints, []);
});

await testInBrowser("whatever names, labels and reasons say, the live page shows them as text", async () => {
  const hostile = `<img src=x onerror=alert(1)></script><script>alert(2)</script>\u202e\x1b[31m`;
  const answers = busyAnswers(NOW_MS), [first] = answers.instances, [cause] = answers.failures.groups;
  const hostileRow = row(hostile, { running: 3, ready: 2, share: 1 });
  await using opened = await watched({
    seconds: 0,
    answers: {
      view: {
        ...answers.view,
        byChain: [hostileRow],
        byFunction: [hostileRow],
        byLabel: { label: hostile, rows: [hostileRow] },
        consumers: [{
          ...answers.view.consumers[0]!,
          host: hostile,
          policy: hostile,
          settings: { revision: 1, error: hostile },
        }],
        settings: {
          revision: 1,
          policy: { name: hostile },
          failedPolicy: { name: hostile, reason: hostile, by: hostile },
          pauses: [{ chain: hostile }, { label: { name: hostile, value: hostile } }],
        },
      },
      instances: [{
        ...first!,
        chain: hostile,
        state: "failed",
        labels: { [hostile]: hostile },
        reason: hostile,
        output: hostile,
        args: { [hostile]: hostile },
      }],
      nodes: [{
        node: hostile,
        calls: hostile,
        after: [],
        state: "failed",
        reason: hostile,
        output: { [hostile]: hostile },
      }],
      failures: {
        looked: 1,
        isCut: false,
        groups: [{ ...cause!, chain: hostile, reason: hostile, pattern: hostile }],
      },
    },
  });
  const { page } = opened;
  for (const hash of [...PLACES, `#/instances/${first!.id}`]) {
    await goTo(page, hash);
    assertEquals(await page.locator("main img, main script").count(), 0, hash);
    assertMatch(await page.locator("main").innerText(), /<img src=x onerror=alert\(1\)>/, hash);
    // deno-lint-ignore no-control-regex
    assertEquals(/[\u202e\x1b]/.test(await page.locator("main").innerText()), false, hash);
  }
  await page.getByRole("button", { name: "Retry …" }).click();
  await page.locator("dialog button.main:enabled").waitFor();
  assertEquals(opened.complaints, []);
});
