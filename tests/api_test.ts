/** What is generated from the code is current: `lib/sequoia.d.ts` (`deno task api`), parts of the manual (`deno task manual`). */
import { assertEquals } from "@std/assert";
import { declarationsOf } from "../tools/declarations.ts";
import { manualPages, ROOT } from "../tools/manual/pages.ts";

Deno.test("the signatures of the public module are those on record", async () => {
  const recorded = await Deno.readTextFile(new URL("../lib/sequoia.d.ts", import.meta.url));
  const present = await declarationsOf(new URL("../lib/mod.ts", import.meta.url));
  assertEquals(present, recorded, "The public module has changed. If that is meant: deno task api");
});

Deno.test("the generated parts of the manual are current", async () => {
  for (const [path, present] of await manualPages()) {
    const recorded = await Deno.readTextFile(new URL(path, ROOT));
    assertEquals(recorded, present, `${path} is not what the code says. Run: deno task manual`);
  }
});
