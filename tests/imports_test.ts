/** Holds the layout together: imports go one way, each folder is entered by its door, versions agree. */
import { assertEquals } from "@std/assert";
import { glob } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import config from "../deno.json" with { type: "json" };
import { VERSION } from "../cli/shell/version.ts";
import { PARTS } from "../tools/parts.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Arrow {
  readonly from: string;
  readonly to: string;
}

interface Graph {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier: string };
      readonly type?: { readonly specifier: string };
    }[];
  }[];
}

const graphs = new Map<string, Promise<Graph>>();

/** All that an entry imports, types too; it is asked for once. */
function graphOf(entry: string): Promise<Graph> {
  const known = graphs.get(entry) ?? readGraph(entry);
  graphs.set(entry, known);
  return known;
}

async function readGraph(entry: string): Promise<Graph> {
  const args = ["info", "--json", "--config", "deno.json", entry];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The imports of a graph among the project's own modules. */
function* arrowsOf({ modules }: Graph): Generator<Arrow & { readonly isDynamic: boolean }> {
  for (const { specifier, dependencies = [] } of modules) {
    for (const { isDynamic = false, code, type } of dependencies) {
      for (const target of [code?.specifier, type?.specifier]) {
        if (!specifier.startsWith("file:") || !target?.startsWith("file:")) continue;
        const [from, to] = [specifier, target].map((url) => relative(ROOT, fileURLToPath(url)));
        yield { from: from!, to: to!, isDynamic };
      }
    }
  }
}

/** The imports among the project's own modules, tests left out. */
async function arrows(): Promise<Arrow[]> {
  const found: Arrow[] = [];
  for (const entry of ["cli/main.ts", "demo/main.ts", ...Object.values(config.exports)]) {
    for (const { from, to } of arrowsOf(await graphOf(entry))) found.push({ from, to });
  }
  return found;
}

const partOf = (path: string) =>
  path.startsWith("lib/") && path.split("/").length > 2 ? path.split("/")[1]! : undefined;

/** The fault of an import, if it has one. */
function fault({ from, to }: Arrow): string | undefined {
  const [source, target] = [partOf(from), partOf(to)];
  if (source === target) return undefined;
  if (source !== undefined && target !== "std") {
    if (source === "wire" && to.startsWith("proto/")) return undefined;
    if (!to.startsWith("lib/")) return `${from} imports ${to}: lib/ knows nothing of what is outside`;
    if (target === undefined || !PARTS[source]?.imports.includes(target)) {
      return `${from} imports ${to}: ${source} may not know ${target}`;
    }
  }
  const throughDoor = target === undefined || target === "std" || to === `lib/${target}/mod.ts`;
  return throughDoor ? undefined : `${from} imports ${to}: it must go through lib/${target}/mod.ts`;
}

Deno.test("imports go one way, through the folders' doors", async () => {
  const all = await arrows();
  assertEquals(all.length > 100, true, "the graph was read");
  assertEquals(all.map(fault).filter((text) => text !== undefined), []);
});

Deno.test("each arrow that is allowed is there", async () => {
  const present = new Set((await arrows()).map(({ from, to }) => `${partOf(from)} → ${partOf(to)}`));
  const allowed = Object.entries(PARTS).flatMap(([part, { imports }]) =>
    imports.map((target) => `${part} → ${target}`)
  );
  assertEquals(allowed.filter((arrow) => !present.has(arrow)), []);
});

Deno.test("fault() tells an arrow that is not allowed", () => {
  assertEquals(
    fault({ from: "lib/model/chain.ts", to: "lib/policies/mod.ts" }),
    "lib/model/chain.ts imports lib/policies/mod.ts: model may not know policies",
  );
  assertEquals(
    fault({ from: "lib/queue/mod.ts", to: "lib/platform/mod.ts" }),
    "lib/queue/mod.ts imports lib/platform/mod.ts: queue may not know platform",
  );
  assertEquals(
    fault({ from: "cli/assembly.ts", to: "lib/platform/http/http.ts" }),
    "cli/assembly.ts imports lib/platform/http/http.ts: it must go through lib/platform/mod.ts",
  );
  assertEquals(fault({ from: "cli/assembly.ts", to: "lib/platform/mod.ts" }), undefined);
});

/** The names that a door lists; those of a star are the file's that it stands for. */
function namesOf(door: string): string[] {
  const lists = [...door.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) => list!.split(","));
  return lists.map((name) => name.trim().replace(/^type /, "").replace(/^.* as /, "")).filter((name) =>
    name !== ""
  );
}

