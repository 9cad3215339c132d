/** Writes the signatures of the public modules, `lib/sequoia.d.ts` and `lib/api/`; a test compares them with the modules. */
import { declarationFiles } from "./declarations.ts";

const ROOT = new URL("..", import.meta.url);

for (const [path, text] of await declarationFiles()) {
  await Deno.mkdir(new URL(".", new URL(path, ROOT)), { recursive: true });
  await Deno.writeTextFile(new URL(path, ROOT), text);
}
