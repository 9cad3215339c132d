/**
 * Side by side with the original system on one broker: its producers' messages are run by our consumers, and ours are such
 * that its consumer runs them.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import type { KafkaMessage } from "kafkajs";
import { parseOriginalLine } from "../../lib/record/original/line.ts";
import { type OriginalNode, type OriginalState, readOriginal } from "../../lib/wire/original/testing.ts";
import recorded from "../../lib/wire/original/samples.json" with { type: "json" };
import { type Broker, kafkaTests } from "../kafka/broker.ts";
import { clientOf } from "../kafka/client.ts";
import { newPrefix, openQueueOn, sharedBroker } from "../kafka/shared.ts";
import { withUrls } from "./original_messages.ts";
import { folder, run, runJson, Running } from "./sequoia.ts";

const PARTITIONS = 3;
/** Each recorded message is sent so often: with the same ids each time, as its producers begin at 0 when they start. */
const TIMES = 40;
const KILLS = 2;
const LIMIT = 8;
/** Calls in flight, and those whose answers are on their way to the broker. */
const UNDER_WAY = 4 * LIMIT;
/** The time of a call, in milliseconds: long enough that a kill finds some in flight. */
const CALL_MS = 10;

/** The fields of the event that its own wrapper reads, and those that ours adds. */
interface Event {
  readonly id: string;
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  readonly chain: string;
  readonly instance: string;
  readonly node: string;
  readonly args: Record<string, string>;
  readonly inputs: Record<string, string>;
}
interface Called {
  readonly path: string;
  readonly key: string | null;
  readonly type: string | null;
  readonly event: Event;
}

/** Plays all hosts of the original's functions; answers with the key of the call. */
class Functions implements AsyncDisposable {
  readonly calls: Called[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const event = await request.json() as Event;
    const { pathname: path } = new URL(request.url), { headers } = request;
    this.calls.push({ path, key: headers.get("idempotency-key"), type: headers.get("content-type"), event });
    for (const look of this.#waiting) look();
    await new Promise((resolve) => setTimeout(resolve, CALL_MS));
    return Response.json(event.id);
  });

  /** Where a function is that the original has elsewhere. */
  urlOf = (url: string) => `http://127.0.0.1:${this.#server.addr.port}/${url.replace(/^https?:\/\//, "")}`;

