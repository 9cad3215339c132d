/** The types of the page's modules, which are checked for a browser while all else is checked for Deno. */
import { assertEquals } from "@std/assert";
import { pageTypeErrors } from "../../../tests/page_types.ts";

Deno.test("the live page's modules have no type errors in a browser", async () => {
  assertEquals(await pageTypeErrors(new URL("./browser/", import.meta.url)), "");
});
