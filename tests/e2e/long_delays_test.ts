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

/** A folder whose `one.ts` is a chain of one function, which is answered so; one instance of it, i1, is queued. */
async function queued(answer: () => Response, options: string) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  const at = await folder({
    "one.ts": `import { chain, fn } from "sequoia";
      const one = fn("one", { url: "http://127.0.0.1:${server.addr.port}", ${options} });
      export default chain("one", ({ call }) => { call(one); });`,
  });
  await run(["produce", "one.ts", "--id", "i1"], at);
  return {
    cwd: at.cwd,
    [Symbol.asyncDispose]: async () => {
      await at[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

Deno.test("queue show says why a throttled invocation waits, and how long", async () => {
  const full = () => new Response("full", { status: 429, headers: { "retry-after": "3000" } });
  await using at = await queued(full, "");
  await using _consumer = new Running(["consume", "--out", "none"], at);
  assertMatch(
    await shown("i1", /delayed/, at),
    /one {2}delayed, .*throttled with status 429; it is tried again after 1m/,
  );
});

Deno.test("a function whose server asks for an hour of rest keeps no other function waiting", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) =>
      request.url.endsWith("/full")
        ? new Response("full", { status: 429, headers: { "retry-after": "3600" } })
        : Response.json(1),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  await using at = await folder({
    "two.ts": `import { chain, fn } from "sequoia";
      const of = (name) => chain(name, ({ call }) => { call(fn(name, { url: "${url}/" + name })); });
      export default [of("full"), of("well")];`,
  });
  await run(["produce", "two.ts", "--chain", "full", "--id", "f1"], at);
  await using _consumer = new Running(["consume", "--out", "none"], at);
  await shown("f1", /delayed/, at);
  await run(["produce", "two.ts", "--chain", "well", "--id", "w1"], at);
  assertMatch(await shown("w1", /completed/, at), /well {2}ok/);
});

Deno.test("queue show says that an invocation waits for the retry budget, until it is done", async () => {
  let isWell = false;
  const answer = () => isWell ? Response.json(1) : new Response("down", { status: 500 });
  await using at = await queued(answer, 'attempts: 100, retry: { firstDelay: "1ms", maxDelay: "1ms" }');
  await using consumer = new Running(["consume", "--out", "none"], at);
  assertMatch(
    await shown("i1", /waits for the retry budget/, at),
    /one {2}delayed, .*answered with status 500: down; it waits for the retry budget/,
  );
  assertMatch((await run(["queue", "list"], at)).stdout, /i1 .* 0\/1/);
  isWell = true;
  assertMatch(await shown("i1", /completed/, at), /one {2}ok/);
  consumer.signal("SIGINT");
  await consumer.ended;
});
