/** The live page over `sequoia serve` and `sequoia consume`: what is done on it reaches the scheduler. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { folder, run, runJson, Running } from "../e2e/sequoia.ts";
import { testInBrowser, visit } from "./browser.ts";

interface Status {
  readonly consumers: readonly { readonly policy: string; readonly limits: { readonly global?: number } }[];
  readonly pauses: readonly unknown[];
}

/** Two functions; the second fails until it is repaired. */
function orderFunctions() {
  const state = { isRepaired: false };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.body?.cancel();
    if (new URL(request.url).pathname === "/charge" && !state.isRepaired) {
      return new Response("card <b>4711</b> refused", { status: 500 });
    }
    return new Response('{"receipt":12345678901234567890}', {
      headers: { "content-type": "application/json" },
    });
  });
  return {
    state,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const workload = (url: string) => `
import { chain, fn } from "sequoia";
const reserve = fn("reserve", { url: "${url}/reserve" }), charge = fn("charge", { url: "${url}/charge", attempts: 1 });
export default chain("order", ({ call }) => { call(charge, { after: call(reserve) }); });
`;

/** Confirms the action whose dialog is open, by keyboard. @returns what it would reach, and what is said of its result */
async function confirm(page: Page): Promise<readonly [reach: string, done: string]> {
  const dialog = page.locator("dialog");
  await dialog.locator("button.main:enabled").waitFor();
  const reach = await dialog.innerText();
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  return [reach, await page.locator(".said").innerText()];
}

await testInBrowser(
  "a failure's cause is found and retried, and all is steered, from the page of serve",
  async () => {
    await using functions = orderFunctions();
    await using options = await folder({ "order.ts": workload(functions.url) });
    await using serve = new Running(["serve", "--listen", "127.0.0.1:0", "--json"], options);
    const { url } = JSON.parse((await serve.says(/^{.*}$/m))[0]);
    await using consume = new Running(
      ["consume", "--policy", "fcfs", "--limit", "4", "--out", "none"],
      options,
    );
    await consume.says(/Consuming/);
    assertEquals(
      (await run(["produce", "order.ts", "--count", "3", "--wait", "--out", "none"], options)).code,
      1,
    );
    await using opened = await visit(`${url}/`, { width: 1440 });
    const { page } = opened;

    await page.locator(".causes").getByText("card <b>4711</b> refused").waitFor();
    await page.locator("header nav").getByText("Failures").click();
    await page.locator("main td .id").first().click();
    await page.locator(".waterfall tbody tr").nth(1).waitFor();
    const kinds = await opened.ask<[kind: string, percent: number][]>("parts()");
    assertEquals(kinds.map(([kind]) => kind).filter((kind) => kind !== "waiting"), ["running", "failed"]);
    assertMatch(
      await page.locator(".detail").innerText(),
      /charge[^]*It failed, 1 attempt[^]*card <b>4711<\/b> refused/,
    );
    await opened.shoot("serve-instance");

    functions.state.isRepaired = true;
    await page.goBack();
    await page.getByRole("button", { name: "Retry all of order" }).click();
    const [reach, done] = await confirm(page);
    assertMatch(reach, /It reaches 3 instances\./);
    assertEquals(done, "Retried 3 instances.");
    await page.getByText("Nothing has failed: there are no dead letters.").waitFor();
    assertEquals(
      (await run(["produce", "order.ts", "--count", "1", "--wait", "--out", "none"], options)).code,
      0,
    );

    await page.locator("header nav").getByText("Steering").click();
    await page.locator("#policy").selectOption("deadline");
    await page.locator("#policy").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assertEquals((await confirm(page))[1], "The policy deadline is set: 1 consumer goes by it.");
    await page.locator("#limit").fill("7");
    await page.keyboard.press("Enter");
    assertEquals((await confirm(page))[1], "The limit 7 is set: 1 consumer goes by it.");
    const status = await runJson(["queue", "status"], options) as Status;
    assertEquals(status.consumers.map(({ policy, limits }) => [policy, limits.global]), [["deadline", 7]]);

    await page.locator("#pause-name").fill("order");
    await page.keyboard.press("Enter");
    assertMatch((await confirm(page))[1], /^Paused chain order: 1 consumer goes by it\.$/);
    assertEquals((await run(["produce", "order.ts", "--id", "held", "--out", "none"], options)).code, 0);
    await page.locator("header nav").getByText("Overview").click();
    await page.locator(".verdict .notes").getByText("Paused: chain order.").waitFor();
    await page.locator(".figures li").nth(1).getByText("1 ready").waitFor();
    await opened.shoot("serve-overview", false);
    assertEquals(await opened.ask("blank()"), []);
    assert(await opened.ask<number>('pixels("flight", "ink")') > 20, "the limit is drawn");
    await page.locator("header nav").getByText("Steering").click();
    await page.getByRole("button", { name: "Resume chain order" }).click();
    assertEquals((await confirm(page))[1], "Resumed chain order: 1 consumer goes by it.");
    await page.evaluate("location.hash = '#/instances/held'");
    await page.locator(".badge", { hasText: "completed" }).waitFor();
    await page.locator(".waterfall button", { hasText: "charge" }).click();
    await page.getByRole("button", { name: "Run again from here" }).click();
    assertEquals((await confirm(page))[1], "Retried 1 instance.");
    await page.locator(".detail").getByText("begun again once").waitFor();
    assertEquals(opened.complaints, []);
  },
);
