/** Operating a queue on Kafka: the real command line against a real broker. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import recorded from "../../lib/wire/original/samples.json" with { type: "json" };
import type { ConsumerView } from "../../lib/queue/mod.ts";
import { kafkaTests } from "../kafka/broker.ts";
import { sharedBroker } from "../kafka/shared.ts";
import { functions } from "./functions.ts";
import { jsonLines, kafkaFolder, quietly, write } from "./kafka.ts";
import { run, runJson, Running, type RunOptions } from "./sequoia.ts";

const QUICK = `import { chain, constant, fn } from "sequoia";
const f = fn("f", { time: constant("5ms") });
export default chain("quick", ({ call }) => { call(f, { name: "second", after: call(f) }); });`;

const line = (url: string) =>
  `import { chain, fn } from "sequoia";
const f = fn("f", { url: "${url}", attempts: 1 }), g = fn("g", { url: "${url}", attempts: 1 });
export default chain("line", ({ call }) => { call(g, { name: "second", after: call(f, { name: "first" }) }); });`;

interface Status {
  readonly queued: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly pauses: readonly unknown[];
  readonly consumers: readonly ConsumerView[];
  readonly partitions: readonly {
    readonly lag: number;
    readonly owner?: string;
    readonly oldestSubmittedAtMs?: number;
  }[];
}

const statusOf = (at: RunOptions) => runJson(["queue", "status"], at) as Promise<Status>;

async function until(at: RunOptions, isSo: (status: Status) => boolean): Promise<Status> {
  for (;;) {
    const status = await statusOf(at);
    if (isSo(status)) return status;
  }
}

async function statesOf(at: RunOptions): Promise<Record<string, string>> {
  const views = await jsonLines(["queue", "list"], at) as { id: string; state: string }[];
  return Object.fromEntries(views.map(({ id, state }) => [id, state]));
}

const consumeAll = (at: RunOptions, ...options: readonly string[]) =>
  quietly(["consume", "--until-empty", "--out", "none", ...options], at);
const consumer = (at: RunOptions, ...args: string[]) =>
  new Running(["consume", "--out", "none", "--log-level", "warn", ...args], at);

/** Ends a consumer, which must have complained of nothing but calls and chains that failed. */
async function endedBySignal(consumer: Running): Promise<void> {
  consumer.signal("SIGTERM");
  const { code, stderr } = await consumer.ended;
  const others = stderr.replace(/^(warn: Function|error: Chain) \S+ failed.*\n/gm, "");
  assertEquals([code, others], [0, ""]);
}

