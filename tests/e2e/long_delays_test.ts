/** An invocation that waits long for another attempt says so in `queue show`. */
import { assertMatch } from "@std/assert";
import { folder, run, Running } from "./sequoia.ts";

/** Asks again until what is shown of an instance matches. @returns it */
async function shown(id: string, pattern: RegExp, at: { cwd: string }): Promise<string> {
  for (;;) {
    const { stdout } = await run(["queue", "show", id], at);
    if (pattern.test(stdout)) return stdout;
  }
}

Deno.test("queue show says why an invocation waits, and how long, until it is done", async () => {
  let isWell = false;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (isWell) return Response.json(1);
    return pathname === "/full"
      ? new Response("full", { status: 429, headers: { "retry-after": "3000" } })
      : new Response("down", { status: 500 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  await using at = await folder({
    "two.ts": `import { chain, fn } from "sequoia";
      const down = fn("down", { url: "${url}/down", attempts: 100, retry: { firstDelay: "1ms", maxDelay: "1ms" } });
      export default [
        chain("full", ({ call }) => { call(fn("full", { url: "${url}/full" })); }),
        chain("down", ({ call }) => { call(down); }),
      ];`,
  });
  await run(["produce", "two.ts", "--chain", "full", "--id", "f1"], at);
  await run(["produce", "two.ts", "--chain", "down", "--id", "d1"], at);
  await using consumer = new Running(["consume", "--out", "none"], at);
  const full = await shown("f1", /delayed/, at);
  assertMatch(full, /full {2}delayed, .*throttled with status 429; it is tried again after 1m/);
  const down = await shown("d1", /delayed/, at);
  assertMatch(down, /down {2}delayed, .*answered with status 500: down; it waits for the retry budget/);
  assertMatch((await run(["queue", "list"], at)).stdout, /f1 .* 0\/1/);
  isWell = true;
  assertMatch(await shown("d1", /completed/, at), /down {2}ok/);
  consumer.signal("SIGINT");
  await consumer.ended;
});
