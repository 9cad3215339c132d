/** The messages of the command line when a queue on Kafka is not as it must be. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Broker, kafkaTests } from "../kafka/broker.ts";
import { sharedBroker } from "../kafka/shared.ts";
import { assertFails, jsonLines, kafkaFolder, makeTopics } from "./kafka.ts";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

const OK = `import { chain, fn } from "sequoia";
export default chain("ok", ({ call }) => { call(fn("f")); });`;

const MIXED = `import { chain, fn } from "sequoia";
const f = fn("f");
export default [
  chain("small", ({ call }) => { call(f); }),
  chain("large", ({ call }) => { call(f, { args: { text: "x".repeat(200_000) } }); }),
];`;

const FORGETS = /^warn: Topic t\d+\.pending_queue forgets what waits too long\. Set retention\.ms=-1: /;

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** Passes connections to an address of IPv6 on to a broker. */
function proxy(broker: Broker): { readonly address: string } & Disposable {
  const { hostname, port } = new URL(`tcp://${broker.address}`);
  const listener = Deno.listen({ hostname: "::1", port: 0 });
  const passOn = async (from: Deno.Conn) => {
    const to = await Deno.connect({ hostname, port: Number(port) });
    await Promise.allSettled([
      from.readable.pipeTo(to.writable),
      to.readable.pipeTo(from.writable),
    ]);
  };
  (async () => {
    for await (const connection of listener) void passOn(connection);
  })();
  return {
    address: `[::1]:${(listener.addr as Deno.NetAddr).port}`,
    [Symbol.dispose]: () => listener.close(),
  };
}

