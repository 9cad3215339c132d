/** The signatures of the public module are what `lib/sequoia.d.ts` says; `deno task api` writes them again. */
import { assertEquals } from "@std/assert";
import { declarationsOf } from "../tools/declarations.ts";

Deno.test("the signatures of the public module are those on record", async () => {
  const recorded = await Deno.readTextFile(new URL("../lib/sequoia.d.ts", import.meta.url));
  const present = await declarationsOf(new URL("../lib/mod.ts", import.meta.url));
  assertEquals(present, recorded, "The public module has changed. If that is meant: deno task api");
});