/** The names that a file asks others for; all of its words, if it loads some when it runs. */
function askedIn(text: string): string[] {
  const lists = / import\(/.test(text)
    ? [text]
    : text.match(/^(?:im|ex)port (?:type )?\{[^}]*\} from/gm) ?? [];
  return lists.flatMap((list) => list.match(/\w+/g) ?? []);
}

Deno.test("a door lists no name that nobody outside uses", async () => {
  const texts = new Map<string, string>();
  for await (const file of glob("{lib,cli,tests,tools,bench,demo,paper}/**/*.ts", { cwd: ROOT })) {
    if (!file.endsWith(".d.ts")) texts.set(file, await Deno.readTextFile(join(ROOT, file))); // these are generated
  }
  const unused: string[] = [];
  for (const [file, door] of texts) {
    const [, folder] = /^(lib\/\w+\/)mod\.ts$/.exec(file) ?? [];
    const isPublic = texts.get(`${folder}public.ts`)?.includes('export * from "./mod.ts"') ?? false;
    if (folder === undefined || folder === "lib/wrap/" || isPublic) continue; // a package shows all of it
    const outside = [...texts].filter(([path]) => !path.startsWith(folder) || path === `${folder}public.ts`);
    const used = new Set(outside.flatMap(([, text]) => askedIn(text)));
    unused.push(...namesOf(door).filter((name) => !used.has(name)).map((name) => `${file}: ${name}`));
  }
  assertEquals(unused, []);
});

Deno.test("namesOf() reads the lists of a door", () => {
  const door =
    'export { type A, b as B } from "./a.ts";\nexport type {\n  C,\n} from "./c.ts";\nexport * from "./d.ts";\n';
  assertEquals(namesOf(door), ["A", "B", "C"]);
});

/** The folders of the Kafka driver: each may import those before it; the driver itself stands above them. */
const KAFKA_FOLDERS = ["address", "client", "log", "original", "owner", "operator"];

Deno.test("imports go one way within the Kafka driver", async () => {
  const rankOf = (path: string) => KAFKA_FOLDERS.indexOf(/^lib\/queue\/kafka\/(\w+)\//.exec(path)?.[1] ?? "");
  const inside = (await arrows()).filter(({ from, to }) =>
    rankOf(from) >= 0 && to.startsWith("lib/queue/kafka/")
  );
  assertEquals(inside.length > 50, true, "the graph was read");
  const upwards = inside.filter(({ from, to }) => rankOf(to) < 0 || rankOf(to) > rankOf(from));
  assertEquals(upwards, []);
});

/** The folders of `cli/` that commands share, and which of them each may import. */
const SHARED_BY_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  shell: [],
  words: ["shell"],
  modules: ["shell"],
  options: ["shell"],
};

Deno.test("no command imports another one, and what commands share imports none", async () => {
  const folderOf = (path: string) => /^cli\/(\w+)\//.exec(path)?.[1];
  const mayImport = (from: string, to: string) =>
    from === to || (SHARED_BY_COMMANDS[from] ?? Object.keys(SHARED_BY_COMMANDS)).includes(to);
  const between = (await arrows()).flatMap(({ from, to }) => {
    const [source, target] = [folderOf(from), folderOf(to)];
    return source === undefined || target === undefined ? [] : [{ from, to, source, target }];
  });
  assertEquals(between.length > 100, true, "the graph was read");
  assertEquals(between.filter(({ source, target }) => !mayImport(source, target)), []);
});

