/** The files that the task writes. */
import { dirname } from "node:path";
import { CLAIMS } from "./claims/mod.ts";
import { markdownPage, pictureName } from "./markdown.ts";
import { paperPage } from "./page.ts";
import { pictureOf } from "./picture.ts";
import { foundIn, type Results } from "./results.ts";
import { formatted } from "../tools/formatted.ts";
import { THEMES } from "../tools/picture/theme.ts";

const ROOT = new URL("../", import.meta.url);
/** The figures that were found last. */
export const FIGURES = new URL("paper/figures.json", ROOT);

/** The figures that were written last; none if there is no such file. */
export async function readResults(): Promise<Results> {
  try {
    return JSON.parse(await Deno.readTextFile(FIGURES));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** The files of docs/ that show the figures that were written last: their texts by their paths. */
export async function paperPages(): Promise<ReadonlyMap<string, string>> {
  return await documentation(await readResults());
}

async function documentation(results: Results): Promise<Map<string, string>> {
  const files = new Map([["docs/paper.md", await formatted(markdownPage(CLAIMS, results), "md")]]);
  for (const claim of CLAIMS) {
    for (const [i, plotOf] of (claim.plots ?? []).entries()) {
      const plot = plotOf(foundIn(results[claim.id]!));
      for (const theme of THEMES) {
        const path = `docs/images/${pictureName(claim, i)}-${theme}.svg`;
        files.set(path, await formatted(pictureOf(plot, theme), "svg"));
      }
    }
  }
  return files;
}

/**
 * Writes the figures, and what shows them, if there are figures of all claims.
 *
 * @param page the path of the page with charts
 * @returns the names of what was written
 */
export async function writePages(results: Results, page: string): Promise<string[]> {
  await Deno.writeTextFile(FIGURES, await formatted(JSON.stringify(results), "json"));
  if (CLAIMS.some(({ id }) => results[id] === undefined)) return ["paper/figures.json"];
  await Deno.mkdir(new URL("docs/images/", ROOT), { recursive: true });
  for (const [path, text] of await documentation(results)) {
    await Deno.writeTextFile(new URL(path, ROOT), text);
  }
  await Deno.mkdir(dirname(page), { recursive: true });
  await Deno.writeTextFile(page, paperPage(CLAIMS, results));
  return ["paper/figures.json", "docs/paper.md", page];
}
