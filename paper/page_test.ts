/** The page of the paper's results. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { pageTypeErrors } from "../tests/page_types.ts";
import { CLAIMS } from "./claims/mod.ts";
import { readResults } from "./files.ts";
import { paperPage } from "./page.ts";

Deno.test("the page's module has no type errors in a browser", async () => {
  assertEquals(await pageTypeErrors(new URL("./page/", import.meta.url)), "");
});

Deno.test("the page has each claim, its data for charts, and asks for nothing", async () => {
  const html = paperPage(CLAIMS, await readResults());
  for (const { id } of CLAIMS) assertStringIncludes(html, `<section id="${id}">`);
  const [, data] = /<script type="application\/json" id="data">(.*?)<\/script>/.exec(html)!;
  assertEquals(JSON.parse(data!).length, html.match(/data-plot=/g)!.length);
  assertStringIncludes(html, "default-src 'none'");
});
