// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** Runs the worker in Vercel's Edge Runtime: a context of Node.js that has only what such runtimes have. */
import { readFileSync } from "node:fs";

const [, , script, server, name] = process.argv;
const { EdgeRuntime } = await import(name); // installed beside this file, where the test has copied it
const listen =
  'addEventListener("fetch", (event) => event.respondWith(worker.default.fetch(event.request)));';
const runtime = new EdgeRuntime({ initialCode: readFileSync(script, "utf8") + listen });
const response = await runtime.dispatchFetch(`http://worker.example/?server=${encodeURIComponent(server)}`);
console.log(await response.text());
