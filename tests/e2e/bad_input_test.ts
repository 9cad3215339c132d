/** Whatever is written wrongly gets one line that says what, where and what to do, and the right exit code. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { folder, freeAddress, run } from "./sequoia.ts";

const OK = `import { chain, fn } from "sequoia";
export default chain("ok", ({ call }) => { call(fn("f")); });`;

const FILES: Record<string, string> = {
  "ok.ts": OK,
  "throws.ts": `throw new Error("no such luck");`,
  "syntax.ts": `export default (`,
  "inner.ts": `import "./bad.ts";`,
  "bad.ts": `\nconst x (`,
  "imports.ts": `import x from "nobody-has-this";`,
  "nothing.ts": `export const x = 1;`,
  "number.ts": `export default 5;`,
  "cycle.ts": `import { chain, fn } from "sequoia";
export default chain("loop", ({ call }) => { call(fn("a"), { after: "b" }); call(fn("b"), { after: "a" }); });`,
  "twice.ts": `import { chain, fn } from "sequoia";
export default chain("twice", ({ call }) => { call(fn("a"), { name: "n" }); call(fn("b"), { name: "n" }); });`,
  "before.ts": `import { chain, fn } from "sequoia";
export default chain("lost", ({ call }) => { call(fn("a"), { after: "nobody" }); });`,
  "url.ts": `import { fn } from "sequoia"; fn("a", { url: "example.com/a" });`,
  "duration.ts": `import { fn } from "sequoia"; fn("a", { timeout: "5 minutes" });`,
  "join.ts": `import { chain, fn } from "sequoia";
export default chain("diamond", ({ call }) => {
  const a = call(fn("a"));
  call(fn("d"), { after: [call(fn("b"), { after: a }), call(fn("c"), { after: a })] });
});`,
  "expression.ts": `import { chain, fn } from "sequoia";
export default chain("doubt", ({ call }) => { call(fn("f"), { name: "n", when: "args.size >" }); });`,
  "template.ts": `import { chain, fn } from "sequoia";
export default chain("doubt", ({ call }) => { call(fn("f"), { name: "n", args: { a: ["{% ) %}"] } }); });`,
  "decided.ts": `import { chain, fn } from "sequoia";
export default chain("decided", ({ call }) => { call(fn("f"), { when: "args.size > 3" }); });`,
  "list.json": "[1]",
  "policy_number.ts": `export default 5;`,
  "policy_unknown.ts": `export default { ranks: () => 1 };`,
  "policy_text.ts": `export default { rank: "first" };`,
  "queue.txt": "this is a text, and no database; it is long enough to have a header of its own",
  "empty.json": "",
  "other.json": `{"hello": "world"}`,
  "garbage.json": "\\u0000\\u0001 not json at all",
};

const CASES: readonly [args: string, code: number, ...parts: string[]][] = [
  ["", 2],
  ["status", 2, 'Unknown command "status"', 'did you mean "sequoia queue status"'],
  ["prodcue", 2, 'Unknown command "prodcue"', 'did you mean "produce"'],
  ["consume --polcy fcfs", 2, "Unknown option --polcy", 'did you mean "--policy"'],
  ["consume --policy fair-sahre", 2, 'Cannot find the policy "fair-sahre"', 'did you mean "fair-share"'],
  ["consume --limit 0", 2, "--limit", "0"],
  ["consume --limit=-5", 2, "--limit", '"-5"'],
  ["consume --limit -5", 2],
  ["consume --limit NaN", 2, "--limit", '"NaN"'],
  ["consume --limit atuo", 2, "--limit", '"atuo"', "or auto"],
  ["consume --limit auto,fixed", 2, "--limit", '"auto,fixed"', "100,fixed"],
  ["queue limit atuo", 2, "queue limit", '"atuo"', "or auto"],
  ["consume --limit 1e99", 2, "--limit", '"1e99"'],
  ["consume --limit", 2, "--limit lacks its value"],
  ["consume --function-limit f", 2, "--function-limit", "name=value"],
  ["consume --profile idael", 2, 'Cannot find the profile "idael"', 'did you mean "ideal"'],
  ["functions --profile ramp,busrt=5", 2, 'Cannot use "busrt=5"', 'did you mean "burst"'],
  ["consume --local nowhere", 2, "--local", "host:port"],
  ["consume extra", 2, 'Unexpected argument "extra"'],
  ["consume --policy ./policy_number.ts", 2, "./policy_number.ts", "no object"],
  ["consume --policy ./policy_unknown.ts", 2, "./policy_unknown.ts", '"ranks"'],
  ["consume --policy ./policy_text.ts", 2, "./policy_text.ts", "rank is no function"],
  ["consume --policy ./missing.ts", 2, "./missing.ts", "no such file"],
  ["produce", 2, "name a workload"],
  ["produce missing.ts", 2, "missing.ts", "no such file"],
  ["produce throws.ts", 2, "throws.ts", "no such luck (line 1, column 7)"],
  ["produce syntax.ts", 2, "syntax.ts", "cannot be loaded", "(line 1, column 17)"],
  ["produce inner.ts", 2, "inner.ts: it cannot be loaded", "bad.ts, line 2, column 9)"],
  ["produce imports.ts", 2, "imports.ts", '"nobody-has-this"', "(line 1, column 15)"],
  ["produce nothing.ts", 2, "nothing.ts", "default export"],
  ["produce number.ts", 2, "number.ts", "default export"],
  ["produce cycle.ts", 2, 'cycle.ts, chain "loop", node', "wait for each other"],
  ["produce twice.ts", 2, 'twice.ts, chain "twice", node "n"', "two nodes have this name"],
  ["produce before.ts", 2, 'before.ts, chain "lost", node "a"', '"nobody"'],
  ["produce url.ts", 2, "url.ts", '"example.com/a"', "Write http"],
  ["produce duration.ts", 2, "duration.ts", '"5 minutes"', "5s"],
  ["produce ok.ts --chain okk", 2, 'Cannot find the chain "okk"', 'did you mean "ok"'],
  ["produce ok.ts --poisson fast", 2, "--poisson", '"fast"'],
  ["produce ok.ts --poisson 0", 2, "--poisson", "above 0"],
  ["produce ok.ts --every 5", 2, "--every", '"5"'],
  ["produce ok.ts --every 0s", 2, "--every", "longer than 0"],
  ["produce ok.ts --count 1.5", 2, "--count", '"1.5"'],
  ["produce ok.ts --poisson 5 --burst 3", 2, "Choose one of"],
  ["produce ok.ts --arg size", 2, "--arg", "name=value"],
  ["produce ok.ts --args missing.json", 2, "--args", "missing.json: there is no such file. Check the path"],
  ["consume --config missing.json", 2, "missing.json: there is no such file. Check the path"],
  ["produce ok.ts --args garbage.json", 2, "--args", "garbage.json"],
  ["produce ok.ts --args list.json", 2, "--args", "list.json holds no JSON object"],
  ["produce ok.ts --id ü", 2, "--id", '"ü"', "ASCII"],
  ["produce ok.ts --id a --id-from {%args%}", 2, "Choose one of --id and --id-from"],
  ["produce ok.ts --id a --burst 3", 2, "--id names one instance", "--id-from"],
  ["produce ok.ts decided.ts --id a", 2, "--id names one instance", "--chain: ok, decided"],
  ["produce ok.ts --id-from args.a", 2, "--id-from", "{% and %}"],
  ["produce ok.ts --id-from {%args.a+%}", 2, "--id-from", '"args.a+"', "at position"],
  ["produce ok.ts --id-from {%index+0.5%}", 2, "--id-from", "Cannot name instance 0 0.5", "Write 1 to 256"],
  ["produce ok.ts --id-from {%args.a%}", 2, "--id-from", "Cannot name instance 0 nothing"],
  ["produce ok.ts --id-from {%index+'a'%}", 2, "--id-from", "index+'a'"],
  [
    "produce expression.ts",
    2,
    'expression.ts, chain "doubt", node "n": when:',
    '"args.size >"',
    "at position",
  ],
  ["workload template.ts", 2, 'template.ts, chain "doubt", node "n": args.a[0]:', '" ) "', "at position"],
  ["produce decided.ts --wire original", 2, "decided", 'node "f": it has no when'],
  ["produce ok.ts --arg a=1 --wire original", 2, "no args"],
  ["workload", 2, "name a workload"],
  ["workload ok.ts missing.ts", 2, "missing.ts", "no such file"],
  ["workload cycle.ts", 2, 'cycle.ts, chain "loop", node', "wait for each other"],
  ["workload ok.ts --mermaid --json", 2, "Choose one of"],
  ["produce ok.ts --label tenant", 2, "--label", "name=value"],
  ["produce ok.ts --trace missing.csv", 2, "missing.csv"],
  ["produce join.ts --wire original", 2, "diamond", "join"],
  ["produce ok.ts --queue sqlite", 2, 'Cannot use the queue address "sqlite"'],
  ["produce ok.ts --queue redis://x", 2, "redis"],
  ["produce ok.ts --queue kafka:h:9092", 2, "no // stands behind kafka:", "kafka://HOST:9092"],
  ["produce ok.ts --queue kafka://h?grop=a", 2, 'no option "grop"', "Did you mean group?"],
  ["produce ok.ts --queue kafka://alice:pw@h", 2, '"kafka://alice:***@h"', "no sasl"],
  ["produce ok.ts --partitions 3", 2, "--partitions", "the kind sqlite", "kafka://HOST:9092"],
  ["produce ok.ts --queue kafka://h --partitions 10001", 2, "--partitions", "at most 10000"],
  ["consume --partitions 0", 2, "--partitions", "0"],
  ["queue status --partitions 3", 2, "Unknown option --partitions"],
  ["queue status --queue-timeout 5", 2, "--queue-timeout", "5s"],
  ["produce ok.ts --queue sqlite:queue.txt", 1, "queue.txt"],
  ["produce ok.ts --queue sqlite:.", 1, "Cannot open"],
  ["consume --queue sqlite:queue.txt", 1, "queue.txt"],
  ["consume --out missing/run.json", 1, "missing/run.json"],
  ["spam --rate 5 --batch 3", 2, "Choose one of"],
  ["spam --then http://127.0.0.1/", 2, "--after"],
  ["spam ftp://127.0.0.1/", 2, "ftp"],
  ["spam http://me:top%secret@127.0.0.1/ --batch 1", 2, "http://***@127.0.0.1/", "Write % as %25"],
  ["spam http://me:top%secret@127.0.0.1/ --probe", 2, "http://***@127.0.0.1/", "Write % as %25"],
  ["spam http:// --probe", 2, '"http://" is not absolute'],
  ["consume --platform a=http://me:top%secret@h", 2, "a=http://***@h", "Write % as %25"],
  ["spam decided.ts", 2, 'chain "decided", node "f"', "it has a condition", "sequoia consume"],
  ["queue sttaus", 2, 'unknown action "sttaus"', 'did you mean "status"'],
  ["queue show", 2, "name an instance"],
  ["queue cancel", 2, "--all"],
  ["queue status --queue sqlite:queue.txt", 1, "queue.txt"],
  ["report", 2, "name"],
  ["report missing.json", 1, "missing.json"],
  ["report empty.json", 1, "empty.json"],
  ["report other.json", 1, "other.json"],
  ["report garbage.json", 1, "garbage.json"],
  ["report ok.ts", 1, "ok.ts"],
  ["functions --listen 80", 2, "host:port"],
  ["functions missing.ts", 2, "missing.ts"],
];

for (const [args, code, ...parts] of CASES) {
  Deno.test(`sequoia ${args} ends with ${code} and one clear line`, async () => {
    await using at = await folder(FILES);
    const ran = await run(args.split(" ").filter((part) => part !== ""), at);
    assertEquals(ran.code, code, ran.stderr);
    for (const part of parts) assertStringIncludes(ran.stderr, part);
    if (parts.length > 0) assertMatch(ran.stderr, /^sequoia: [^\n]+\n$/, "one line, no stack trace");
    assertEquals(
      await Deno.readTextFile(`${at.cwd}/queue.txt`),
      FILES["queue.txt"],
      "what is there is not touched",
    );
  });
}

/** Values of variables that cannot be used: the variable is named, as the command line does not show the value. */
const VARIABLES: readonly [
  variable: string,
  value: string,
  args: string,
  code: number,
  ...parts: string[],
][] = [
  ["SEQUOIA_LOCAL", "nonsense", "consume --until-empty", 2, '"nonsense"', "host:port"],
  ["SEQUOIA_LOCAL", "nonsense", "functions ok.ts", 2, '"nonsense"', "host:port"],
  ["SEQUOIA_LOCAL", "nonsense", "spam ok.ts --batch 1", 2, '"nonsense"', "host:port"],
  ["SEQUOIA_QUEUE", "nonsense:", "queue status", 2, 'the kind "nonsense"'],
  ["SEQUOIA_QUEUE", "sqlite:", "produce ok.ts", 2, "it names no file"],
  ["SEQUOIA_QUEUE", "sqlite:.", "consume", 1, "Cannot open"],
  ["SEQUOIA_KAFKA_SSL", "maybe", "queue status --queue kafka://127.0.0.1:1", 2, "Choose from true, false"],
  ["SEQUOIA_ALLOW_URLS", "example", "consume", 2, '"example"'],
  ["HTTP_PROXY", "http://me:top%secret@h:1", "spam http://a.test --batch 1", 1, "Write % as %25"],
  ["AWS_ENDPOINT_URL", "nonsense", "spam lambda:eu-central-1:f --batch 1", 2, "no http or https URL"],
];

