/** What is generated from the code is current: public signatures (`deno task api`), parts of the manual (`deno task manual`). */
import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { declarationFiles } from "../tools/declarations.ts";
import { manualPages, ROOT } from "../tools/manual/pages.ts";

Deno.test("the signatures of the public modules are those on record", async () => {
  for (const [path, present] of await declarationFiles()) {
    const recorded = await Deno.readTextFile(new URL(path, ROOT)).catch(() => undefined);
    assertEquals(present, recorded, `${path}: a public module has changed. If that is meant: deno task api`);
  }
});

Deno.test("each public module can be imported here as programs import it, and its documentation is checked", () => {
  const { imports, exports, tasks } = config;
  for (const [name, path] of Object.entries(exports).filter(([name]) => name !== "./wrap")) {
    assertEquals(imports[name.replace(".", "sequoia") as keyof typeof imports], path);
  }
  for (const path of Object.values(exports)) assert(tasks.check.command.includes(` ${path.slice(2)} `), path);
});

Deno.test("the generated parts of the manual are current", async () => {
  for (const [path, present] of await manualPages()) {
    const recorded = await Deno.readTextFile(new URL(path, ROOT));
    assertEquals(recorded, present, `${path} is not what the code says. Run: deno task manual`);
  }
});
