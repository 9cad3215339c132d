/** Looking into a queue and steering what is in it, through the real command line, with no consumer running. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  chain,
  fn,
  type Instance,
  instanceMaker,
  linkChains,
  NULL,
  realClock,
  seededRandom,
  subchainOf,
  type WorkloadChain,
} from "../../lib/model/mod.ts";
import { openQueue, type Order, type QueueDriver } from "../../lib/queue/mod.ts";
import { itemRecord, line, record } from "../queue/samples.ts";
import { folder, type Ran, run, runJson } from "./sequoia.ts";

const never = new AbortController().signal;
const make = instanceMaker(seededRandom(1));
const END = { endedAtMs: realClock.nowMs(), output: NULL };

function instanceOf(entry: WorkloadChain, id: string): Instance {
  return make(entry, realClock.nowMs(), { id });
}

/** A folder with a queue, and that queue as a consumer sees it. */
async function prepared(): Promise<{ cwd: string; queue: QueueDriver } & AsyncDisposable> {
  const { cwd, ...at } = await folder();
  const queue = await openQueue(`sqlite:${cwd}/.sequoia/queue.db`, { clock: realClock });
  return {
    cwd,
    queue,
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      await at[Symbol.asyncDispose]();
    },
  };
}

const thumbnails = chain("thumbnails", ({ call }) => void call(fn("resize")));
const documents = linkChains([
  chain("documents", ({ call }) => {
    const list = call(fn("list"));
    const convert = call(fn("convert"), { after: list, map: "inputs.list" });
    call(thumbnails, { after: convert });
  }),
])[0]!;

/** An instance that has failed as one that it had called has. */
async function failedWithCalled(queue: QueueDriver): Promise<void> {
  const root = instanceOf({ chain: documents, labels: { tenant: "acme" } }, "0017");
  await queue.push([root]);
  await queue.pull(1, never);
  const parent = { instance: root.id, node: "thumbnails" };
  await queue.push([{ ...root, id: "0017/thumbnails", chain: subchainOf(documents, "thumbnails"), parent }]);
  const failed = { ...END, outcome: "failed", reason: "node resize: HTTP 404" } as const;
  await queue.finish([
    { ...failed, instanceId: "0017/thumbnails", records: [record(0, null, "failed")] },
  ]);
  const items = [itemRecord(1, 0, "A"), itemRecord(1, 1, null, "failed")];
  const records = [record(0, ["a", "b"]), ...items, record(1, ["A"]), record(2, null, "failed")];
  await queue.finish([{ ...failed, instanceId: root.id, records }]);
}

function assertFails({ code, stderr }: Ran, expected: number, words: string): void {
  assertEquals([code, stderr], [expected, `sequoia: ${words}\n`]);
}

Deno.test("sequoia queue show draws an instance with what it has called, and has all of it as JSON", async () => {
  await using at = await prepared();
  await failedWithCalled(at.queue);
  const { stdout } = await run(["queue", "show", "0017"], at);
  const lines = stdout.split("\n");
  assertMatch(lines[0]!, /^0017 {2}failed {2}documents {2}3\/3 {2}\d.* ago {2}node resize: HTTP 404$/);
  assertMatch(lines[1]!, /^ {2}submitted: 20\S+Z$/);
  assertMatch(lines[2]!, /^ {2}ended: 20\S+Z, after \S/);
  assertEquals(lines.slice(3, 12), [
    "  labels: tenant=acme",
    "└─ list  ok, 1 attempt",
    '   │  output: ["a","b"]',
    "   └─ convert  ok, 1 attempt",
    '      │  inputs: {"list":["a","b"]}',
    "      │  convert × 2: 1 ok, 1 failed",
    "      │  convert[1]  failed, 1 attempt: it did not work",
    '      │  output: ["A"]',
    "      └─ thumbnails  failed, chain thumbnails, 1 attempt: it did not work",
  ]);
  assertMatch(lines[13]!, /^ {12}0017\/thumbnails {2}failed .* node resize: HTTP 404$/);
  const shown = await runJson(["queue", "show", "0017"], at) as {
    nodes: { node: string; inputs?: unknown; items?: unknown[] }[];
    called: { id: string; state: string }[];
  };
  assertEquals(shown.nodes.map(({ node }) => node), ["list", "convert", "thumbnails"]);
  assertEquals(shown.nodes.map(({ inputs }) => inputs), [
    undefined,
    { list: ["a", "b"] },
    { convert: ["A"] },
  ]);
  assertEquals(shown.nodes[1]!.items!.length, 2);
  assertEquals(shown.called.map(({ id, state }) => [id, state]), [["0017/thumbnails", "failed"]]);
  const child = await run(["queue", "show", "0017/thumbnails"], at);
  assertStringIncludes(child.stdout, "\n  called by: 0017 thumbnails\n");
});

