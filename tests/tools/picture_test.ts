/** The README's picture, made of two runs. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { buildDrawnRun } from "../../lib/report/mod.ts";
import { end, simulated, submit } from "../../lib/report/testing.ts";
import { lostIn, pictureOf } from "../../tools/picture/picture_of.ts";
import { THEMES } from "../../tools/picture/theme.ts";

const options = { seed: 1, instances: 100, limit: 20, ratePerS: 20 };
const without = await buildDrawnRun("demo/without.json", [
  ...simulated(options),
  submit("lost", 0),
  end("lost", 20, "dropped"),
]);
const withIt = await buildDrawnRun("demo/with.json", simulated({ ...options, fair: true }));

for (const theme of THEMES) {
  Deno.test(`pictureOf() draws two runs as one image that needs nothing else (${theme})`, () => {
    const picture = pictureOf(without, withIt, theme);
    assertEquals(/var\(|href|url\(|<script|NaN|undefined|Infinity/.test(picture), false);
    assertStringIncludes(picture, `>${lostIn(without)} (`);
    assertStringIncludes(picture, ">without Sequoia</text>");
    assertStringIncludes(picture, ">never</text>");
    assertEquals(picture.match(/<text[ >]/g)?.length, picture.match(/<\/text>/g)?.length);
  });
}

Deno.test("lostIn() says how many chains a run has lost", async () => {
  assertStringIncludes(lostIn(without), " of 101");
  const empty = await buildDrawnRun("empty", []);
  assertThrows(() => lostIn(empty), Error, "it has no chains");
});
