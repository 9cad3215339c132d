/**
 * Makes the npm package of the function wrappers, `dist/wrap` (or the folder that is named): plain ES modules, CommonJS, types.
 * `npm publish dist/wrap` is all that is left to do.
 */
import { build } from "esbuild";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { emptyPackageFolder } from "./package_folder.ts";
import { importing, packageTypes } from "./package_types.ts";

const SOURCES = fileURLToPath(new URL("../lib/wrap/", import.meta.url));
const LICENSE = fileURLToPath(new URL("../LICENSE", import.meta.url));
/** The modules of the package; the first is the package itself. */
const ENTRIES = ["mod", "lambda", "express", "azure", "openwhisk", "fetch"] as const;

const folder = Deno.args[0] ?? "dist/wrap";
await emptyPackageFolder(folder, "sequoia-wrap");
for (const part of ["esm", "cjs"]) await Deno.mkdir(join(folder, part), { recursive: true });

const common = {
  entryPoints: ENTRIES.map((name) => join(SOURCES, `${name}.ts`)),
  bundle: true,
  platform: "neutral",
  target: "es2022",
  logLevel: "warning",
} as const;
await build({ ...common, format: "esm", splitting: true, outdir: join(folder, "esm") });
await build({ ...common, format: "cjs", outdir: join(folder, "cjs"), outExtension: { ".js": ".cjs" } });

for (const [name, text] of packageTypes(common.entryPoints)) {
  await Deno.writeTextFile(join(folder, "esm", `${name}.d.ts`), importing(text, "js"));
  await Deno.writeTextFile(join(folder, "cjs", `${name}.d.cts`), importing(text, "cjs"));
}

const exportsOf = (name: string) => ({
  import: { types: `./esm/${name}.d.ts`, default: `./esm/${name}.js` },
  require: { types: `./cjs/${name}.d.cts`, default: `./cjs/${name}.cjs` },
});
await Deno.writeTextFile(
  join(folder, "package.json"),
  JSON.stringify(
    {
      name: "sequoia-wrap",
      version: config.version,
      description: "Has serverless functions tell Sequoia when they start and end",
      license: config.license,
      type: "module",
      sideEffects: false,
      engines: { node: ">=18" },
      main: "./cjs/mod.cjs",
      types: "./esm/mod.d.ts",
      exports: Object.fromEntries(
        ENTRIES.map((name) => [name === "mod" ? "." : `./${name}`, exportsOf(name)]),
      ),
    },
    null,
    2,
  ) + "\n",
);
await Deno.copyFile(LICENSE, join(folder, "LICENSE"));
await Deno.writeTextFile(
  join(folder, "README.md"),
  `# sequoia-wrap

Has a serverless function tell Sequoia's collector when it starts and ends, so that its true run time, and how long its
calls wait at the provider, are known. It never fails or holds up the function when the collector is away.

\`\`\`js
import { sequoia } from "sequoia-wrap/lambda"; // or /express (also Google Cloud Functions), /azure, /openwhisk, /fetch
export const handler = sequoia(async (event) => await work(event.args));
\`\`\`

Where the collector is, each call of \`sequoia consume --collect\` says; the environment variable SEQUOIA_COLLECTOR
(\`host:port\`) or the option \`{ collector: "host:port" }\` fixes it. Node.js 18 or later, Deno.
`,
);
