/** Whatever happens to the consumers of a queue, each instance ends once, and what is done stays done. */
import fc from "fast-check";
import "../../lib/expression/mod.ts"; // loaded here, so that it takes no time of its own
import { FOUND } from "./chaos/found.ts";
import { play } from "./chaos/play.ts";
import { scene } from "./chaos/scene.ts";
import { STORES } from "./chaos/stores.ts";

for (const [name, open, numRuns] of STORES) {
  Deno.test(`${name}: every instance ends once, and what is done stays done, whatever happens to consumers`, async () => {
    await fc.assert(fc.asyncProperty(scene, (scene) => play(scene, open)), { numRuns });
  });

  for (const [what, scene] of Object.entries(FOUND)) {
    Deno.test(`${name}: what is done stays done: ${what}`, () => play(scene, open));
  }
}
