/**
 * Makes the single binary `dist/sequoia`. Where Deno cannot download its runtime, DENORT_BIN names a local one, and
 * DENO_COMPILE the deno of the same version to compile with.
 */
import config from "../deno.json" with { type: "json" };

/** Packages that only tests and tools import: `deno compile` embeds every package that the configuration names. */
const FOR_TESTS = [
  "@azure/functions",
  "@google-cloud/functions-framework",
  "@google-cloud/functions-framework/testing",
  "express",
  "@std/assert",
  "axe-core/script",
  "dockerfile-utils",
  "esbuild",
  "fast-check",
  "fast-check/plain",
  "playwright-core",
  "rollup",
  "rollup-plugin-dts",
  "typescript",
];
/** It stands beside deno.json, as the paths in it count from there. */
const CONFIG = "compile.tmp.json", LOCK = "compile.tmp.lock";

const deno = Deno.env.get("DENO_COMPILE") ?? Deno.execPath();
const imports = Object.fromEntries(
  Object.entries(config.imports).filter(([name]) => !FOR_TESTS.includes(name)),
);
const settings = ["--config", CONFIG, "--lock", LOCK, "--no-check", "-A"];

await Deno.mkdir("dist", { recursive: true });
// a runtime older than 2.8 reads text modules only where that is asked for
const unstable = [...config.unstable, "raw-imports"];
await Deno.writeTextFile(CONFIG, JSON.stringify({ ...config, imports, unstable }));
await Deno.copyFile("deno.lock", LOCK);
try {
  const { code } = await new Deno.Command(deno, {
    args: [
      "compile",
      "--quiet",
      ...settings,
      "--include",
      "lib/mod.ts",
      "--include",
      "lib/expression/full/watchdog.ts",
      "--output",
      "dist/sequoia",
      "cli/main.ts",
    ],
    env: {
      // the compiler's stack overflows on some dependency trees with the default size
      RUST_MIN_STACK: "67108864",
      // a runtime older than 2.8 does not look for the system's certificates by itself, and tries for ever without
      DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "mozilla,system",
    },
  }).spawn().status;
  Deno.exitCode = code;
} finally {
  for (const path of [CONFIG, LOCK]) await Deno.remove(path);
}
