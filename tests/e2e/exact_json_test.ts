/** Numbers and bytes between functions, through the real command line. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { folder, run } from "./sequoia.ts";

/** As Python, Go or Java answer: a 64-bit id, a price, a number that JavaScript has not, and a name twice. */
const ANSWER =
  '{"order":12345678901234567890, "price":1.0,"huge":1e400,"twice":1,"twice":2,"list":[1.0,9007199254740993]}';

Deno.test("sequoia hands on to the byte what no expression computes with: args, outputs, items, results", async () => {
  const bodies = new Map<string, string>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const text = await request.text();
    const { node, args: { index = "" } } = JSON.parse(text);
    bodies.set(`${node}${index}`, text.slice(text.indexOf('"args"'), -1));
    return new Response(`${ANSWER}\n`, { headers: { "content-type": "application/json" } });
  });
  await using at = await folder({
    "args.json": '{ "id": 1.50, "order": 1 }\n',
    "wl.ts": `import { chain, fn } from "sequoia";
const [a, b, c] = ["a", "b", "c"].map((name) => fn(name, { url: "http://127.0.0.1:${server.addr.port}/" }));
export default chain("line", ({ call }) => {
  const first = call(a, { args: { order: "{% args.order %}", id: "{% args.id %}" } });
  const each = call(b, { after: first, map: "inputs.a.list" });
  call(c, { after: [first, each] });
});`,
  });
  const produce = [
    "produce",
    "wl.ts",
    "--id",
    "x",
    "--args",
    "args.json",
    "--arg",
    "order=12345678901234567890",
  ];
  assertEquals((await run(produce, at)).code, 0);
  assertEquals((await run(["consume", "--until-empty", "--out", "none"], at)).code, 0);
  assertEquals(Object.fromEntries(bodies), {
    a: '"args":{"order":12345678901234567890,"id":1.50},"inputs":{}',
    b0: '"args":{"item":1.0,"index":0},"inputs":{}',
    b1: '"args":{"item":9007199254740993,"index":1},"inputs":{}',
    c: `"args":{},"inputs":{"a":${ANSWER},"b":[${ANSWER},${ANSWER}]}`,
  });
  const shown = await run(["queue", "show", "x", "--json"], at);
  const listed = await run(["queue", "list", "--json"], at);
  const waited = await run([...produce, "--wait", "--json"], at);
  for (const { stdout } of [shown, listed, waited]) assertStringIncludes(stdout, `{"c":${ANSWER}}`);
  assertStringIncludes(shown.stdout, '"args": {"id":1.50,"order":12345678901234567890}');
  assertStringIncludes((await run(["queue", "show", "x", "--full"], at)).stdout, `output: {"c":${ANSWER}}\n`);
});