kafkaTests("operating a queue on Kafka", () => {
  const shared = sharedBroker();

  Deno.test("queue status shows depth, lag, owners and the oldest, and produce --wait the ends", async () => {
    await using at = await kafkaFolder(shared.broker, { "quick.ts": QUICK });
    await quietly(["produce", "quick.ts", "--burst", "30", "--count", "30", "--partitions", "3"], at);
    const text = await quietly(["queue", "status"], at);
    assertMatch(text, /^delayed +0\nqueued +30\nrunning +0\n/);
    assertMatch(text, /\noldest +\d\S*s\n/);
    assertMatch(text, /\npartition +lag +owner +oldest\n( +\d +\d+ +nobody +\d\S*s\n){3}$/);
    const before = await statusOf(at);
    assertEquals(before.partitions.reduce((sum, { lag }) => sum + lag, 0), 30);
    {
      await using running = consumer(at);
      const produced = await runJson(
        ["produce", "quick.ts", "--burst", "10", "--count", "10", "--wait"],
        at,
      ) as {
        ended: Record<string, number>;
        results: readonly { readonly state: string }[];
      };
      assertEquals(produced.ended, { completed: 10, failed: 0, cancelled: 0 });
      assert(produced.results.every(({ state }) => state === "completed"));
      const { partitions, ...counts } = await until(at, ({ completed }) => completed === 40);
      assertEquals([counts.queued, counts.running, counts.failed], [0, 0, 0]);
      assertEquals(new Set(partitions.map(({ owner }) => owner)).size, 1);
      assertMatch(partitions[0]!.owner!, /^\S+ \d+$/);
      await endedBySignal(running);
    }
    const after = await statusOf(at);
    assertEquals(
      after.partitions.map(({ lag, owner, oldestSubmittedAtMs }) => [lag, owner, oldestSubmittedAtMs]),
      [
        [0, undefined, undefined],
        [0, undefined, undefined],
        [0, undefined, undefined],
      ],
    );
  });

  Deno.test("consume tells of others that join, leave and are killed", async () => {
    await using at = await kafkaFolder(shared.broker);
    const json = ["--log-level", "info", "--log-format", "json"];
    const others = (event: string, { pid }: Running, all: number) =>
      new RegExp(`"event":"consumers-${event}","count":1,"consumers":\\["\\S+ ${pid}"\\],"all":${all}`);
    await using first = consumer(at, ...json);
    await first.says(/"event":"started"/);
    await using second = consumer(at, ...json);
    await Promise.all([first.says(others("joined", second, 2)), second.says(others("joined", first, 2))]);
    second.signal("SIGKILL");
    await first.says(others("lost", second, 1));
    await using third = consumer(at, ...json);
    await first.says(others("joined", third, 2));
    third.signal("SIGTERM");
    await first.says(others("left", third, 1));
  });

  Deno.test("queue list, show, dead, retry, cancel, purge, pause and resume need no consumer", async () => {
    await using calls = functions();
    await using at = await kafkaFolder(shared.broker, { "line.ts": line(calls.url) });
    for (const id of ["a", "b", "c", "d"]) {
      await quietly(["produce", "line.ts", "--id", id, "--label", `tenant=${id}`, "--partitions", "2"], at);
    }
    assertEquals(await quietly(["queue", "pause", "--label", "tenant=d"], at), "Paused: label tenant=d\n");
    {
      await using running = consumer(at);
      await calls.until(() => calls.seen.length === 3);
      for (const [id, status] of [["a", 404], ["b", 200], ["c", 404]] as const) {
        calls.answer(`${id}/first`, status);
      }
      await calls.until(() => calls.keys().includes("b/second"));
      calls.answer("b/second");
      await until(at, ({ completed, failed }) => completed === 1 && failed === 2);
      await endedBySignal(running);
    }
    assertEquals(await statesOf(at), { a: "failed", b: "completed", c: "failed", d: "queued" });
    assertMatch(
      await quietly(["queue", "dead"], at),
      /^instance .*\na +failed .*404.*\nc +failed .*404.*\n$/,
    );
    assertStringIncludes(await quietly(["queue", "show", "b"], at), "completed");
    const retried = await run(["queue", "retry", "a", "d", "nobody"], at);
    assertEquals([retried.code, retried.stdout.split("\n")[0]], [1, "Retried 1 instance"]);
    assertMatch(retried.stderr, /^sequoia: Cannot retry nobody: the queue has no such instance\./);
    assertEquals(await quietly(["queue", "cancel", "d"], at), "Cancelled 1 instance\n");
    assertEquals(await quietly(["queue", "purge", "--state", "completed"], at), "Purged 1 instance\n");
    assertEquals(await statesOf(at), { a: "queued", c: "failed", d: "cancelled" });
    assertEquals((await run(["queue", "show", "b"], at)).code, 1);
    assertEquals(
      await quietly(["queue", "resume", "--all"], at),
      "Resumed: label tenant=d\nNothing is paused\n",
    );
    assertEquals((await statusOf(at)).pauses, []);
  });

  Deno.test("queue retry, cancel, purge, pause and resume reach running consumers", async () => {
    await using calls = functions();
    await using at = await kafkaFolder(shared.broker, { "line.ts": line(calls.url) });
    await quietly(["produce", "line.ts", "--id", "a", "--partitions", "3"], at);
    await using running = consumer(at);
    await calls.until(() => calls.keys().includes("a/first"));
    await quietly(["queue", "pause", "--function", "g"], at);
    calls.answer("a/first");
    await quietly(["produce", "line.ts", "--id", "b"], at);
    await calls.until(() => calls.keys().includes("b/first"));
    assertEquals(await quietly(["queue", "cancel", "b", "--abort"], at), "Cancelled 1 instance\n");
    await calls.until(() => calls.seen.some(({ key, aborted }) => key === "b/first" && aborted));
    await until(at, ({ cancelled }) => cancelled === 1);
    assertEquals(calls.keys().includes("a/second"), false, "it is paused");
    assertEquals(
      await quietly(["queue", "resume", "--function", "g"], at),
      "Resumed: function g\nNothing is paused\n",
    );
    await calls.until(() => calls.keys().includes("a/second"));
    calls.answer("a/second", 404);
    await until(at, ({ failed }) => failed === 1);
    assertEquals(await quietly(["queue", "retry", "a"], at), "Retried 1 instance\n");
    await calls.until(() => calls.keys().filter((key) => key === "a/second").length === 2);
    calls.answer("a/second");
    await until(at, ({ completed }) => completed === 1);
    assertEquals(await quietly(["queue", "purge", "--all"], at), "Purged 2 instances\n");
    assertEquals(await statesOf(at), {});
    await endedBySignal(running);
  });

  Deno.test("what is no instance is set aside once, with its bytes and the reason, and holds nothing up", async () => {
    await using at = await kafkaFolder(shared.broker, { "quick.ts": QUICK });
    const produce = () =>
      quietly(["produce", "quick.ts", "--burst", "5", "--count", "5", "--partitions", "1"], at);
    const garbage = [new Uint8Array([0xff, 0, 7]), new TextEncoder().encode("hello"), new Uint8Array()];
    await produce();
    await write(shared.broker, `${at.prefix}pending_queue`, garbage.map((value) => ({ key: "raw", value })));
    await produce();
    await consumeAll(at);
    {
      await using killed = consumer(at);
      await until(at, ({ partitions: [only] }) => only?.owner !== undefined);
      killed.signal("SIGKILL");
    }
    await consumeAll(at);
    const { completed, failed, partitions: [only] } = await statusOf(at);
    assertEquals([completed, failed, only!.lag], [10, 0, 0]);
    const dead = await jsonLines(["queue", "dead"], at) as { place: string; reason: string; bytes: string }[];
    const topic = `${at.prefix}pending_queue`;
    assertEquals(dead.map(({ place }) => place), [5, 6, 7].map((offset) => `${topic}[0]@${offset}`));
    assertEquals(dead.map(({ bytes }) => Uint8Array.fromBase64(bytes)), garbage);
    for (const { reason } of dead) assertMatch(reason, /^Cannot read the message: /);
    const text = await quietly(["queue", "dead"], at);
    assertMatch(
      text,
      /^t\d+\.pending_queue\[0\]@5 {2}no instance {2}\S+ ago {2}Cannot read the message: .*\n/,
    );
  });

  Deno.test("messages of the original's producer are consumed, each by itself", async () => {
    await using at = await kafkaFolder(shared.broker, { "quick.ts": QUICK });
    const asked: string[] = [];
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      await request.body?.cancel();
      asked.push(new URL(request.url).pathname);
      return Response.json(null);
    });
    // Recorded bytes, in which hosts stand that are in nobody's name; as long are paths of a server that is here.
    const text = String.fromCharCode(...Uint8Array.fromHex(recorded.samples[0]!.hex)).replaceAll(
      /vidpipe\w+\.com/g,
      (host) => `127.0.0.1:${server.addr.port}/`.padEnd(host.length, host.slice("vidpipe".length)),
    );
    const value = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    await quietly(["produce", "quick.ts", "--id", "ours", "--partitions", "2"], at);
    await write(shared.broker, `${at.prefix}pending_queue`, [{ key: "raw", value }, { key: "raw", value }]);
    await consumeAll(at, "--from", "earliest");
    const states = await statesOf(at);
    assertEquals(Object.values(states), ["completed", "completed", "completed"]);
    assertEquals(Object.keys(states).filter((id) => id !== "ours").length, 2, "its ids repeat");
    const paths = Object.entries(Object.groupBy(asked, (path) => path)).map((
      [path, all],
    ) => [path, all!.length]);
    assertEquals(paths.map(([, count]) => count), [2, 2, 2]);
  });

  Deno.test("consumers that come later go by what was set, and queue status shows those that live", async () => {
    await using calls = functions();
    await using at = await kafkaFolder(shared.broker, { "line.ts": line(calls.url) });
    await quietly(["produce", "line.ts", "--burst", "3", "--count", "3"], at);
    await quietly(["queue", "limit", "2"], at);
    await quietly(["queue", "policy", "deadline"], at);
    assertEquals((await statusOf(at)).consumers, []);
    const consume = ["consume", "--limit", "3", "--out", "none"];
    await using first = new Running(consume, at);
    await first.says(/The queue's policy deadline is in force, not running-first/);
    await calls.until(() => calls.seen.length === 2);
    const shown = (pids: readonly number[]) => (status: Status) =>
      status.consumers.map(({ pid }) => pid).join() === pids.join();
    const { consumers: [record] } = await until(at, shown([first.pid]));
    assertEquals([record!.policy, record!.limits.global], ["deadline", 2]);
    await using second = new Running(consume, at);
    await until(at, shown([first.pid, second.pid]));
    first.signal("SIGKILL");
    await first.ended;
    await until(at, shown([second.pid]));
    second.signal("SIGKILL");
    await second.ended;
    await until(at, shown([]));
  });
});