Deno.test("sequoia queue show shortens what is long, unless --full is given", async () => {
  await using at = await prepared();
  await at.queue.push([instanceOf({ chain: line }, "long")]);
  await at.queue.pull(1, never);
  await at.queue.checkpoint([{ instanceId: "long", records: [record(0, "x".repeat(1000))] }]);
  const { stdout } = await run(["queue", "show", "long"], at);
  assert(stdout.split("\n").every((text) => text.length <= 200), stdout);
  assertMatch(stdout, /output: "x{150,}…\n/);
  assertStringIncludes(
    (await run(["queue", "show", "long", "--full"], at)).stdout,
    `"${"x".repeat(1000)}"\n`,
  );
});

Deno.test("sequoia queue list tells instances that were called", async () => {
  await using at = await prepared();
  await failedWithCalled(at.queue);
  const { stdout } = await run(["queue", "list"], at);
  const [head, root, child] = stdout.split("\n");
  assertMatch(head!, /^instance +state +chain +settled +age$/);
  assert(!root!.includes("called by"));
  assertMatch(child!, /^0017\/thumbnails .* ago {2}called by 0017 thumbnails {2}node resize/);
});

Deno.test("sequoia queue list goes on behind what it has shown", async () => {
  await using at = await prepared();
  await at.queue.push(["1", "2", "3", "4", "5"].map((id) => instanceOf({ chain: line }, id)));
  const listed = async (...args: string[]) => {
    const { stdout, stderr } = await run(["queue", "list", ...args], at);
    return [stdout.split("\n").slice(1).map((text) => text.slice(0, 1)).join(""), stderr.trimEnd()];
  };
  const or = "Or choose with --state, --chain or --label";
  assertEquals(await listed(), ["12345", ""]);
  assertEquals(await listed("--count", "2"), [
    "12",
    `These are the oldest 2, and there are more: --offset 2. ${or}`,
  ]);
  assertEquals(await listed("--count", "2", "--offset", "2"), [
    "34",
    `These are 2 after the oldest 2, and there are more: --offset 4. ${or}`,
  ]);
  assertEquals(await listed("--count", "2", "--offset", "4"), ["5", ""]);
  assertEquals(await listed("--offset", "9"), ["", "The queue has no instances behind the first 9"]);
});

Deno.test("sequoia queue cancel says how many it reached, and reaches none twice", async () => {
  await using at = await prepared();
  const acme = { chain: line, labels: { tenant: "acme" } };
  await at.queue.push([
    ...["1", "2", "3"].map((id) => instanceOf({ chain: line }, id)),
    ...["4", "5"].map((id) => instanceOf(acme, id)),
  ]);
  const cancel = async (...args: string[]) => (await run(["queue", "cancel", ...args], at)).stdout;
  assertEquals(await cancel("1", "2"), "Cancelled 2 instances\n");
  assertEquals(await cancel("1"), "Cancelled 0 instances\n1 is cancelled\n");
  const unknown = await run(["queue", "cancel", "1", "x", "y"], at);
  assertEquals(unknown.stdout, "Cancelled 0 instances\n1 is cancelled\n");
  assertFails(unknown, 1, "Cannot cancel x, y: the queue has no such instances. See sequoia queue list");
  assertFails(
    await run(["queue", "purge", "z", "--json"], at),
    1,
    "Cannot purge z: the queue has no such instance. See sequoia queue list",
  );
  assertEquals(await cancel("--label", "tenant=acme"), "Cancelled 2 instances\n");
  assertEquals(await cancel("--chain", "line", "--json"), '{"reached":1}\n');
  assertEquals(await cancel("--all"), "Cancelled 0 instances\n");
  assertEquals((await runJson(["queue", "status"], at) as { cancelled: number }).cancelled, 5);
});

Deno.test("sequoia queue cancel --abort tells whoever holds an instance to end its calls, too", async () => {
  await using at = await prepared();
  await at.queue.push([instanceOf({ chain: line }, "held")]);
  await at.queue.pull(1, never);
  const controller = new AbortController();
  const orders: Order[] = [];
  const heard = (async () => {
    for await (const order of at.queue.commands(controller.signal)) {
      orders.push(order);
      if (order.kind === "settings") controller.abort();
      else if (orders.length === 1) {
        await run(["queue", "cancel", "held", "--abort"], at);
        await run(["queue", "limit", "7"], at); // the last that there is to hear
      }
    }
  })();
  await run(["queue", "cancel", "held"], at);
  await heard;
  assertEquals(orders.filter(({ kind }) => kind === "cancel"), [
    { kind: "cancel", filter: { ids: ["held"] } },
    { kind: "cancel", filter: { ids: ["held"] }, abort: true },
  ]);
});

Deno.test("sequoia queue retry --from runs a node and all after it again, and only nodes that there are", async () => {
  await using at = await prepared();
  await at.queue.push([instanceOf({ chain: line }, "done")]);
  await at.queue.pull(1, never);
  const records = [record(0, "one"), record(1, "two"), record(2)];
  await at.queue.finish([{ ...END, instanceId: "done", outcome: "completed", records }]);
  const retry = (...args: string[]) => run(["queue", "retry", ...args], at);
  const both = await retry("done", "nobody");
  assertEquals(
    both.stdout,
    "Retried 0 instances\n" +
      "done is completed. To run it again, say from which node: --from NODE\n",
  );
  assertFails(both, 1, "Cannot retry nobody: the queue has no such instance. See sequoia queue list");
  assertFails(
    await retry("done", "--from", "secnod"),
    1,
    "Cannot retry done from secnod: its chain line has no such node; " +
      'did you mean "second"? See sequoia queue show done',
  );
  assertFails(
    await retry("nobody", "--from", "second"),
    1,
    "Cannot retry nobody: the queue has no such instance. See sequoia queue list",
  );
  assertFails(
    await retry("--all", "--from", "second"),
    2,
    "queue retry: name the instances that run again. Write sequoia queue retry ID --from second",
  );
  assertEquals((await retry("done", "--from", "second")).stdout, "Retried 1 instance\n");
  const { state, nodes } = await runJson(["queue", "show", "done"], at) as {
    state: string;
    nodes: { state: string }[];
  };
  assertEquals([state, ...nodes.map((node) => node.state)], ["queued", "ok", "open", "waiting"]);
  assertEquals((await retry("done", "--from", "second")).stdout, "Retried 0 instances\ndone is queued\n");
});

Deno.test("sequoia queue retry runs what was called again with its caller, and says so", async () => {
  await using at = await prepared();
  await failedWithCalled(at.queue);
  assertFails(
    await run(["queue", "retry", "0017/thumbnails", "--from", "resize"], at),
    1,
    "Cannot retry 0017/thumbnails from resize: it runs again with 0017, from which it was called, and " +
      "its chain documents has no such node. Write --from thumbnails, the node that called it",
  );
  assertEquals(
    (await run(["queue", "retry", "0017/thumbnails"], at)).stdout,
    "Retried 1 instance\n0017/thumbnails was called by 0017 and runs again only with that\n",
  );
  assertEquals(await runJson(["queue", "retry", "0017/thumbnails"], at), {
    reached: 0,
    callers: { "0017/thumbnails": "0017" },
  });
  const { stdout } = await run(["queue", "show", "0017"], at);
  assertMatch(
    stdout,
    /^0017 {2}queued[^]* convert {2}ok[^]* thumbnails {2}open[^]* 0017\/thumbnails {2}queued/,
  );
});

Deno.test("sequoia queue pause and resume change what queue status shows as paused", async () => {
  await using at = await prepared();
  const queue = async (...args: string[]) => (await run(["queue", ...args], at)).stdout;
  const convert = ["--chain", "documents", "--function", "convert"];
  const name = "chain documents, function convert";
  assertEquals(await queue("pause", ...convert), `Paused: ${name}\n`);
  await queue("pause", ...convert);
  const tenants = ["--label", "tenant=acme", "--label", "tenant=roe"];
  assertEquals(
    await queue("pause", ...tenants),
    `Paused: ${name}; label tenant=acme; label tenant=roe\n`,
  );
  assertMatch(
    await queue("status"),
    new RegExp(`\npaused {4}${name}\npaused {4}label tenant=acme\npaused {4}label tenant=roe\n$`),
  );
  const { pauses, queued } = await runJson(["queue", "status"], at) as { pauses: unknown; queued: number };
  assertEquals(pauses, [
    { chain: "documents", function: "convert" },
    { label: { name: "tenant", value: "acme" } },
    { label: { name: "tenant", value: "roe" } },
  ]);
  assertEquals(queued, 0);
  assertFails(
    await run(["queue", "resume", "--label", "tenant=roe", "--label", "tenant=acne"], at),
    1,
    "Cannot resume label tenant=acne: it is not paused; " +
      'did you mean "label tenant=acme"? See sequoia queue status',
  );
  assertEquals(
    await queue("resume", ...convert),
    `Resumed: ${name}\nPaused: label tenant=acme; label tenant=roe\n`,
  );
  assertEquals(
    await queue("resume", ...tenants),
    "Resumed: label tenant=acme; label tenant=roe\nNothing is paused\n",
  );
  assertEquals(await queue("pause", "--all", "--json"), '{"pauses":[{}]}\n');
  await queue("pause", ...tenants);
  assertEquals(
    await queue("resume", "--all"),
    "Resumed: everything; label tenant=acme; label tenant=roe\nNothing is paused\n",
  );
  assertEquals(await queue("resume", "--all"), "Nothing is paused\n", "it may be said twice");
});

const SAYINGS: readonly (readonly [line: string, words: string])[] = [
  ["pause", "queue pause: say what: --chain NAME, --function NAME or --label K=V, or --all for everything"],
  ["resume", "queue resume: say what: --chain NAME, --function NAME or --label K=V, or --all for everything"],
  ["pause --all --chain a", "queue pause: --all is everything. Leave it out, or the others"],
  [
    "pause order-17",
    'queue pause: it takes no "order-17". Write --chain NAME, --function NAME or --label K=V, or --all',
  ],
  ["cancel order-17 --from convert", "queue cancel: it takes no --from; that is for queue retry"],
  ["retry --all --function f", "queue retry: it takes no --function; that is for queue pause, resume"],
  ["cancel", "queue cancel: name instances, or --chain, --label or --state, or --all"],
  ["show", "queue show: name an instance. See sequoia queue list"],
  ["status order-17", 'queue status: unexpected argument "order-17". See --help'],
  ["limit 5 6", 'queue limit: unexpected argument "6". See --help'],
  ["list failed", 'queue list: "failed" is no id. Write --state failed'],
  ["status --abort", "queue status: it takes no --abort; that is for queue cancel"],
];

for (const [line, words] of SAYINGS) {
  Deno.test(`sequoia queue ${line} is refused`, async () => {
    await using at = await folder();
    assertFails(await run(["queue", ...line.split(" ")], at), 2, words);
  });
}

Deno.test("sequoia queue list and dead say that there is nothing, on stderr", async () => {
  await using at = await prepared();
  const said = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(["queue", ...args], at);
    assertEquals([code, stdout], [0, ""]);
    return stderr;
  };
  assertEquals(await said("list"), "The queue has no instances\n");
  assertEquals(
    await said("list", "--chain", "a", "--offset", "5"),
    "The queue has no such instances behind the first 5\n",
  );
  assertEquals(await said("dead"), "Nothing has failed\n");
  assertEquals(await said("dead", "order-7"), "No such instance has failed\n");
});
