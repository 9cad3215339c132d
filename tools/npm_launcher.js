#!/usr/bin/env node
// deno-lint-ignore-file no-console -- a program: it says why it cannot start
// Runs the program with the Deno that the package `deno` brings. It stays until the program ends, and hands signals on.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const file = (path) => fileURLToPath(new URL(`../program/${path}`, import.meta.url));

const child = spawn(
  require("deno/install_api.cjs").runInstall(),
  ["run", "-A", "--quiet", "--config", file("deno.json"), file("cli/main.js"), ...process.argv.slice(2)],
  { stdio: "inherit", env: { DENO_NO_UPDATE_CHECK: "1", ...process.env } },
);
// a terminal sends ^C to both: this process only waits then
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`sequoia: Cannot start Deno: ${error.message}`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});
