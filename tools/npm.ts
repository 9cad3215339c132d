/**
 * Makes the npm package `sequoia-qos` in `dist/npm` (or the folder that is named): the program as bundled modules, the public
 * modules and their types, and a launcher that runs them with the Deno of the package's dependency.
 * `npm publish dist/npm` is all that is left to do.
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { documentedDeclarations } from "./declarations.ts";
import { licencesOf } from "./licences.ts";
import { emptyPackageFolder } from "./package_folder.ts";
import { changeProgram, makeProgram, PUBLIC } from "./program.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** The version of the `deno` package that runs the program. */
const DENO = Deno.version.deno;

const folder = Deno.args[0] ?? "dist/npm";
const program = resolve(folder, "program");
await emptyPackageFolder(folder, "sequoia-qos");
await Deno.mkdir(join(folder, "bin"), { recursive: true });

const json = (name: string, value: object) =>
  Deno.writeTextFile(join(folder, name), JSON.stringify(value, null, 2) + "\n");

await makeProgram(program);
await Deno.writeTextFile(join(folder, "THIRD_PARTY_LICENSES"), await licencesOf(program, ROOT));
// the bundler names modules of packages by paths of the machine that it runs on
await changeProgram(
  program,
  (text) => text.replaceAll(/[./]+[^\s"]*\/npm\/[^/\s"]+\/(?=[^\s"]*\/\d)/g, "npm/"),
);
await json("package.json", {
  name: "sequoia-qos",
  version: config.version,
  description: "Quality of service for serverless function chains",
  license: config.license,
  type: "module",
  bin: { sequoia: "bin/sequoia.js" },
  exports: Object.fromEntries(
    Object.entries(PUBLIC).map(([name, path]) => [name, {
      types: name === "." ? "./sequoia.d.ts" : name.replace(".", "./types") + ".d.ts",
      default: `./${join("program", path).replace(/ts$/, "js")}`,
    }]),
  ),
  types: "./sequoia.d.ts",
  engines: { node: ">=18" },
  dependencies: { deno: DENO },
});
await Deno.copyFile(join(ROOT, "tools/npm_launcher.js"), join(folder, "bin/sequoia.js"));
await Deno.chmod(join(folder, "bin/sequoia.js"), 0o755);
await Deno.copyFile(join(ROOT, "lib/sequoia.d.ts"), join(folder, "sequoia.d.ts"));
await Deno.mkdir(join(folder, "types"));
for (const [name, text] of await documentedDeclarations()) {
  // tsc wants files of declarations to name the modules that they stand for
  await Deno.writeTextFile(join(folder, "types", name), text.replaceAll("'./shared.d.ts'", "'./shared.js'"));
}
await Deno.mkdir(join(folder, "docs/images"), { recursive: true });
for (const place of ["", "docs", "docs/images"]) { // the manual, whose pages link to each other
  for await (const { name, isFile } of Deno.readDir(join(ROOT, place))) {
    if (isFile && /^LICENSE$|\.(md|svg)$/.test(name)) {
      await Deno.copyFile(join(ROOT, place, name), join(folder, place, name));
    }
  }
}
