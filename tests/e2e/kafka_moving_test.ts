/** Moving from the original system: what becomes of its messages that are there already, and what its tools see. */
import { assertEquals, assertMatch } from "@std/assert";
import recorded from "../../lib/wire/original/samples.json" with { type: "json" };
import { encodeInstance } from "../../lib/wire/mod.ts";
import { type OriginalNode, readOriginal } from "../../lib/wire/original/testing.ts";
import { type Broker, kafkaTests } from "../kafka/broker.ts";
import { clientOf } from "../kafka/client.ts";
import { openQueueOn, sharedBroker } from "../kafka/shared.ts";
import { instances } from "../queue/samples.ts";
import { assertFails, jsonLines, kafkaFolder, write } from "./kafka.ts";
import { withUrls } from "./original_messages.ts";
import { type RecordingServer, serveRecorded } from "./recorded_calls.ts";
import { run, runJson } from "./sequoia.ts";

/** The original's messages, its functions being served here. */
function messagesFor(functions: RecordingServer): { readonly key: string; readonly value: Uint8Array }[] {
  return recorded.samples.map(({ hex }) => ({
    key: "raw",
    value: withUrls(Uint8Array.fromHex(hex), (url) => `${functions.url("original")}/${url}`),
  }));
}

/** The number of calls that each message makes. */
const SIZES = recorded.samples.map(({ hex }) => sizeOf(readOriginal(Uint8Array.fromHex(hex)).currentNode!));
const CALLS = SIZES.reduce((sum, size) => sum + size, 0);

function sizeOf({ children }: OriginalNode): number {
  return children.reduce((sum, child) => sum + sizeOf(child), 1);
}

const OWN = (url: string) =>
  `import { chain, fn } from "sequoia"; export default chain("own", ({ call }) => void call(fn("f", { url: "${url}" })));`;

const CONSUME = ["consume", "--until-empty", "--out", "none", "--log-level", "warn"];

async function startQueue(broker: Broker, prefix: string): Promise<void> {
  await (await openQueueOn(broker, { prefix, partitions: 2 }))[Symbol.asyncDispose]();
}

