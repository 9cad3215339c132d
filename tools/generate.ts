/** Writes the files that follow from the code; a test compares them with it. */
import { STEPS } from "./generated.ts";

const ROOT = new URL("..", import.meta.url);

for (const step of STEPS) {
  for (const [path, text] of await step()) {
    await Deno.mkdir(new URL(".", new URL(path, ROOT)), { recursive: true });
    await Deno.writeTextFile(new URL(path, ROOT), text);
  }
}
