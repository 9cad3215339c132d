/** Settings that live in the queue, with real processes: policy, limit, and policies in files. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Settings } from "../../lib/queue/mod.ts";
import { functions } from "./functions.ts";
import { folder, run, runJson, Running, type RunOptions } from "./sequoia.ts";

const QUEUE = ["--queue", "sqlite:../queue.db"];

const work = (url: string) =>
  `import { chain, fn, workload } from "sequoia";
const f = fn("f", { url: "${url}", attempts: 1 });
const two = (name: string) => chain(name, ({ call }) => {
  call(f, { name: "second", after: call(f, { name: "first" }) });
});
export default workload({ chains: [{ chain: two("two"), priority: 1 }, { chain: two("urgent"), priority: 0 }] });`;

/** Later instances first; it throws at second nodes while the label says so. */
const MINE = `import type { Policy } from "sequoia";
export default {
  rank: ({ instance, node, labels }) => {
    if (node === "second" && labels.throws === "yes") throw new Error("no rank for " + node);
    return -Number(instance);
  },
} satisfies Policy;
`;

/** A folder with one for an operator and one for consumers in it; both see the same queue. */
async function scene(url: string, files: Record<string, string> = {}) {
  const at = await folder();
  for (const name of ["ops", "consumers"]) await Deno.mkdir(`${at.cwd}/${name}`);
  const ops = { cwd: `${at.cwd}/ops` }, consumers = { cwd: `${at.cwd}/consumers` };
  for (const [name, text] of Object.entries({ "two.ts": work(url), "mine.ts": MINE, ...files })) {
    await Deno.writeTextFile(`${ops.cwd}/${name}`, text);
  }
  return {
    queue: (...args: string[]) => run(["queue", ...args, ...QUEUE], ops),
    settings: () => runJson(["queue", "settings", ...QUEUE], ops) as Promise<Settings>,
    produce: async (id: string, ...args: string[]) => {
      const produce = [
        "produce",
        "two.ts",
        "--id",
        id,
        ...(args.includes("--chain") ? [] : ["--chain", "two"]),
        ...args,
        ...QUEUE,
        "--out",
        "none",
      ];
      assertEquals((await run(produce, ops)).code, 0);
    },
    consume: (...args: string[]) => consume(consumers, ...args),
    [Symbol.asyncDispose]: () => at[Symbol.asyncDispose](),
  };
}

function consume(at: RunOptions, ...args: string[]): Running {
  return new Running(["consume", "--policy", "fcfs", ...args, ...QUEUE, "--out", "none"], at);
}

