/**
 * Draws the README's picture, in two themes: runs the demonstration, and draws its two run logs. The numbers are those of that
 * run; the words that the README has for the picture are put right.
 */
import { fileURLToPath } from "node:url";
import { readRunLog } from "../lib/record/mod.ts";
import { buildDrawnRun } from "../lib/report/mod.ts";
import { formatted } from "./formatted.ts";
import { lostIn, pictureOf } from "./picture/picture_of.ts";
import { THEMES } from "./picture/theme.ts";

const ROOT = new URL("../", import.meta.url);

const { success } = await new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", "demo/main.ts"],
  cwd: ROOT,
})
  .spawn().status;
if (!success) throw new Error("Cannot draw the picture: the demonstration has failed");
const [without, withIt] = await Promise.all(
  ["without", "with"].map((name) =>
    buildDrawnRun(name, readRunLog(fileURLToPath(new URL(`.sequoia/demo/${name}.json`, ROOT))).events)
  ),
);
await Deno.mkdir(new URL("docs/images", ROOT), { recursive: true });
for (const theme of THEMES) {
  await Deno.writeTextFile(
    new URL(`docs/images/comparison-${theme}.svg`, ROOT),
    await formatted(pictureOf(without!, withIt!, theme), "svg"),
  );
}

const readme = new URL("README.md", ROOT);
const text = await Deno.readTextFile(readme);
await Deno.writeTextFile(readme, text.replace(/(?<=<img alt="Without Sequoia )\d+ of \d+/, lostIn(without!)));