for (const [variable, value, args, code, ...parts] of VARIABLES) {
  Deno.test(`sequoia ${args} names ${variable} if its value cannot be used`, async () => {
    await using at = await folder(FILES);
    const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
    const ran = await run(args.split(" "), { ...at, env: { ...keys, [variable]: value } });
    assertEquals(ran.code, code, ran.stderr);
    assertMatch(ran.stderr, new RegExp(`^sequoia: [^\\n]*${variable}[^\\n]*\\n$`));
    for (const part of parts) assertStringIncludes(ran.stderr, part);
    assertEquals(ran.stderr.includes("secret"), false, ran.stderr);
  });
}

Deno.test("sequoia queue status takes a SEQUOIA_QUEUE that is set to nothing for one that is not set", async () => {
  await using at = await folder(FILES);
  const { code, stderr } = await run(["queue", "status"], { ...at, env: { SEQUOIA_QUEUE: "" } });
  assertEquals(code, 1);
  assertStringIncludes(stderr, ".sequoia/queue.db: there is none");
});

Deno.test("sequoia functions says in one line that its port is in use", async () => {
  await using at = await folder();
  const address = freeAddress();
  const { hostname, port } = new URL(`http://${address}`);
  using _listener = Deno.listen({ hostname, port: Number(port) });
  const { code, stderr } = await run(["functions", "--listen", address], at);
  assertEquals(code, 1);
  assertEquals(
    stderr,
    `sequoia: Cannot listen at ${address}: the port is in use. End what listens there, or choose another port\n`,
  );
});

