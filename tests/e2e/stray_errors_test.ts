/** One body's mistake ends its own call, never the server; through real processes, judged by what other bodies answer. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { folder, run, runJson, Running } from "./sequoia.ts";

const BODIES: Readonly<Record<string, string>> = {
  timer: 'new Promise(() => setTimeout(() => { throw new Error("stray timer"); }, 1))',
  interval:
    'new Promise(() => { const t = setInterval(() => { clearInterval(t); throw new Error("stray interval"); }, 1); })',
  immediate: 'new Promise(() => setImmediate(() => { throw new Error("stray immediate"); }))',
  microtask: 'new Promise(() => queueMicrotask(() => { throw new Error("stray microtask"); }))',
  tick: 'new Promise(() => process.nextTick(() => { throw new Error("stray tick"); }))',
  rejection: 'new Promise(() => { Promise.reject(new Error("stray rejection")); })',
  nested: 'new Promise(() => setTimeout(async () => { await null; throw new Error("stray nested"); }, 1))',
  exit: "Deno.exit(0)",
  process_exit: "process.exit(0)",
  late_exit: "new Promise(() => setTimeout(() => process.exit(0), 1))",
};

const WORKLOAD = `import process from "node:process";
import { chain, fn } from "sequoia";
const one = (name, run) => chain(name, ({ call }) => { call(fn(name, { run, attempts: 1 })); });
let release;
const held = new Promise((resolve) => release = resolve);
export default [
  one("held", () => held),
  one("release", () => { release("held all the time"); return null; }),
  one("after", () => { setTimeout(() => { throw new Error("after the answer"); }, 1); return "answered"; }),
  ${Object.entries(BODIES).map(([name, body]) => `one("${name}", () => ${body}),`).join("\n  ")}
];`;

Deno.test("stray errors and exits of bodies fail their own calls; others, under way and later, are answered", async () => {
  await using at = await folder({ "wl.ts": WORKLOAD });
  await using server = new Running(["functions", "wl.ts", "--listen", "127.0.0.1:0", "--json"], at);
  const [, url] = await server.says(/"url":"([^"]+)"/);
  const call = async (name: string) => {
    const response = await fetch(`${url}/f/${name}`, { method: "POST", body: "{}" });
    return [response.status, await response.json()];
  };
  const held = call("held");
  for (const name of Object.keys(BODIES)) {
    const [status, { error }] = await call(name);
    assertEquals([name, status], [name, 500]);
    assertMatch(error, new RegExp(`^function ${name} failed: .*(stray ${name}|would end the server)`));
  }
  assertEquals(await call("after"), [200, "answered"]);
  await server.says(/function after: an error after its answer: Error: after the answer/);
  await call("release");
  assertEquals(await held, [200, "held all the time"]);
  assert(!server.isOver);
  server.signal("SIGTERM");
  const { code, stderr } = await server.ended;
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /9 errors in bodies were not awaited by them/);
});

Deno.test("a chain fails with the stray error of its function as the reason, and is no completed one", async () => {
  await using at = await folder({ "wl.ts": WORKLOAD });
  await using server = new Running(["functions", "wl.ts", "--listen", "127.0.0.1:0", "--json"], at);
  const [, host] = await server.says(/"url":"http:\/\/([^"]+)"/);
  await run(["produce", "wl.ts", "--chain", "timer"], at);
  await run(["produce", "wl.ts", "--chain", "after"], at);
  const consumed = await runJson(["consume", "--until-empty", "--local", host!, "--out", "none"], at);
  const { completed, failed } = consumed as Record<string, number>;
  assertEquals([completed, failed], [1, 1]);
  const { stdout } = await run(["queue", "dead"], at);
  assertStringIncludes(stdout, "function timer failed: stray timer");
});
