/** The README's picture, made of a report's charts. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { buildRunView, renderHtml } from "../../lib/report/mod.ts";
import { end, simulated, submit } from "../../lib/report/testing.ts";
import { lostIn, pictureOf, THEMES } from "../../tools/picture/picture_of.ts";

const options = { seed: 1, instances: 100, limit: 20, ratePerS: 20 };
const without = await buildRunView("demo/without.json", [
  ...simulated(options),
  submit("lost", 0),
  end("lost", 20, "dropped"),
]);
const report = renderHtml([
  without,
  await buildRunView("demo/with.json", simulated({ ...options, fair: true })),
]);

for (const theme of THEMES) {
  Deno.test(`pictureOf() puts the report's charts into one image that needs nothing else (${theme})`, () => {
    const picture = pictureOf(report, theme);
    assertEquals(/var\(|href|url\(|<script|NaN|undefined/.test(picture), false);
    assertStringIncludes(picture, " of 101 (");
    assertStringIncludes(picture, ">without Sequoia</text>");
    assertEquals(picture.match(/<g[ >]/g)?.length, picture.match(/<\/g>/g)?.length);
    assert(!picture.includes(".json"));
  });
}

Deno.test("pictureOf() needs a report with chains that were lost", () => {
  assertThrows(() => pictureOf("<html></html>", "light"), Error, "Chains that did not complete");
});

Deno.test("lostIn() says what the first run has lost", () => {
  assertStringIncludes(pictureOf(report, "light"), `>${lostIn(report)} (`);
  assertStringIncludes(lostIn(report), " of 101");
});