kafkaTests("moving from the original", () => {
  const shared = sharedBroker();

  Deno.test("the first consumer of the original's topic asks whether what is there is to run, and calls nothing", async () => {
    await using functions = serveRecorded(() => 0);
    await using at = await kafkaFolder(shared.broker);
    await startQueue(shared.broker, at.prefix);
    await write(shared.broker, `${at.prefix}pending_queue`, messagesFor(functions));
    const asks = new RegExp(
      `^sequoia: Cannot consume ${at.prefix}pending_queue of Kafka at \\S+: it holds messages that the original system may have run, .*` +
        `the group ${at.prefix}sequoia has not begun there\\. Write --from earliest .*, or --from latest to pass over them$`,
    );
    for (let i = 0; i < 2; i++) assertFails(await run(CONSUME, at), asks); // the first one has not begun either
    assertEquals(functions.calls.length, 0);
    const [first] = await jsonLines(["queue", "list", "--count", "1"], at) as { id: string }[];
    assertEquals((await run(["queue", "cancel", first!.id], at)).code, 0);
    assertFails(await run(CONSUME, at), asks); // nor has an operator

    assertEquals((await run([...CONSUME, "--from", "earliest"], at)).stderr, "");
    assertEquals(functions.calls.length, CALLS - SIZES[0]!);
    await write(shared.broker, `${at.prefix}pending_queue`, messagesFor(functions));
    assertEquals((await run(CONSUME, at)).stderr, ""); // it has begun
    assertEquals(functions.calls.length, 2 * CALLS - SIZES[0]!);
  });

  Deno.test("consume --from latest runs what the original's producers send from then on, and all of Sequoia's own", async () => {
    await using functions = serveRecorded(() => 0);
    await using at = await kafkaFolder(shared.broker, { "own.ts": OWN(functions.url("own")) });
    await startQueue(shared.broker, at.prefix);
    await write(shared.broker, `${at.prefix}pending_queue`, messagesFor(functions));
    assertEquals((await run([...CONSUME, "--from", "latest"], at)).stderr, "");
    assertEquals(functions.calls.length, 0);
    const { queued } = await runJson(["queue", "status"], at) as { queued: number };
    assertEquals(queued, 0, "what was passed over waits for nobody");
    await write(shared.broker, `${at.prefix}pending_queue`, messagesFor(functions));
    await run(["produce", "own.ts", "--burst", "5"], at);
    assertEquals((await run([...CONSUME, "--from", "latest"], at)).stderr, "");
    assertEquals(functions.calls.length, CALLS + 5);
  });

  Deno.test("consume --from latest loses no instance that was submitted before, and runs none of the original's around it", async () => {
    await using functions = serveRecorded(() => 0);
    await using at = await kafkaFolder(shared.broker, { "own.ts": OWN(functions.url("own")) });
    await startQueue(shared.broker, at.prefix);
    for (let i = 0; i < 2; i++) {
      await write(shared.broker, `${at.prefix}pending_queue`, messagesFor(functions));
      await run(["produce", "own.ts", "--burst", "5"], at);
      await run(["produce", "own.ts", "--burst", "5", "--wire", "original"], at); // its consumer may have run these as well
    }
    assertEquals((await run([...CONSUME, "--from", "latest"], at)).stderr, "");
    assertEquals((await run(CONSUME, at)).stderr, "", "nothing is left to whoever comes next");
    assertEquals(functions.calls.map(({ by }) => by), new Array(10).fill("own"));
    const { queued, completed } = await runJson(["queue", "status"], at) as Record<string, number>;
    assertEquals([queued, completed], [0, 10]);
  });

  Deno.test("a queue of Sequoia's own asks nothing, and --from is for Kafka alone", async () => {
    await using functions = serveRecorded(() => 0);
    await using at = await kafkaFolder(shared.broker, { "own.ts": OWN(functions.url("own")) });
    await run(["produce", "own.ts", "--burst", "5"], at);
    assertEquals((await run(CONSUME, at)).stderr, "");
    assertEquals(functions.calls.length, 5);
    const { code, stderr } = await run([...CONSUME, "--from", "latest", "--queue", "sqlite:queue.db"], at);
    assertEquals(code, 2);
    assertMatch(stderr, /--from: a queue of the kind sqlite holds no messages of the original\./);
  });

  Deno.test("a consumer begins where somebody has committed offsets for its group", async () => {
    await using functions = serveRecorded(() => 0);
    await using at = await kafkaFolder(shared.broker);
    await startQueue(shared.broker, at.prefix);
    const topic = `${at.prefix}pending_queue`;
    await write(shared.broker, topic, messagesFor(functions));
    const admin = clientOf(shared.broker).admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.setOffsets({ groupId: `${at.prefix}sequoia`, topic, partitions: ends });
    await admin.disconnect();
    assertEquals((await run(CONSUME, at)).stderr, "");
    assertEquals(functions.calls.length, 0);
  });

  Deno.test("consume --original-priorities gives effect to what the original's policies go by", async () => {
    await using functions = serveRecorded(() => 0);
    // Chains 1 to 4 of one function each, whose id is 5 less the chain's.
    const messages = instances(4).map((instance, i) => {
      const fn = { ...instance.chain.nodes[0]!.fn, url: `${functions.url(String(i + 1))}/f`, id: 4 - i };
      const chain = { ...instance.chain, nodes: [{ ...instance.chain.nodes[0]!, fn }] };
      const options = { format: "original", ids: { chainId: i + 1, instanceId: 0 } } as const;
      return { key: "raw", value: encodeInstance({ ...instance, chain }, options) };
    });
    const orders = { "priority-queues": ["2", "4", "1", "3"], "strict-priority": ["3", "1", "2", "4"] };
    for (const [policy, expected] of Object.entries(orders)) {
      await using at = await kafkaFolder(shared.broker);
      await startQueue(shared.broker, at.prefix);
      await write(shared.broker, `${at.prefix}pending_queue`, messages);
      const before = functions.calls.length;
      const options = [
        "--from",
        "earliest",
        "--limit",
        "1",
        "--policy",
        policy,
        "--original-priorities",
        "2,4,3",
      ];
      assertEquals((await run([...CONSUME, ...options], at)).stderr, "");
      assertEquals(functions.calls.slice(before).map(({ by }) => by), expected, policy);
    }
  });

  Deno.test("the group's offsets stand at the end when a consumer has ended with nothing left to do", async () => {
    await using functions = serveRecorded(() => 0);
    await using at = await kafkaFolder(shared.broker, { "own.ts": OWN(functions.url("own")) });
    await run(["produce", "own.ts", "--burst", "30", "--partitions", "3"], at);
    assertEquals((await run(CONSUME, at)).stderr, "");
    const admin = clientOf(shared.broker).admin();
    await admin.connect();
    const topic = `${at.prefix}pending_queue`;
    const [committed] = await admin.fetchOffsets({ groupId: `${at.prefix}sequoia`, topics: [topic] });
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    const byPartition = (list: readonly { partition: number; offset: string }[]) =>
      list.map(({ partition, offset }) => `${partition} ${offset}`).sort();
    assertEquals(byPartition(committed!.partitions), byPartition(ends));
    assertEquals(ends.reduce((sum, { offset }) => sum + Number(offset), 0), 30);
  });
});
