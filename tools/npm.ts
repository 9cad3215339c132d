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

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** The version of the `deno` package that runs the program. */
const DENO = Deno.version.deno;

/** The public modules that the package has, by their names in it; the wrappers are a package of their own. */
const { "./wrap": _, ...PUBLIC } = config.exports;
/** Modules that are loaded by their paths: each becomes a file of its own, and they share others. */
const ENTRIES = ["cli/main.ts", ...Object.values(PUBLIC), "lib/expression/full/main.ts"];
/** One whose process may read only the folder of the program that it belongs to: its file is whole. */
const ALONE = "lib/expression/full/watchdog";
/** Addresses of modules as the sources write them, relative to the source, and in the bundle, where chunks lie at its top. */
const ADDRESSES = {
  'import.meta.resolve("../full/main.ts")': 'import.meta.resolve("./lib/expression/full/main.js")',
  'new URL("./watchdog.ts", import.meta.url)':
    'new URL("./lib/expression/full/watchdog.js", import.meta.url)',
};

/**
 * Changes of the bundle's text that spare a start most of its time: `node:module`, which few commands need (on an idle machine
 * it takes 20 to 30 ms), is loaded when it is used, and a chunk that is imported on demand is found only then, as Deno reads all
 * whose names it sees in a program before it starts it.
 */
const DEFERRED: readonly (readonly [from: RegExp, to: string])[] = [
  [
    /^import \{ createRequire as (\w+) \} from "node:module";\nvar __require = \1\(import\.meta\.url\);/m,
    `let required;
var __require = (name) => (required ??= process.getBuiltinModule("node:module").createRequire(import.meta.url))(name);`,
  ],
  [/\bimport\(("[^"]+\.js")\)/g, "import(String($1))"],
];

const folder = Deno.args[0] ?? "dist/npm";
const program = resolve(folder, "program");
await emptyPackageFolder(folder, "sequoia-qos");
await Deno.mkdir(join(folder, "bin"), { recursive: true });

async function bundle(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=deno", ...args],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(`Cannot bundle the program: ${new TextDecoder().decode(stderr)}`);
}

/** Changes the text of each file of the bundle: its chunks, which lie at its top, and its entries. */
async function change(of: (text: string, name: string) => string): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(program), ({ name, isFile }) => isFile ? [name] : []);
  for (const name of [...names.flat(), ...ENTRIES.map((path) => path.replace(/ts$/, "js"))]) {
    const path = join(program, name);
    await Deno.writeTextFile(path, of(await Deno.readTextFile(path), name));
  }
}

/** @throws {Error} if the bundler or a package writes something otherwise than this tool knows */
async function defer(): Promise<void> {
  const found = new Set<RegExp>();
  await change((text) => {
    let changed = text;
    for (const [from, to] of DEFERRED) {
      const next = changed.replace(from, to);
      if (next !== changed) found.add(from);
      changed = next;
    }
    return changed;
  });
  for (const [from] of DEFERRED) if (!found.has(from)) throw new Error(`Cannot find ${from} in the bundle`);
}

/** @throws {Error} if the sources write an address that this tool does not know */
async function readdress(): Promise<void> {
  const found = new Map<string, number>();
  await change((text, name) => {
    let changed = text;
    for (const [from, to] of Object.entries(ADDRESSES)) {
      if (!text.includes(from)) continue;
      found.set(from, (found.get(from) ?? 0) + 1);
      changed = changed.replaceAll(from, to);
    }
    const left = changed.match(/(?:import\.meta\.resolve|new URL)\("[^"]*\.ts"/);
    if (left !== null) throw new Error(`Cannot place ${left[0]} of ${name} in the package`);
    return changed;
  });
  for (const from of Object.keys(ADDRESSES)) {
    if (found.get(from) !== 1) throw new Error(`Cannot find ${from} once in the bundle`);
  }
}

const json = (name: string, value: object) =>
  Deno.writeTextFile(join(folder, name), JSON.stringify(value, null, 2) + "\n");

await bundle("--code-splitting", "--outdir", program, ...ENTRIES);
await bundle("--output", join(program, `${ALONE}.js`), `${ALONE}.ts`);
await readdress();
await defer();
await Deno.writeTextFile(join(folder, "THIRD_PARTY_LICENSES"), await licencesOf(program, ROOT));
// the bundler names modules of packages by paths of the machine that it runs on
await change((text) => text.replaceAll(/[./]+[^\s"]*\/npm\/[^/\s"]+\/(?=[^\s"]*\/\d)/g, "npm/"));
await json("program/deno.json", {
  imports: Object.fromEntries(
    // a workload of a project that has the package may import it by the package's own name, as its programs do
    ["sequoia", "sequoia-qos"].flatMap((module) =>
      Object.entries(PUBLIC).map(([name, path]) => [name.replace(".", module), path.replace(/ts$/, "js")])
    ),
  ),
  nodeModulesDir: config.nodeModulesDir,
  unstable: config.unstable,
  lock: false,
});
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