Deno.test("sequoia consume leaves what is queued alone when it cannot run it", async () => {
  await using at = await folder(FILES);
  const address = freeAddress();
  const { hostname, port } = new URL(`http://${address}`);
  assertEquals((await run(["produce", "ok.ts", "--burst", "3"], at)).code, 0);
  {
    using listener = Deno.listen({ hostname, port: Number(port) });
    const hangUp = (async () => {
      for await (const connection of listener) connection.close();
    })();
    const { code, stderr } = await run(["consume", "--until-empty", "--local", address], at);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, address);
    listener.close();
    await hangUp;
  }
  const { stdout } = await run(["queue", "status", "--json"], at);
  assertEquals(JSON.parse(stdout).queued, 3);
});

Deno.test("with a JSON log the error is a line of it, with its code", async () => {
  await using at = await folder();
  const { code, stderr } = await run(["produce", "missing.ts", "--log-format", "json"], at);
  const { level, code: name } = JSON.parse(stderr);
  assertEquals([code, level, name], [2, "ERROR", "not-found"]);
});

for (const action of [["policy", "fcfs"], ["limit", "5"], ["pause", "--all"]]) {
  Deno.test(`sequoia queue ${action.join(" ")} says that it made a queue where there was none`, async () => {
    await using at = await folder();
    const set = () => run(["queue", ...action, "--queue", "sqlite:typo/q.db"], at);
    const first = await set(), second = await set();
    assertEquals([first.code, second.code], [0, 0], first.stderr);
    assertStringIncludes(first.stderr, "There was no queue sqlite:typo/q.db, so it was made");
    assertEquals(second.stderr.includes("made"), false, second.stderr);
  });
}

