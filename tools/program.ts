/**
 * The program as bundled modules, which packages ship: it starts in half of the time that its sources take. Tests that run
 * it many times run it so, too.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The public modules, by their names in a package; the wrappers are a package of their own. */
export const { "./wrap": _, ...PUBLIC } = config.exports;
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

/**
 * Makes the program in a folder, which is there or not; it is started by `programLine()`.
 *
 * @throws {Error} if the bundler fails, or the sources or a package hold what this tool does not know
 */
export async function makeProgram(program: string): Promise<void> {
  await bundle("--code-splitting", "--outdir", program, ...ENTRIES);
  await bundle("--output", join(program, `${ALONE}.js`), `${ALONE}.ts`);
  await readdress(program);
  await defer(program);
  const settings = {
    imports: Object.fromEntries(
      // a workload of a project that has the package may import it by the package's own name, as its programs do
      ["sequoia", "sequoia-qos"].flatMap((module) =>
        Object.entries(PUBLIC).map(([name, path]) => [name.replace(".", module), path.replace(/ts$/, "js")])
      ),
    ),
    nodeModulesDir: config.nodeModulesDir,
    unstable: config.unstable,
    lock: false,
  };
  await Deno.writeTextFile(join(program, "deno.json"), JSON.stringify(settings, null, 2) + "\n");
}

/** The command that starts the program in a folder. */
export function programLine(program: string): string[] {
  const config = join(program, "deno.json");
  return [Deno.execPath(), "run", "-A", "--quiet", "--config", config, join(program, "cli/main.js")];
}

async function bundle(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=deno", ...args],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(`Cannot bundle the program: ${new TextDecoder().decode(stderr)}`);
}

/** Changes the text of each file of the bundle: its chunks, which lie at its top, and its entries. */
export async function changeProgram(
  program: string,
  of: (text: string, name: string) => string,
): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(program), ({ name, isFile }) => isFile ? [name] : []);
  for (const name of [...names.flat(), ...ENTRIES.map((path) => path.replace(/ts$/, "js"))]) {
    const path = join(program, name);
    await Deno.writeTextFile(path, of(await Deno.readTextFile(path), name));
  }
}

/** @throws {Error} if the bundler or a package writes something otherwise than this tool knows */
async function defer(program: string): Promise<void> {
  const found = new Set<RegExp>();
  await changeProgram(program, (text) => {
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
async function readdress(program: string): Promise<void> {
  const found = new Map<string, number>();
  await changeProgram(program, (text, name) => {
    let changed = text;
    for (const [from, to] of Object.entries(ADDRESSES)) {
      if (!text.includes(from)) continue;
      found.set(from, (found.get(from) ?? 0) + 1);
      changed = changed.replaceAll(from, to);
    }
    const left = changed.match(/(?:import\.meta\.resolve|new URL)\("[^"]*\.ts"/);
    if (left !== null) throw new Error(`Cannot place ${left[0]} of ${name} in the program`);
    return changed;
  });
  for (const from of Object.keys(ADDRESSES)) {
    if (found.get(from) !== 1) throw new Error(`Cannot find ${from} once in the bundle`);
  }
}