Deno.test("the compatibility with the first system is entered by its doors", async () => {
  const folderOf = (path: string) => /^.*\/original\//.exec(path)?.[0];
  const entering = (await arrows()).filter(({ from, to }) =>
    folderOf(to) !== undefined && folderOf(from) !== folderOf(to)
  );
  assertEquals(new Set(entering.map(({ to }) => folderOf(to))).size, 3);
  assertEquals(entering.filter(({ to }) => to !== `${folderOf(to)}mod.ts`), []);
});

/** The files of circles: those that are left when each that imports none of the others, or that none imports, is taken away. */
function circlesIn(all: readonly Arrow[]): string[] {
  let left = all;
  for (let before = Infinity; left.length < before;) {
    before = left.length;
    const importing = new Set(left.map(({ from }) => from)), imported = new Set(left.map(({ to }) => to));
    left = left.filter(({ from, to }) => importing.has(to) && imported.has(from));
  }
  return [...new Set(left.map(({ from }) => from))].sort();
}

Deno.test("no files import each other in a circle, neither code nor types", async () => {
  const files = await Array.fromAsync(
    glob("{lib,cli,tests,tools,bench,demo,paper,workloads}/**/*.ts", { cwd: ROOT }),
  );
  const all = await Deno.makeTempFile({ suffix: ".ts" });
  let graph: Graph;
  try {
    const lines = files.map((file) => `import ${JSON.stringify(pathToFileURL(join(ROOT, file)))};\n`);
    await Deno.writeTextFile(all, lines.join(""));
    graph = await graphOf(all);
  } finally {
    await Deno.remove(all);
  }
  const loaded = [...arrowsOf(graph)].filter(({ isDynamic }) => !isDynamic); // a registry loads what it lists
  assertEquals(loaded.length > 3000, true, "the graph was read");
  assertEquals(circlesIn(loaded), []);
});

Deno.test("circlesIn() finds the files of circles alone", () => {
  const to = (from: string, ...all: string[]) => all.map((to) => ({ from, to }));
  assertEquals(circlesIn([...to("a", "b", "c"), ...to("b", "c"), ...to("c", "d")]), []);
  assertEquals(circlesIn([...to("a", "b"), ...to("b", "c"), ...to("c", "b", "d")]), ["b", "c"]);
});

/** The modules that are loaded with an entry, before anything is asked of it. */
async function loadedWith(entry: string): Promise<string[]> {
  const { modules, roots } = await graphOf(entry);
  const graph = new Map(modules.map(({ specifier, dependencies = [] }) => [specifier, dependencies]));
  const loaded = new Set(roots);
  for (const specifier of loaded) {
    for (const { isDynamic, code } of graph.get(specifier) ?? []) {
      if (!isDynamic && code) loaded.add(code.specifier);
    }
  }
  return [...loaded].map((specifier) => specifier.replace(/^.*\/(lib|cli)\//, "$1/"));
}

Deno.test("a command loads no more than it needs", async () => {
  const parts = async (entry: string) =>
    (await loadedWith(entry)).map((path) => path.split("/").slice(0, 2).join("/"));
  assertEquals((await parts("cli/main.ts")).filter((part) => !part.startsWith("cli/")), []);
  for (const part of ["lib/expression", "lib/platform", "lib/report", "lib/scheduler", "lib/wire"]) {
    assertEquals((await parts("cli/produce/command.ts")).includes(part), false, `produce loads ${part}`);
    assertEquals((await parts("cli/queue/command.ts")).includes(part), false, `queue loads ${part}`);
  }
  for (const part of ["lib/queue", "lib/platform", "lib/scheduler"]) {
    assertEquals((await parts("cli/report/command.ts")).includes(part), false, `report loads ${part}`);
    assertEquals((await parts("cli/workload/command.ts")).includes(part), false, `workload loads ${part}`);
  }
});

Deno.test("the program says the version of deno.json", () => {
  assertEquals(VERSION, config.version);
});
