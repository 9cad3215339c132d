/** `deno task related`: compares the rules of related systems with this project's, and writes the figures of docs/related.md. */
import { allFigures } from "./figures.ts";
import { pageWith } from "./page.ts";

const PAGE = new URL("../../docs/related.md", import.meta.url);

const figures = allFigures();
await Deno.writeTextFile(new URL("figures.json", import.meta.url), `${JSON.stringify(figures, null, 2)}\n`);
await Deno.writeTextFile(PAGE, await pageWith(await Deno.readTextFile(PAGE), figures));