Deno.test("sequoia queue pause warns of a name that no instance has, and pauses it", async () => {
  await using at = await folder({
    "one.ts": `import { chain, fn } from "sequoia";
export default chain("one", ({ call }) => void call(fn("mail", { time: "5ms" })));`,
  });
  await run(["produce", "one.ts"], at);
  const pause = (...what: string[]) => run(["queue", "pause", ...what], at);
  const misspelt = await pause("--function", "mial");
  assertEquals([misspelt.code, misspelt.stdout], [0, "Paused: function mial\n"]);
  assertStringIncludes(misspelt.stderr, 'running has the function "mial"; did you mean "mail"?');
  assertEquals((await pause("--function", "mail")).stderr, "");
  assertStringIncludes(
    (await pause("--chain", "ones")).stderr,
    'running has the chain "ones"; did you mean "one"?',
  );
});

Deno.test("names that nothing can have are refused by the option that gives them", async () => {
  await using at = await folder({ "one.ts": OK });
  const label = await run(["produce", "one.ts", "--label", "__proto__=x"], at);
  assertEquals([label.code, label.stderr], [
    2,
    'sequoia: --label: Cannot take the name "__proto__". Choose another\n',
  ]);
  const figure = ["--until-confident", "--figure", "byLabel.tenant.acme.chain_ms.mean"];
  const { code, stderr } = await run(["simulate", "one.ts", "--count", "5", ...figure], at);
  assertEquals(code, 2);
  assertStringIncludes(
    stderr,
    '--figure: Cannot find "byLabel.tenant.acme.chain_ms.mean": the run has no label',
  );
});

Deno.test("sequoia --version takes nothing more", async () => {
  await using at = await folder();
  const { code, stdout, stderr } = await run(["--version", "x"], at);
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "--version takes nothing more. Leave out x");
});

for (
  const action of [["cancel", "x"], ["retry", "x"], ["purge", "x"], ["resume", "--all"], [
    "settings",
    "--reset",
  ]]
) {
  Deno.test(`sequoia queue ${action.join(" ")} makes no queue where there is none`, async () => {
    await using at = await folder();
    const { code, stderr } = await run(["queue", ...action, "--queue", "sqlite:typo/q.db"], at);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "Cannot open the queue typo/q.db: there is none");
    assertEquals([...Deno.readDirSync(at.cwd)], []);
  });
}
