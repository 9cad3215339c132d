/** Actions of operators on the real command line with running consumers: each is in force within a second. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { functions } from "./functions.ts";
import { folder, run, runJson, Running, type RunOptions } from "./sequoia.ts";

const QUEUE = ["--queue", "sqlite:queue.db?lease=500ms"];

const workload = (url: string) =>
  `import { chain, fn } from "sequoia";
const f = fn("f", { url: "${url}", attempts: 1 }), g = fn("g", { url: "${url}", attempts: 1 });
export default chain("line", ({ call, onFailed }) => {
  call(g, { name: "second", after: call(f, { name: "first" }) });
  onFailed(fn("undo", { url: "${url}" }));
});`;

async function produce(id: string, at: RunOptions, ...args: string[]): Promise<void> {
  const { code, stderr } = await run(
    ["produce", "line.ts", "--id", id, ...args, ...QUEUE, "--out", "none"],
    at,
  );
  assertEquals(code, 0, stderr);
}

interface Shown {
  readonly state: string;
  readonly reason?: string;
  readonly nodes: readonly { readonly state: string }[];
}

async function stateOf(id: string, at: RunOptions): Promise<Shown> {
  return await runJson(["queue", "show", id, ...QUEUE], at) as Shown;
}

async function ended(id: string, at: RunOptions): Promise<Shown> {
  for (;;) {
    const view = await stateOf(id, at);
    if (view.state !== "queued" && view.state !== "running") return view;
  }
}

const consumer = (at: RunOptions) => new Running(["consume", ...QUEUE, "--out", "none"], at);

Deno.test("queue pause holds back what it means until queue resume, over restarts", async () => {
  await using calls = functions();
  await using at = await folder({ "line.ts": workload(calls.url) });
  const { stdout } = await run(["queue", "pause", "--function", "g", "--label", "tenant=a", ...QUEUE], at);
  assertMatch(stdout, /^Paused: function g, label tenant=a\n/);
  await produce("a", at, "--label", "tenant=a");
  await produce("b", at, "--label", "tenant=b");
  {
    await using first = consumer(at);
    await calls.until(() => calls.seen.length === 2);
    calls.answer("a/first");
    while (
      (await stateOf("a", at)).nodes[0]!.state !== "ok"
    ) { /* or it would be called again after the crash */ }
    calls.answer("b/first");
    await calls.until(() => calls.keys().includes("b/second"));
    first.signal("SIGKILL");
    await first.ended;
  }
  await using _second = consumer(at);
  const listed = await run(["queue", "status", ...QUEUE], at);
  assertMatch(listed.stdout, /paused +function g, label tenant=a/);
  await calls.until(() => calls.keys().filter((key) => key === "b/second").length >= 2);
  assert(!calls.keys().includes("a/second"), "what is paused has not started");
  assertEquals(
    (await run(["queue", "resume", "--all", ...QUEUE], at)).stdout,
    "Resumed: function g, label tenant=a\nNothing is paused\n",
  );
  await calls.until(() => calls.keys().includes("a/second"));
  calls.answer("a/second");
  assertEquals((await ended("a", at)).state, "completed");
});

Deno.test("queue cancel --abort ends calls in flight; without it they are awaited; what was done is undone", async () => {
  await using calls = functions();
  await using at = await folder({ "line.ts": workload(calls.url) });
  await produce("gentle", at);
  await produce("abrupt", at);
  await using _consumer = consumer(at);
  await calls.until(() => calls.seen.length === 2);
  for (let i = 0; i < 2; i++) { // twice is as good as once
    assertEquals((await run(["queue", "cancel", "abrupt", "--abort", ...QUEUE], at)).code, 0);
    assertEquals((await run(["queue", "cancel", "gentle", ...QUEUE], at)).code, 0);
  }
  await calls.until(() => calls.keys().includes("abrupt/undo"));
  const first = (id: string) => calls.seen.find(({ key }) => key === `${id}/first`)!;
  assertEquals([first("abrupt").aborted, first("gentle").aborted], [true, false]);
  calls.answer("abrupt/undo");
  assertEquals((await ended("abrupt", at)).state, "cancelled");
  assertEquals((await stateOf("gentle", at)).state, "running");
  calls.answer("gentle/first");
  await calls.until(() => calls.keys().includes("gentle/undo"));
  calls.answer("gentle/undo");
  const { state, reason } = await ended("gentle", at);
  assertEquals([state, reason], ["cancelled", "cancelled on request"]);
  assert(!calls.keys().some((key) => key.endsWith("/second")));
});

Deno.test("queue retry runs all again of what had been undone, or what is from a named node on", async () => {
  await using calls = functions();
  await using at = await folder({ "line.ts": workload(calls.url) });
  await produce("a", at);
  await using _consumer = consumer(at);
  const answer = async (key: string, times: number, status = 200) => {
    await calls.until(() => calls.keys().filter((each) => each === key).length === times);
    calls.answer(key, status);
  };
  await answer("a/first", 1);
  await answer("a/second", 1, 400);
  await answer("a/undo", 1);
  assertEquals((await ended("a", at)).reason, "node second: answered with status 400");
  const retry = async (...args: string[]) => await run(["queue", "retry", "a", ...args, ...QUEUE], at);
  const wrong = await retry("--from", "secnd");
  assertEquals(wrong.code, 1);
  assertMatch(wrong.stderr, /its chain line has no such node; did you mean "second"\? See/);
  assertMatch(
    (await retry()).stdout,
    /^Retried 1 instance\na had been undone: all of its nodes run again, .*\n$/,
  );
  await answer("a/first~1", 1);
  await answer("a/second~1", 1);
  assertEquals((await ended("a", at)).state, "completed");
  assertMatch((await retry()).stdout, /^Retried 0 instances\na is completed\. .* --from NODE\n$/);
  assertEquals((await retry("--from", "second")).stdout, "Retried 1 instance\n");
  await answer("a/second~2", 1, 400);
  await answer("a/undo~1", 1);
  assertEquals((await ended("a", at)).state, "failed");
  assertMatch(
    (await retry("--from", "second")).stdout,
    /^Retried 1 instance\na had been undone: what --from second leaves out counts as done\n$/,
  );
  await answer("a/second~3", 1);
  assertEquals((await ended("a", at)).state, "completed");
  assertEquals(calls.keys().filter((key) => key.startsWith("a/first")), ["a/first", "a/first~1"]);
  const { stdout } = await run(["queue", "show", "a", ...QUEUE], at);
  assertMatch(
    stdout,
    /first {2}ok, f, generation 1, .*\n.* output: "a\/first~1"\n.*second {2}ok, g, generation 3/,
  );
});
