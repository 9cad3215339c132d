/** Files that follow from the code are current, and public modules are declared as such. */
import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { STEPS } from "../tools/generated.ts";

const ROOT = new URL("..", import.meta.url);

Deno.test("files that follow from the code are current: signatures, types of figures, parts of the manual", async () => {
  for (const step of STEPS) {
    for (const [path, present] of await step()) {
      const recorded = await Deno.readTextFile(new URL(path, ROOT)).catch(() => undefined);
      assertEquals(
        recorded,
        present,
        `${path} is not what the code says. If that is meant: deno task generate`,
      );
    }
  }
});

Deno.test("each public module can be imported here as programs import it, and its documentation is checked", () => {
  const { imports, exports, tasks } = config;
  for (const [name, path] of Object.entries(exports).filter(([name]) => name !== "./wrap")) {
    assertEquals(imports[name.replace(".", "sequoia") as keyof typeof imports], path);
  }
  for (const path of Object.values(exports)) assert(tasks.check.command.includes(` ${path.slice(2)} `), path);
});
