/** `sequoia deploy`, with real processes. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { folder, run, runJson } from "./sequoia.ts";

const QUEUE = ["--queue", "sqlite:queue.db"];

const work = (body: string, priority = 0) =>
  `import { chain, fn, workload } from "sequoia";
const f = fn("f", { url: "https://example.com/f", headers: { "x-key": "env:KEY" } });
const g = fn("g", { run: () => ${body} });
const inner = chain("inner", ({ call }) => void call(g));
const outer = chain("outer", ({ call }) => { call(f); call(inner); });
export default workload({ chains: [{ chain: outer, priority: ${priority} }, { chain: inner, share: 0 }] });`;

interface Answer {
  readonly deployments: readonly {
    readonly name: string;
    readonly version: string;
    readonly outcome: string;
  }[];
}

Deno.test("deploy says what is new, has changed and stays, what is needed, lists and removes", async () => {
  await using at = await folder({ "work.ts": work("1") });
  const deploy = (...args: string[]) => run(["deploy", ...args, ...QUEUE], at);
  const first = await deploy("work.ts");
  assertEquals(first.code, 0, first.stderr);
  assertMatch(first.stdout, /^new {2}outer {2}[0-9a-f]{12}\nnew {2}inner {2}[0-9a-f]{12}\n$/);
  assertStringIncludes(
    first.stderr,
    "Function g has a body, which is not deployed: start sequoia functions work.ts",
  );
  assertStringIncludes(first.stderr, "Consumers need 1 secret: start them with --secret env:KEY");
  assertStringIncludes(first.stderr, "curl http://127.0.0.1:7070/v1/chains/outer --json");

  await Deno.writeTextFile(`${at.cwd}/work.ts`, work("2", 7));
  const { deployments } = await runJson(["deploy", "work.ts", ...QUEUE], at) as Answer;
  assertEquals(deployments.map(({ name, outcome }) => [name, outcome]), [
    ["outer", "changed"],
    ["inner", "unchanged"],
  ]);

  assertMatch(
    (await deploy("--list")).stdout,
    /^chain {2}version .*\ninner .* 1 .* ago\nouter .* 2 .* ago\n$/,
  );
  const listed = await runJson(["deploy", "--list", ...QUEUE], at) as Record<string, unknown>[];
  assertEquals(listed.map(({ name, version, defaults }) => ({ name, version, defaults })), [
    { name: "inner", version: deployments[1]!.version, defaults: {} },
    { name: "outer", version: deployments[0]!.version, defaults: { priority: 7 } },
  ]);

  const removed = await deploy("--remove", "outer", "--remove", "none");
  assertEquals([removed.code, removed.stdout], [1, "Removed outer: its instances go on\n"]);
  assertStringIncludes(removed.stderr, "Cannot remove none: no such chain is deployed");
});

Deno.test("deploy --types writes the types of what it deploys, for the client", async () => {
  await using at = await folder({ "work.ts": work("1") });
  const { code, stderr } = await run(["deploy", "work.ts", "--types", "chains.ts", ...QUEUE], at);
  assertEquals(code, 0, stderr);
  const client = new URL("../../clients/typescript/mod.ts", import.meta.url).href;
  const use = `import { Sequoia } from "${client}"; import type { Chains } from "./chains.ts";
const sequoia = new Sequoia<Chains>("http://127.0.0.1:1");
export const outer = async (): Promise<unknown> => (await sequoia.wait<"outer">("x")).output?.inner;
// @ts-expect-error: there is no such chain
export const none = () => sequoia.submit("none");`;
  await Deno.writeTextFile(`${at.cwd}/use.ts`, use);
  const checked = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "use.ts"],
    cwd: at.cwd,
  }).output();
  assertEquals(checked.code, 0, new TextDecoder().decode(checked.stderr));
  const refused = await run(["deploy", "--list", "--types", "chains.ts", ...QUEUE], at);
  assertEquals(refused.code, 2);
});

Deno.test("deploy writes nothing of a workload that cannot be used", async () => {
  await using at = await folder({ "work.ts": work("1"), "bad.ts": `export default 7` });
  const ran = await run(["deploy", "work.ts", "bad.ts", ...QUEUE], at);
  assertEquals(ran.code, 2);
  assertStringIncludes(ran.stderr, "bad.ts");
  await run(["deploy", "work.ts", "--chain", "inner", ...QUEUE], at);
  const listed = await runJson(["deploy", "--list", ...QUEUE], at) as readonly { readonly name: string }[];
  assertEquals(listed.map(({ name }) => name), ["inner"]);
});