Deno.test("queue policy and queue limit are in force for a consumer that comes later, until queue settings --reset", async () => {
  await using calls = functions();
  await using at = await scene(calls.url);
  assertMatch((await at.queue("limit")).stderr, /there is no/); // to look makes no queue
  assertMatch(
    (await at.queue("policy", "strict-priority")).stdout,
    /^No consumer runs now; those that come later go by the policy strict-priority, until queue settings --reset\n$/,
  );
  assertEquals(
    (await at.queue("limit")).stdout,
    "No limit is set: each consumer goes by what it was started with\nNo consumer runs now\n",
  );
  await at.queue("limit", "2");
  assertEquals((await at.queue("settings")).stdout, "policy    strict-priority\nlimit     2\n");
  await at.produce("1");
  for (const id of ["2", "3"]) await at.produce(id, "--chain", "urgent");
  await using consumer = at.consume("--limit", "3");
  await consumer.says(
    /The queue's policy strict-priority is in force, not fcfs\. See sequoia queue settings/,
  );
  await consumer.says(/The queue's limit 2 is in force, not 3\. /);
  await calls.until(() => calls.seen.length === 2);
  assertEquals(calls.keys().toSorted(), ["2/first", "3/first"]);
  assertMatch(
    (await at.queue("limit")).stdout,
    /^limit {5}2\n\nconsumer +at most now +limits\n\S+ \d+ +2 +2\n$/,
  );
  assertMatch(
    (await at.queue("policy")).stdout,
    /^policy {4}strict-priority\n\nconsumer +policy\n\S+ \d+ +strict-priority\n$/,
  );
  assertMatch((await at.queue("status")).stdout, /policy {4}strict-priority\nlimit {5}2\n/);
  assertMatch((await at.queue("limit", "2,fixed")).stdout, /^1 consumer goes by the limit 2,fixed; those/);
  assertMatch((await at.queue("settings")).stdout, /\nlimit {5}2,fixed\n$/);
  assertMatch(
    (await at.queue("limit", "auto")).stdout,
    /^1 consumer goes by the limit auto; those that come later go by it, until queue settings --reset\n$/,
  );
  assertMatch((await at.queue("settings", "--reset")).stdout, /^Nothing is set: /);
  await consumer.says(/The policy fcfs is in force again: the queue sets none/);
  await calls.until(() => calls.seen.length === 3);
  assertEquals((await at.settings()).policy, undefined);
});

Deno.test("queue limit sets ceilings and floors too, and refuses floors that cannot be met, with the numbers", async () => {
  await using calls = functions();
  await using at = await scene(calls.url);
  for (let i = 0; i < 8; i++) await at.produce(`${i}`, "--label", `tenant=${i < 5 ? "bulk" : "acme"}`);
  const above = await at.queue("limit", "4", "--floor", "tenant=acme:3,other:2");
  assertEquals([above.code, (await at.settings()).revision], [1, 0]);
  assertMatch(
    above.stderr,
    /Cannot reserve 5 slots \(tenant=acme 3, tenant=other 2\): the limit is 4\. Lower the /,
  );
  assertMatch(
    (await at.queue("limit", "--floor", "tenant=acme:2", "--ceiling", "tenant=acme:3")).stdout,
    /^No consumer runs now; those that come later go by the ceilings tenant=acme:3 and the floors tenant=acme:2, until/,
  );
  assertEquals((await at.queue("settings")).stdout, "ceilings  tenant=acme:3\nfloors    tenant=acme:2\n");
  assertEquals((await at.queue("limit", "1")).code, 1, "it is below the floors");
  await using consumer = at.consume("--limit", "4,fixed");
  await consumer.says(/The queue's floors tenant=acme:2 are in force, not none\. /);
  await calls.until(() => calls.seen.length === 4);
  assertEquals(calls.keys().toSorted(), ["0/first", "1/first", "5/first", "6/first"]);
  assertMatch((await at.queue("status")).stdout, /4, fixed, ceilings tenant=acme:3, floors tenant=acme:2/);
  const { revision } = await at.settings(), refused = await at.queue("limit", "--floor", "tenant=bulk:5");
  assertEquals([refused.code, (await at.settings()).revision], [1, revision]);
  assertMatch(
    refused.stderr,
    /Cannot go by the floors tenant=bulk:5 at \S+ \d+: Cannot reserve 5 slots \(tenant=bulk 5\): the limit is 4\. .*Nothing was set/,
  );
  assertMatch((await at.queue("limit", "3")).stdout, /^1 consumer goes by the limit 3; /);
});

Deno.test("queue policy FILE sends the file to consumers that allow it, and puts it back when it throws", async () => {
  await using calls = functions();
  await using at = await scene(calls.url);
  await at.produce("1", "--label", "throws=yes");
  await at.produce("2");
  await at.produce("3");
  await at.queue("policy", "bin-packing+strict-priority");
  await using consumer = at.consume("--limit", "1", "--allow-policy-files");
  await calls.until(() => calls.seen.length === 1);
  const set = await at.queue("policy", "./mine.ts");
  assertEquals([set.code, set.stderr], [0, ""]);
  assertMatch(set.stdout, /^1 consumer goes by the policy \.\/mine\.ts; /);
  assertEquals((await at.settings()).policy?.files, { "./mine.ts": MINE });
  await at.produce("0");
  calls.answer("1/first"); // its second node is ranked now, and the policy throws
  await consumer.says(
    /policy's rank threw: no rank for second\. Going on under bin-packing\+strict-priority/,
  );
  for (let done = 1; done < 8; done++) {
    await calls.until(() => calls.seen.length === done + 1);
    calls.answer(calls.keys()[done]!);
  }
  const settings = await at.queue("settings");
  assertMatch(
    settings.stdout,
    /^policy {4}bin-packing\+strict-priority\nfailed {4}\.\/mine\.ts, at \S+ \d+: .*rank threw: no rank for second\n/,
  );
  assert(!consumer.isOver);
  const again = await at.queue("policy", "./throws.ts");
  assertEquals(again.code, 2, "there is no such file");
});

Deno.test("queue policy FILE is refused, and nothing is set, while a consumer runs without --allow-policy-files", async () => {
  await using calls = functions();
  await using at = await scene(calls.url);
  await using consumer = at.consume();
  await consumer.says(/Consuming/);
  let ran = await at.queue("policy", "./mine.ts");
  while (ran.code === 0) { // until its first record is there
    await at.queue("settings", "--reset");
    ran = await at.queue("policy", "./mine.ts");
  }
  assertMatch(
    ran.stderr,
    /Cannot set the policy \.\/mine\.ts: .* Start these consumers with --allow-policy-files/,
  );
  assert(ran.stderr.includes(` ${consumer.pid}. `));
  assertEquals((await at.settings()).policy, undefined);
  consumer.signal("SIGINT");
  await consumer.ended;
  assertEquals((await at.queue("policy", "./mine.ts")).code, 0);
  await using later = at.consume();
  await later.says(/Cannot go by the policy \.\/mine\.ts of the queue: this consumer runs no policy files/);
  for (let isShown = false; !isShown;) {
    isShown = /\nrefused {3}at \S+ \d+: Cannot go by the policy/.test((await at.queue("settings")).stdout);
  }
  assert(!later.isOver);
});

Deno.test("queue policy FILE says what is wrong with the file, and sets nothing", async () => {
  const files = {
    "imports.ts": 'import { helper } from "./helper.ts";\nexport default { rank: helper };',
    "helper.ts": "export const helper = () => 0;",
    "package.ts": 'const m = await import("npm:ulid@3.0.2");\nexport default { rank: () => m ? 0 : 1 };',
    "broken.ts": "export default { rank: (task: any) => task. };",
    "part.ts": "export default { order: () => 0 };",
    "long.ts": `export default { rank: () => 0 };//${"x".repeat(256 * 1024)}`,
    "types.ts":
      'import type { Helper } from "./helper.ts";\nexport default { rank: (): Helper => 0 as Helper };',
  };
  await using at = await scene("http://127.0.0.1:9/", files);
  const wrong: readonly (readonly [file: string, code: number, words: RegExp])[] = [
    ["./imports.ts", 2, /it imports "\.\/helper\.ts", which is not where consumers run/],
    ["./package.ts", 2, /it imports "npm:ulid@3.0.2"/],
    ["./broken.ts", 2, /it cannot be read as TypeScript/],
    ["./part.ts", 2, /it has "order"/],
    ["./long.ts", 2, /it has \d+ bytes, and a queue takes at most 262144/],
    ["./gone.ts", 2, /there is no such file/],
    ["deadlines", 2, /did you mean "deadline"/],
  ];
  for (const [file, code, words] of wrong) {
    const ran = await at.queue("policy", file);
    assertEquals(ran.code, code, `${file}: ${ran.stderr}`);
    assertMatch(ran.stderr, words);
  }
  assertEquals(await at.settings(), { revision: 0, pauses: [], refusals: [] } as unknown as Settings);
  assertEquals((await at.queue("policy", "./types.ts")).code, 0, "types are left out");
});

/** Policies whose functions answer well, or wrongly, and leave errors behind that nobody awaits. */
const STRAYS: readonly (readonly [file: string, text: string, says: RegExp])[] = [
  [
    "./asynchronous.ts",
    'export default { rank: async () => { throw new Error("no rank") } };',
    /rank answered a promise instead of a number or a list of numbers\. Going on under \.\/mine\.ts/,
  ],
  [
    "./timer.ts",
    'export default { rank: () => (setTimeout(() => { throw new Error("late") }, 1), 0) };',
    /The policy \.\/timer\.ts leaves errors behind that nobody awaits: late\. It stays in force/,
  ],
  [
    "./promise.ts",
    'export default { rank: () => (Promise.reject(new Error("lost")), 0) };',
    /The policy \.\/promise\.ts leaves errors behind that nobody awaits: lost\. It stays in force/,
  ],
];

Deno.test("no error that a policy file leaves behind ends a consumer: of async functions, timers and promises", async () => {
  await using calls = functions();
  await using at = await scene(calls.url, Object.fromEntries(STRAYS.map(([file, text]) => [file, text])));
  for (const id of ["1", "2", "3"]) await at.produce(id);
  await using consumer = at.consume("--limit", "1", "--allow-policy-files");
  await calls.until(() => calls.seen.length === 1);
  assertEquals((await at.queue("policy", "./mine.ts")).code, 0);
  for (const [file, , says] of STRAYS) {
    await at.queue("policy", file);
    await consumer.says(says);
  }
  for (let done = 0; done < 6; done++) {
    await calls.until(() => calls.seen.length === done + 1);
    calls.answer(calls.keys()[done]!);
  }
  consumer.signal("SIGINT");
  assertMatch((await consumer.ended).stderr, /Completed 3, failed 0/);
});
