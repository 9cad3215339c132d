/** Faults of the queue's file and of the processes that use it, judged by the calls that functions got. */
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileLimit, liftFileLimit } from "./file_limit.ts";
import { folder, run, runJson, Running } from "./sequoia.ts";

/** Functions that answer at once, or once they are let, and the keys of the calls that they got. */
function functions() {
  const keys: string[] = [];
  let told = () => {};
  let held: PromiseWithResolvers<void> | undefined;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.body?.cancel();
    keys.push(request.headers.get("idempotency-key")!);
    told();
    await held?.promise;
    return Response.json({ answer: keys.length });
  });
  return {
    keys,
    url: `http://127.0.0.1:${server.addr.port}/`,
    hold: () => void (held = Promise.withResolvers()),
    release: () => held?.resolve(),
    async until(isSo: () => boolean): Promise<void> {
      while (!isSo()) await new Promise<void>((resolve) => told = resolve);
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const workload = (url: string) =>
  `import { chain, fn } from "sequoia";
const f = fn("f", { url: "${url}", retry: { attempts: 1 } });
export default chain("two", ({ call }) => {
  const first = call(f, { name: "first" });
  call(f, { name: "second", after: first });
});`;

const QUEUE = ["--queue", "sqlite:queue.db?lease=1s"];
const CONSUME = ["consume", ...QUEUE, "--out", "none"];

interface Depth {
  readonly queued: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
}

async function place(url: string, count: number) {
  const at = await folder({ "two.ts": workload(url) });
  const produced = await run([
    "produce",
    "two.ts",
    "--count",
    String(count),
    "--burst",
    String(count),
    ...QUEUE,
  ], at);
  assertEquals(produced.code, 0, produced.stderr);
  const depth = async () => await runJson(["queue", "status", ...QUEUE], at) as Depth;
  return { at, depth, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
}

function isWhole(keys: readonly string[], count: number): void {
  assertEquals(new Set(keys).size, 2 * count, "every node of every instance was called");
}

Deno.test("a consumer that was stopped for longer than its lease calls nothing of what others have completed", async () => {
  await using f = functions();
  await using its = await place(f.url, 300);
  f.hold();
  await using stopped = new Running([...CONSUME, "--limit", "2"], its.at);
  await f.until(() => f.keys.length === 2); // it has taken all, and has two calls in flight
  stopped.signal("SIGSTOP");
  f.release();
  const other = await run([...CONSUME, "--limit", "100", "--until-empty"], its.at);
  assertEquals(other.code, 0, other.stderr);
  assertEquals((await its.depth()).completed, 300);
  const before = f.keys.length;
  stopped.signal("SIGCONT");
  // What it calls from now on comes after the first call of something new.
  await run(["produce", "two.ts", "--id", "new", ...QUEUE], its.at);
  await f.until(() => f.keys.includes("new/second"));
  stopped.signal("SIGINT");
  assertEquals((await stopped.ended).code, 130);
  assertEquals(f.keys.slice(before), ["new/first", "new/second"]);
  isWhole(f.keys, 301);
});

Deno.test("consumers wait while another program locks the file for longer than their leases, say so once, and go on", async () => {
  await using f = functions();
  await using its = await place(f.url, 200);
  const consumers = [1, 2].map(() => new Running([...CONSUME, "--limit", "10", "--window", "50"], its.at));
  await using stack = new AsyncDisposableStack();
  for (const consumer of consumers) stack.use(consumer);
  await f.until(() => f.keys.length >= 20);
  const other = new DatabaseSync(`${its.at.cwd}/queue.db`);
  other.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE");
  const told = /^warn: Waiting for the queue queue\.db: another program keeps it locked$/m;
  await Promise.all(consumers.map((consumer) => consumer.says(told)));
  await new Promise((resolve) => setTimeout(resolve, 3000)); // the lock, which outlasts the leases, is what is tried
  other.exec("COMMIT");
  other.close();
  await Promise.all(consumers.map((consumer) => consumer.says(/The queue queue\.db can be written again/)));
  const last = await run([...CONSUME, "--until-empty"], its.at);
  assertEquals(last.code, 0, last.stderr);
  for (const consumer of consumers) {
    consumer.signal("SIGINT");
    const { code, stderr } = await consumer.ended;
    assertEquals([code, stderr.match(/Waiting for the queue/g)?.length], [130, 1], stderr);
  }
  const { completed, failed } = await its.depth();
  assertEquals([completed, failed], [200, 0]);
  isWhole(f.keys, 200);
  assertEquals(f.keys.length, 400, "nothing was called twice");
});

for (const part of ["", "-wal"]) {
  Deno.test(`a consumer and a producer whose queue.db${part} is removed say so and end; what is acknowledged is not lost`, async () => {
    await using f = functions();
    await using its = await place(f.url, 10);
    f.hold();
    await using consumer = new Running([...CONSUME, "--limit", "2"], its.at);
    await f.until(() => f.keys.length === 2);
    const rate = ["--every", "20ms", "--burst", "1"];
    await using producer = new Running(["produce", "two.ts", ...rate, ...QUEUE], its.at);
    let acknowledged = 0;
    while (acknowledged <= 10) { // all that is queued beside the consumer's ten
      const { queued, running } = await its.depth();
      acknowledged = queued + running;
    }
    await Deno.remove(`${its.at.cwd}/queue.db${part}`);
    for (const program of [consumer, producer]) {
      const { code, stderr } = await program.endsWithin(60_000);
      assertEquals(code, 1, stderr);
      assertMatch(
        stderr,
        /^sequoia: Cannot go on with the queue queue\.db: .* was removed or replaced while it was open/m,
      );
      assert(!stderr.includes("Suppressed"), stderr);
    }
    f.release();
    if (part === "") return;
    const last = await run([...CONSUME, "--until-empty"], its.at);
    assertEquals(last.code, 0, last.stderr);
    const { completed, failed } = await its.depth();
    assertEquals(failed, 0);
    assert(
      completed >= acknowledged,
      `${completed} of ${acknowledged} that were acknowledged before have completed`,
    );
  });
}

Deno.test("a consumer whose disk is full waits, says so once, charges nothing to functions, and goes on when there is room", async () => {
  await using f = functions();
  await using its = await place(f.url, 1000);
  const { size } = await Deno.stat(`${its.at.cwd}/queue.db`);
  const limited = { ...its.at, before: fileLimit(size * 1.2) };
  await using consumer = new Running([...CONSUME, "--limit", "20", "--until-empty"], limited);
  await consumer.says(
    /^warn: Waiting for the queue queue\.db: its disk is full, or a quota or limit is reached/m,
  );
  await liftFileLimit(consumer);
  const { code, stderr } = await consumer.endsWithin(120_000);
  assertEquals(code, 0, stderr);
  assertEquals(stderr.match(/Waiting for the queue/g)?.length, 1, stderr);
  const { completed, failed } = await its.depth();
  assertEquals([completed, failed], [1000, 0]);
  isWhole(f.keys, 1000);
  assertEquals(f.keys.length, 2000, "nothing was called twice");
});

Deno.test("a producer whose disk is full says that, and nothing else", async () => {
  await using f = functions();
  await using its = await place(f.url, 10);
  const { size } = await Deno.stat(`${its.at.cwd}/queue.db`);
  const limited = { ...its.at, before: fileLimit(size + 200_000) };
  const many = ["--burst", "50000", "--count", "50000"];
  await using producer = new Running(["produce", "two.ts", ...many, ...QUEUE], limited);
  const { code, stderr } = await producer.endsWithin(60_000);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^sequoia: Cannot write to the queue queue\.db: the disk (is full|cannot be read or written)/m,
  );
  assertEquals(stderr.match(/^sequoia: /gm)?.length, 1, stderr);
});
