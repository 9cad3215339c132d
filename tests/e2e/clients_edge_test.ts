/** The TypeScript client in edge runtimes, which have `fetch` and little else, on a real server with a real consumer. */
import { assertEquals } from "@std/assert";
import { build, stop as endBuilder } from "esbuild";
import { join } from "node:path";
import { play, playInDeno } from "../clients/played.ts";
import { laneOf } from "../lanes.ts";
import { ROOT } from "./sequoia.ts";

/** Edge runtimes as npm packages, and the programs that run a worker in them. */
const RUNTIMES = [
  { name: "edge-runtime", version: "4.0.1", program: "in_edge_runtime.mjs" },
  { name: "miniflare", version: "4.20260730.0", program: "in_workerd.mjs" },
] as const;
/** The longest time for an installation, in milliseconds: without a network, npm tries for minutes. */
const INSTALL_MS = 120_000;

/** Installs a package in a folder. @returns why it cannot be installed here */
async function install(what: string, cwd: string): Promise<string | undefined> {
  try {
    const args = ["install", "--silent", "--no-fund", "--no-audit", "--prefer-offline", what];
    const signal = AbortSignal.timeout(INSTALL_MS);
    const { success, stderr } = await new Deno.Command("npm", { args, cwd, signal, stdin: "null" }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim() || `npm cannot install ${what}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Writes the scenario as one script that leaves its worker in a variable. */
async function bundle(outfile: string): Promise<void> {
  const entryPoints = [join(ROOT, "tests/clients/scenario_worker.ts")];
  try {
    const shape = { bundle: true, platform: "neutral", format: "iife", globalName: "worker" } as const;
    await build({ entryPoints, outfile, ...shape });
  } finally {
    await endBuilder();
  }
}

for (const { name, version, program } of RUNTIMES) {
  Deno.test(`the client does the same in ${name}`, async (t) => {
    const cwd = await Deno.makeTempDir({ prefix: "sequoia-edge-" });
    try {
      const reason = await install(`${name}@${version}`, cwd);
      if (reason !== undefined) {
        const fn = () => {
          throw new Error(`Cannot skip in the lane that runs everything: ${reason}`);
        };
        return void await t.step({
          name: `skipped: ${reason}`,
          ignore: !laneOf(Deno.env.toObject()).needsAll,
          fn,
        });
      }
      const script = join(cwd, "worker.js"), runner = join(cwd, program);
      await bundle(script);
      await Deno.copyFile(join(ROOT, "tests/clients", program), runner); // it finds the package beside it
      const there = await play((url) => Promise.resolve(["node", runner, script, url, name]));
      assertEquals(there.results, (await playInDeno()).results);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  });
}
