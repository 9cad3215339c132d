#!/usr/bin/env node
// deno-lint-ignore-file no-console -- a program: it says why it cannot start
// Runs the program with the Deno that the package `deno` brings. It stays until the program ends, and hands signals on.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const file = (path) => fileURLToPath(new URL(`../program/${path}`, import.meta.url));

const child = spawn(
  require("deno/install_api.cjs").runInstall(),
  ["run", "-A", "--quiet", "--config", file("deno.json"), file("cli/main.js"), ...process.argv.slice(2)],
  { stdio: "inherit", env: { DENO_NO_UPDATE_CHECK: "1", ...process.env } },
);
// a terminal sends ^C to both, others send SIGINT to this process alone
process.on("SIGINT", () => isInForeground() || child.kill("SIGINT"));
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

/** Whether ^C in a terminal goes to this process and its child: what the process' group is, and that of the terminal (proc(5)). */
function isInForeground() {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    const [, , group, , , terminals] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === terminals;
  } catch {
    return process.stdin.isTTY === true; // no Linux
  }
}
