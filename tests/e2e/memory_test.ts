/** Consumers with little memory: what does not fit waits in the queue, and nothing ends the process. */
import { assert, assertEquals } from "@std/assert";
import { comesTrue } from "./recorded_calls.ts";
import { folder, run, runJson, Running, type RunOptions } from "./sequoia.ts";

const QUEUE = ["--queue", "sqlite:q.db"];
/** A twentieth of the usual heap: 128 MB for what lives long. */
const SMALL = { DENO_V8_FLAGS: "--max-old-space-size=128" };

interface Server extends AsyncDisposable {
  readonly url: string;
  calls: number;
}

/** Functions whose answers have this length. */
function serve(answer: string): Server {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.arrayBuffer();
    served.calls++;
    return new Response(answer);
  });
  const served = {
    url: `http://127.0.0.1:${server.addr.port}/`,
    calls: 0,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return served;
}

async function submit(at: RunOptions, ...options: string[]): Promise<void> {
  const { code, stderr } = await run(["produce", "w.ts", ...options, ...QUEUE], at);
  assertEquals(code, 0, stderr);
}

/** Consumes until this number of calls have been made, and drains. */
async function consume(at: RunOptions, server: Server, calls: number, ...options: string[]): Promise<void> {
  await using consumer = new Running(["consume", "--out", "none", ...options, ...QUEUE], {
    ...at,
    env: SMALL,
  });
  await comesTrue(() => consumer.isOver || server.calls >= calls, `${calls} calls`);
  if (!consumer.isOver) consumer.signal("SIGINT");
  const { code, stderr } = await consumer.endsWithin(60_000);
  assert(code === 0 || code === 130, stderr);
  assert(server.calls >= calls, stderr);
}

Deno.test("a consumer with a heap of 128 MB runs 40 instances with args of 4 MB each", async () => {
  await using server = serve("1");
  await using at = await folder({
    "args.json": JSON.stringify({ text: "x".repeat(4 * 2 ** 20) }),
    "w.ts": `import { chain, fn } from "sequoia";
export default chain("one", ({ call }) => { call(fn("f", { url: "${server.url}" }), { args: { some: "{% args.other %}" } }); });`,
  });
  await submit(at, "--count", "40", "--args", "args.json");
  await consume(at, server, 40, "--until-empty");
  assertEquals((await runJson(["queue", "status", ...QUEUE], at) as { completed: number }).completed, 40);
});

Deno.test("a consumer with a heap of 128 MB works on a queue of 150,000 with args of 2 KB each", async () => {
  await using server = serve("1");
  await using at = await folder({
    "w.ts": `import { chain, fn } from "sequoia";
export default chain("one", ({ call }) => { call(fn("f", { url: "${server.url}" })); });`,
  });
  await submit(at, "--burst", "150000", "--arg", `note=${"x".repeat(2000)}`);
  await consume(at, server, 3000, "--limit", "50");
  const { completed, failed } = await runJson(["queue", "status", ...QUEUE], at) as Record<string, number>;
  assert(completed! >= 2900 && failed === 0, `${completed} completed, ${failed} failed`);
});

Deno.test("a consumer with a heap of 128 MB takes the answers of a map of 1,000, of 250 KB each, as they fit", async () => {
  await using server = serve(JSON.stringify("x".repeat(250_000)));
  await using at = await folder({
    "w.ts": `import { chain, fn } from "sequoia";
export default chain("wide", ({ call }) => { call(fn("f", { url: "${server.url}" }), { map: "[1..1000]" }); });`,
  });
  await submit(at, "--id", "a");
  await consume(at, server, 60, "--limit", "1000,fixed", "--until-empty");
  const { reason } = await runJson(["queue", "show", "a", ...QUEUE], at) as { reason: string };
  assert(/output-too-large: the outputs of the map's items are longer than 16 MiB/.test(reason), reason);
});

Deno.test("a consumer with a heap of 128 MB goes down six levels of 100 calls each", async () => {
  await using server = serve("1");
  await using at = await folder({
    "w.ts": `import { chain, fn } from "sequoia";
let called = fn("leaf", { url: "${server.url}" });
for (let level = 6; level > 0; level--) {
  const callee = called;
  const deeper = { map: "args.list", args: { list: "{% args.list %}" } };
  called = chain("level" + level, ({ call }) => { call(callee, { name: "each", ...deeper }); });
}
export default called;`,
  });
  await submit(at, "--id", "a", "--arg", `list=${JSON.stringify([...Array(100).keys()])}`);
  await consume(at, server, 1000, "--limit", "50");
});