  /** Resolves when this number of calls have come. */
  async called(times: number): Promise<void> {
    const enough = Promise.withResolvers<void>();
    const look = () => this.calls.length >= times && enough.resolve();
    this.#waiting.add(look);
    look();
    await enough.promise.finally(() => this.#waiting.delete(look));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Sends as the original's producers do: key `raw`, no headers. @returns the messages by the ids that they are to get */
async function sendAsOriginal(
  broker: Broker,
  messages: readonly Uint8Array[],
): Promise<Map<string, Uint8Array>> {
  const topic = "pending_queue";
  const producer = clientOf(broker).producer();
  await producer.connect();
  const sent = new Map<string, Uint8Array>();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const own = messages.filter((_, i) => i % PARTITIONS === partition);
    await producer.send({
      topic,
      messages: own.map((value) => ({ key: "raw", value: Buffer.from(value), partition })),
    });
    for (const [offset, message] of own.entries()) sent.set(`${topic}-${partition}-${offset}`, message);
  }
  await producer.disconnect();
  return sent;
}

/** Reads the messages of a topic, at least this number. */
async function read(broker: Broker, topic: string, count: number): Promise<KafkaMessage[]> {
  const consumer = clientOf(broker).consumer({ groupId: `reader-of-${topic}` });
  const found: KafkaMessage[] = [];
  const all = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      if (found.push(message) === count) all.resolve();
      return Promise.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return found;
}

/** A tree's nodes with their parents, parents first. */
function nodesOf(root: OriginalNode): { readonly node: OriginalNode; readonly parent?: OriginalNode }[] {
  const below = (parent: OriginalNode): ReturnType<typeof nodesOf> =>
    parent.children.flatMap((node) => [{ node, parent }, ...below(node)]);
  return [{ node: root }, ...below(root)];
}

/** Holds what was called of an instance against the message that it came in. */
function assertRan(calls: readonly Called[], id: string, { currentNode, chainID }: OriginalState): void {
  const nodes = nodesOf(currentNode!);
  const called = new Map(calls.map((call) => [call.event.node, call]));
  assertEquals(called.size, nodes.length, `each node of ${id} is called`);
  const order = [...called.keys()];
  for (const { node, parent } of nodes) {
    const name = `node${node.nodeID}`, { path, key, type, event } = called.get(name)!;
    assertEquals(path, new URL(node.function.url).pathname);
    assertEquals([type, key, event.id], ["application/json", `${id}/${name}`, `${id}/${name}`]);
    assertEquals([event.name, event.ip], ["functionSide", "127.0.0.1"]);
    assert(event.port > 0, "the original's wrapper fails its function where nobody answers");
    assertEquals([event.instance, event.chain], [id, `chain${chainID}`]);
    assertEquals(event.args, node.args);
    const before = parent === undefined ? [] : [`node${parent.nodeID}`];
    assertEquals(event.inputs, Object.fromEntries(before.map((each) => [each, `${id}/${each}`])));
    for (const each of before) {
      assert(order.indexOf(each) < order.indexOf(name), `${each} comes before ${name}`);
    }
  }
}

const TREES = (urlOf: Functions["urlOf"]) =>
  `import { chain, fn } from "sequoia";
const [a, b, c] = ["a", "b", "c"].map((name) => fn(name, { url: "${urlOf("")}" + name }));
export default [
  chain("line", ({ call }) => call(c, { after: call(b, { after: call(a, { args: { file: "x" } }) }) })),
  chain("chain7", ({ call }) => {
    const first = call(a);
    call(b, { after: first });
    call(c, { after: call(c, { after: first }), name: "again" });
  }),
];`;

/** The chains above as the original's messages have them. */
function expectedTree(urlOf: Functions["urlOf"], isLine: boolean): OriginalNode {
  const ids = isLine ? [3] : [2, 4];
  const node = (nodeID: number, id: number, children: OriginalNode[] = [], args = {}): OriginalNode => ({
    function: { url: urlOf("abc"[id - 1]!), id },
    nodeID,
    children,
    lastNodeIDs: ids,
    chainFunctionIDs: [1, 2, 3],
    args,
  });
  return isLine
    ? node(1, 1, [node(2, 2, [node(3, 3)])], { file: "x" })
    : node(1, 1, [node(2, 2), node(3, 3, [node(4, 3)])]);
}

kafkaTests("the original's messages", () => {
  const shared = sharedBroker();

  Deno.test("the original's recorded messages are run to the end, each by itself, over kills of the consumer", async () => {
    const { broker } = shared;
    await using functions = new Functions();
    await using at = await folder();
    await (await openQueueOn(broker, { partitions: PARTITIONS }))[Symbol.asyncDispose]();
    const samples = recorded.samples.map(({ hex }) => withUrls(Uint8Array.fromHex(hex), functions.urlOf));
    const sent = await sendAsOriginal(broker, Array.from({ length: TIMES }, () => samples).flat());
    const nodes = [...sent.values()].reduce(
      (sum, it) => sum + nodesOf(readOriginal(it).currentNode!).length,
      0,
    );

    const queue = ["--queue", `kafka://${broker.address}?lease=1s`];
    const consume = ["consume", ...queue, "--limit", String(LIMIT), "--out", "none", "--from", "earliest"];
    for (let kill = 1; kill <= KILLS; kill++) {
      await using consumer = new Running(consume, at);
      const died = consumer.ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
      await Promise.race([functions.called(Math.floor(nodes * kill / 4)), died]);
      died.catch(() => {});
      consumer.signal("SIGKILL");
    }
    for (let i = 0; i < 2; i++) { // the second finds nothing left to do
      const { code, stderr } = await run([...consume, "--until-empty"], at);
      assertEquals(code, 0, stderr);
      const { queued, running, completed } = await runJson(["queue", "status", ...queue], at) as Record<
        string,
        number
      >;
      assertEquals([queued, running, completed], [0, 0, sent.size]);
    }
    const byInstance = Map.groupBy(functions.calls, ({ event }) => event.instance);
    assertEquals([...byInstance.keys()].sort(), [...sent.keys()].sort());
    for (const [id, message] of sent) assertRan(byInstance.get(id)!, id, readOriginal(message));
    const times = Map.groupBy(functions.calls, ({ event }) => event.id).values().map((calls) => calls.length);
    assert(Math.max(...times) <= 1 + KILLS, "a kill repeats a call once at most");
    const repeated = functions.calls.length - nodes;
    assert(
      repeated <= KILLS * UNDER_WAY,
      `${repeated} calls were repeated; at most what was under way may be`,
    );
  });

  for (const wire of ["original", "sequoia"]) {
    Deno.test(`the original's decoder reads what produce --wire ${wire} writes`, async () => {
      const { broker } = shared, prefix = newPrefix(), count = 30;
      await using functions = new Functions();
      await using at = await folder({ "trees.ts": TREES(functions.urlOf) });
      const queue = ["--queue", `kafka://${broker.address}?prefix=${prefix}`];
      const submit = ["produce", "trees.ts", "--burst", String(count), "--label", "tenant=x"];
      const begunMs = Date.now();
      const { code, stderr } = await run([...submit, "--wire", wire, ...queue], at);
      assertEquals(code, 0, stderr);
      const messages = await read(broker, `${prefix}pending_queue`, count);
      const states = messages.map(({ value }) => readOriginal(new Uint8Array(value!)));
      for (const { currentNode, chainID, flags, invokeTime } of states) {
        assertEquals(currentNode, expectedTree(functions.urlOf, chainID !== 7));
        if (wire === "sequoia") assertEquals([flags, invokeTime], [{ tenant: "x" }, ""]);
        else {
          assertEquals(flags, { hybrid: "", tenant: "x" });
          assertMatch(invokeTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
          const atMs = new Date(invokeTime).getTime(); // local, as there
          assert(atMs >= begunMs - 1 && atMs <= Date.now(), invokeTime);
        }
      }
      assertEquals(new Set(states.map(({ chainID }) => chainID)).size, 2);
      const numbers = states.map(({ instanceID }) => instanceID);
      assertEquals(new Set(numbers).size, count, "it tells instances apart by these");
      assert(
        [...numbers, ...states.map(({ chainID }) => chainID)].every((id) => id >= 0),
        "a - breaks its log",
      );
      assertEquals(
        new Set(messages.map(({ key }) => String(key))).size,
        count,
        "keys spread over partitions",
      );
      if (wire === "sequoia") return;
      const lines = await read(broker, `${prefix}producer_side_logging_queue`, count);
      assertEquals(
        new Set(lines.map(({ key, headers }) => `${key} ${Object.keys(headers ?? {}).length}`)),
        new Set(["raw 0"]),
      );
      const submitted = lines.map(({ value }) => parseOriginalLine(String(value)));
      const said = submitted.map((line) => line?.side === "producer" ? line.instance : undefined);
      assertEquals(said.sort(), states.map(({ chainID, instanceID }) => `${chainID}-${instanceID}`).sort());
    });
  }

  Deno.test("produce --wire original hears of the ends, and submits what has an id once", async () => {
    await using functions = new Functions();
    await using at = await folder({ "trees.ts": TREES(functions.urlOf) });
    const queue = ["--queue", `kafka://${shared.broker.address}?prefix=${newPrefix()}`];
    await using consumer = new Running(["consume", ...queue, "--out", "none"], at);
    await consumer.says(/Consuming/);
    for (let i = 0; i < 2; i++) {
      const submit = ["produce", "trees.ts", "--chain", "line", "--id", "order-17", "--wire", "original"];
      const { ended } = await runJson([...submit, "--wait", ...queue], at) as { ended: unknown };
      assertEquals(ended, { completed: 1, failed: 0, cancelled: 0 });
    }
    const keys = functions.calls.map(({ key }) => key);
    assertEquals(keys, ["order-17/node1", "order-17/node2", "order-17/node3"]);
  });
});
