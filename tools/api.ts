/** Writes `lib/sequoia.d.ts`, the signatures of the public module in one file; a test compares it with the modules. */
import { declarationsOf } from "./declarations.ts";

await Deno.writeTextFile(
  new URL("../lib/sequoia.d.ts", import.meta.url),
  await declarationsOf(new URL("../lib/mod.ts", import.meta.url)),
);
