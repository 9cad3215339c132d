/** Holds the layout together: imports go one way, each folder is entered by its door, versions agree. */
import { assertEquals } from "@std/assert";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { VERSION } from "../cli/version.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What each part may import, besides itself; the parts are folders under `lib/`. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  model: [],
  policies: ["model"],
  scheduler: ["policies", "model"],
  wire: ["model"],
  queue: ["model", "wire"],
  platform: ["model"],
  record: ["model"],
  report: ["record", "model"],
  consume: ["queue", "platform", "record", "scheduler", "policies", "model"],
  produce: ["queue", "record", "scheduler", "model"],
  spam: ["platform", "record", "model"],
  std: [],
};

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** The imports among the project's own modules, tests left out. */
async function arrows(): Promise<Arrow[]> {
  const found: Arrow[] = [];
  for (const entry of ["cli/main.ts", "lib/mod.ts", "demo/main.ts"]) {
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
    if (target === undefined || !BELOW[source]?.includes(target)) {
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
    fault({ from: "cli/wire.ts", to: "lib/platform/http.ts" }),
    "cli/wire.ts imports lib/platform/http.ts: it must go through lib/platform/mod.ts",
  );
  assertEquals(fault({ from: "cli/wire.ts", to: "lib/platform/mod.ts" }), undefined);
});

Deno.test("the program says the version of deno.json", () => {
  assertEquals(VERSION, config.version);
});
