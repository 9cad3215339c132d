/** Holds the layout together: imports go one way, each folder is entered by its door, versions agree. */
import { assertEquals } from "@std/assert";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { VERSION } from "../cli/version.ts";
import { PARTS } from "../tools/parts.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** The imports among the project's own modules, tests left out. */
async function arrows(): Promise<Arrow[]> {
  const found: Arrow[] = [];
  for (const entry of ["cli/main.ts", "demo/main.ts", ...Object.values(config.exports)]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry], cwd: ROOT })
      .output();
    const graph = JSON.parse(new TextDecoder().decode(stdout)) as {
      modules: {
        specifier: string;
        dependencies?: { code?: { specifier: string }; type?: { specifier: string } }[];
      }[];
    };
    for (const { specifier, dependencies = [] } of graph.modules) {
      for (const { code, type } of dependencies) {
        for (const target of [code?.specifier, type?.specifier]) {
          if (specifier.startsWith("file:") && target?.startsWith("file:")) {
            found.push({
              from: relative(ROOT, fileURLToPath(specifier)),
              to: relative(ROOT, fileURLToPath(target)),
            });
          }
        }
      }
    }
  }
  return found;
}

const partOf = (path: string) =>
  path.startsWith("lib/") && path.split("/").length > 2 ? path.split("/")[1]! : undefined;

/** What is wrong with an import, if anything. */
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
    fault({ from: "cli/wire.ts", to: "lib/platform/http/http.ts" }),
    "cli/wire.ts imports lib/platform/http/http.ts: it must go through lib/platform/mod.ts",
  );
  assertEquals(fault({ from: "cli/wire.ts", to: "lib/platform/mod.ts" }), undefined);
});

/** The folders of the Kafka driver, each of which may import those before it; the driver itself stands above them. */
const KAFKA_FOLDERS = ["address", "client", "log", "owner", "operator"];

Deno.test("imports go one way within the Kafka driver", async () => {
  const rankOf = (path: string) => KAFKA_FOLDERS.indexOf(/^lib\/queue\/kafka\/(\w+)\//.exec(path)?.[1] ?? "");
  const inside = (await arrows()).filter(({ from, to }) =>
    rankOf(from) >= 0 && to.startsWith("lib/queue/kafka/")
  );
  assertEquals(inside.length > 50, true, "the graph was read");
  const upwards = inside.filter(({ from, to }) => rankOf(to) < 0 || rankOf(to) > rankOf(from));
  assertEquals(upwards, []);
});

/** The modules that are loaded with an entry, before anything is asked of it. */
async function loadedWith(entry: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry], cwd: ROOT })
    .output();
  const { modules, roots } = JSON.parse(new TextDecoder().decode(stdout)) as {
    roots: string[];
    modules: { specifier: string; dependencies?: { isDynamic?: boolean; code?: { specifier: string } }[] }[];
  };
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
    assertEquals((await parts("cli/produce.ts")).includes(part), false, `produce loads ${part}`);
    assertEquals((await parts("cli/queue.ts")).includes(part), false, `queue loads ${part}`);
  }
  for (const part of ["lib/queue", "lib/platform", "lib/scheduler"]) {
    assertEquals((await parts("cli/report.ts")).includes(part), false, `report loads ${part}`);
    assertEquals((await parts("cli/workload.ts")).includes(part), false, `workload loads ${part}`);
  }
});

Deno.test("the program says the version of deno.json", () => {
  assertEquals(VERSION, config.version);
});
