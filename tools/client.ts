/**
 * Makes the npm package of the TypeScript client, `dist/client` (or the folder that is named): one ES module, and its types.
 * `npm publish dist/client` is all that is left to do.
 */
import { build } from "esbuild";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { emptyPackageFolder } from "./package_folder.ts";
import { importing, packageTypes } from "./package_types.ts";

const SOURCES = fileURLToPath(new URL("../clients/typescript/", import.meta.url));
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const MAIN = join(SOURCES, "mod.ts");

const folder = Deno.args[0] ?? "dist/client";
await emptyPackageFolder(folder, "sequoia-qos-client");
await Deno.mkdir(folder, { recursive: true });

await build({
  entryPoints: [MAIN],
  bundle: true,
  platform: "neutral",
  target: "es2022",
  format: "esm",
  logLevel: "warning",
  outfile: join(folder, "mod.js"),
});

for (const [name, text] of packageTypes([MAIN])) {
  await Deno.writeTextFile(join(folder, `${name}.d.ts`), importing(text, "js"));
}

const manifest = {
  name: "sequoia-qos-client",
  version: config.version,
  description: "Submits function chains to Sequoia over HTTP, and waits for their results",
  license: config.license,
  type: "module",
  sideEffects: false,
  engines: { node: ">=20.3" },
  types: "./mod.d.ts",
  exports: { ".": { types: "./mod.d.ts", default: "./mod.js" } },
};
await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify(manifest, null, 2) + "\n");
await Deno.copyFile(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
await Deno.writeTextFile(
  join(folder, "README.md"),
  `# sequoia-qos-client

A client of the HTTP API of \`sequoia serve\`, by nothing but \`fetch\`: Node.js from 20.3 on, Deno, edge runtimes.

\`\`\`ts
import { Sequoia } from "sequoia-qos-client";

const sequoia = new Sequoia("http://127.0.0.1:7070");
const { id } = await sequoia.submit("hello", { args: { name: "Ada" } });
console.log((await sequoia.wait(id)).output);
\`\`\`

The manual of Sequoia has more, and the same for Python: docs/clients.md.
`,
);
