// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** Runs the worker in workerd, as Cloudflare does. */
import { readFileSync } from "node:fs";

const [, , script, server, name] = process.argv;
const { Miniflare } = await import(name); // installed beside this file, where the test has copied it
const runtime = new Miniflare({
  modules: true,
  script: readFileSync(script, "utf8") + "export default worker.default;",
  compatibilityDate: "2025-01-01",
});
const response = await runtime.dispatchFetch(`http://worker.example/?server=${encodeURIComponent(server)}`);
console.log(await response.text());
await runtime.dispose();
