/** Writes the generated parts of the manual in docs/; a test compares them with the code. */
import { manualPages, ROOT } from "./manual/pages.ts";

for (const [path, text] of await manualPages()) await Deno.writeTextFile(new URL(path, ROOT), text);