kafkaTests("a queue on Kafka that is not as it must be", () => {
  const shared = sharedBroker({ properties: { "group.min.session.timeout.ms": "6000" } });

  Deno.test("a broker that is not there is told after a second, and given up after --queue-timeout", async () => {
    await using at = await folder();
    const address = freeAddress();
    assertFails(
      await run(["queue", "status", "--queue", `kafka://${address}`, "--queue-timeout", "2s"], at),
      /^sequoia: Cannot reach Kafka at \S+: .*ECONNREFUSED .*, for [23] s\. Check the address, and that the broker is up$/,
      [/^warn: Cannot reach Kafka at \S+: .*ECONNREFUSED .*\. Trying again until it answers$/],
    );
  });

  for (const args of ["queue status", "consume --out none", "produce ok.ts", "report"]) {
    Deno.test(`sequoia ${args} ends with one signal while no broker answers`, async () => {
      await using at = await folder({ "ok.ts": OK });
      const address = `kafka://${freeAddress()}`;
      const queue = args === "report" ? [address] : ["--queue", address];
      await using waiting = new Running([...args.split(" "), ...queue], at);
      await waiting.says(/Cannot reach Kafka/);
      waiting.signal("SIGTERM");
      const { code, stdout, stderr } = await waiting.ended;
      assertEquals([code, stdout], [args.startsWith("consume") ? 0 : 130, ""]);
      assertMatch(stderr, /^warn: .*\n$/, "nothing more is said");
    });
  }

  Deno.test("a queue of fewer partitions than are asked for is refused", async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK });
    assertEquals((await run(["produce", "ok.ts", "--partitions", "3"], at)).code, 0);
    for (const command of [["produce", "ok.ts"], ["consume", "--out", "none"]]) {
      assertFails(
        await run([...command, "--partitions", "12"], at),
        /^sequoia: Cannot use the queue of .*: topic t\d+\.pending_queue has 3 partitions, and 12 were asked for\. Ask for 3 /,
      );
    }
    assertEquals((await run(["produce", "ok.ts", "--partitions", "2"], at)).code, 0);
  });

  Deno.test("topics that are not divided alike are refused", async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK });
    await makeTopics(shared.broker, {
      [`${at.prefix}pending_queue`]: { partitions: 3 },
      [`${at.prefix}chain_running_queue`]: { partitions: 2 },
    });
    assertFails(
      await run(["produce", "ok.ts"], at),
      /^sequoia: Cannot use .*: topic t\d+\.chain_running_queue has 2 partitions, and needs 3, as many as the pending ones\. /,
    );
  });

  Deno.test("a queue that nobody has submitted to is told", async () => {
    await using at = await kafkaFolder(shared.broker);
    assertFails(
      await run(["queue", "status"], at),
      /^sequoia: Cannot look into .*: it has no topic t\d+\.pending_queue, .*\. Submit something first/,
    );
  });

  Deno.test("topics that would lose something, or grow for ever, are warned of", async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK });
    await makeTopics(shared.broker, {
      [`${at.prefix}pending_queue`]: { partitions: 1 },
      [`${at.prefix}chain_running_queue`]: { partitions: 1 },
      [`${at.prefix}finished_queue`]: { partitions: 1, settings: { "max.message.bytes": "100000" } },
    });
    const { code, stderr } = await run(["produce", "ok.ts", "--log-level", "warn"], at);
    assertEquals(code, 0);
    const [compacted, soon, kept, large, ...rest] = stderr.split("\n");
    assertMatch(
      compacted!,
      /^warn: Topic t\d+\.chain_running_queue is not compacted: .*cleanup\.policy=compact$/,
    );
    assertMatch(
      soon!,
      /^warn: Topic t\d+\.chain_running_queue may be compacted at once: .*Set min\.compaction\.lag\.ms=60000$/,
    );
    assertMatch(kept!, FORGETS);
    assertMatch(
      large!,
      /^warn: Topic t\d+\.finished_queue takes messages of 100000 bytes, .*Set max\.message\.bytes=17825792$/,
    );
    assertEquals(rest, [""]);
  });

  Deno.test("what is larger than the broker takes is named, and all else is submitted", async () => {
    await using at = await kafkaFolder(shared.broker, { "mixed.ts": MIXED });
    await makeTopics(shared.broker, {
      [`${at.prefix}pending_queue`]: { partitions: 2, settings: { "max.message.bytes": "100000" } },
    });
    const produce = ["produce", "mixed.ts", "--burst", "40", "--count", "40", "--seed", "1"];
    const elsewhere = ["--queue", "sqlite:queue.db"];
    await run([...produce, ...elsewhere], at);
    const small = await jsonLines(["queue", "list", "--chain", "small", ...elsewhere], at);
    assert(small.length > 0 && small.length < 40);
    assertFails(
      await run(produce, at),
      new RegExp(
        '^sequoia: Cannot write an instance of chain "large": its message of 2\\d{5} bytes is larger than 99488\\. ' +
          "Split .*, or raise max\\.message\\.bytes of t\\d+\\.pending_queue$",
      ),
      [FORGETS],
    );
    const { queued } = await runJson(["queue", "status"], at) as { queued: number };
    assertEquals(queued, small.length);
  });

  Deno.test("a lease that the broker refuses is told with what to set", async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK });
    assertEquals((await run(["produce", "ok.ts"], at)).code, 0);
    assertFails(
      await run(["consume", "--out", "none", "--log-level", "warn"], at),
      /^sequoia: Cannot join the group \S+: .* takes no lease so short, or so long\. .*lease=10s, or set group\.min\.session\./,
    );
    const longer = ["--queue", at.address.replace("lease=1s", "lease=6s")];
    const { code } = await run(["consume", "--out", "none", "--until-empty", ...longer], at);
    assertEquals(code, 0);
  });

  const byIpv6 = hasIpv6() ? "" : " (skipped: this machine has none)";
  Deno.test({ name: `a broker is found by its address of IPv6${byIpv6}`, ignore: !hasIpv6() }, async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK });
    using way = proxy(shared.broker);
    const queue = ["--queue", `kafka://${way.address}?prefix=${at.prefix}`, "--queue-timeout", "5s"];
    assertEquals((await run(["produce", "ok.ts", ...queue], at)).code, 0);
    const nobody = ["--queue", `kafka://[::1]:${freeAddress().split(":")[1]}`, "--queue-timeout", "1s"];
    const { code, stderr } = await run(["queue", "status", ...nobody], at);
    assertEquals(code, 1);
    assertMatch(stderr, /Cannot reach Kafka at \[::1\]:\d+: .*ECONNREFUSED/);
  });

  Deno.test("a broker that is away for a while is waited for, in words", async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK });
    assertEquals((await run(["produce", "ok.ts"], at)).code, 0);
    await shared.broker.kill();
    await using produced = new Running(["produce", "ok.ts"], at);
    await produced.says(/warn: Cannot reach Kafka at .*\. Trying again until it answers\n/);
    await shared.broker.start();
    const { code, stderr } = await produced.ended;
    assertEquals(code, 0, stderr);
    assertMatch(
      stderr,
      /^(warn: .* Trying again until it answers\nKafka at \S+ answers again\n)+Submitted 1 to /,
    );
  });
});
