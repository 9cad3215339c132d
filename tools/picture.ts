/**
 * Draws the README's picture, in two themes: runs the demonstration, and takes the charts out of its report. The numbers are
 * those of that run; the words that the README has for the picture are put right.
 */
import { lostIn, pictureOf, THEMES } from "./picture/picture_of.ts";

const ROOT = new URL("../", import.meta.url);

const { success } = await new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", "demo/main.ts"],
  cwd: ROOT,
})
  .spawn().status;
if (!success) throw new Error("Cannot draw the picture: the demonstration has failed");
const report = await Deno.readTextFile(new URL(".sequoia/demo/report.html", ROOT));
await Deno.mkdir(new URL("docs/images", ROOT), { recursive: true });
for (const theme of THEMES) {
  await Deno.writeTextFile(new URL(`docs/images/comparison-${theme}.svg`, ROOT), pictureOf(report, theme));
}

const readme = new URL("README.md", ROOT);
const text = await Deno.readTextFile(readme);
await Deno.writeTextFile(readme, text.replace(/(?<=<img alt="Without Sequoia )\d+ of \d+/, lostIn(report)));
