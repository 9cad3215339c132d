/** The contract of queues, held by a real broker. */
import { type Instance, realClock, writeJson } from "../../lib/model/mod.ts";
import type { Claim, QueueDriver } from "../../lib/queue/mod.ts";
import { kafkaTests } from "../kafka/broker.ts";
import { CuttableSockets } from "../kafka/cut.ts";
import { expel } from "../kafka/expel.ts";
import { newPrefix, openQueueOn, type SharedBroker, sharedBroker } from "../kafka/shared.ts";
import { assert, assertEquals } from "@std/assert";
import { queueContract } from "./contract.ts";
import { pullAll, type QueueHarness } from "./contract_case.ts";
import { CALLED_IDS_REFUSED } from "./contract_called.ts";
import { PUSH_REFUSES, PUSH_TELLS } from "./contract_life.ts";
import { SkippingClock } from "./test_clock.ts";
import { held, ids, instances, line, record, result, single } from "./samples.ts";

/** Two tests wait for its end, as the clock is real. */
const KEEP_MS = 8000;
/** No test is so slow, whatever else the machine does: who is to lose its lease is taken out of its group. */
const LEASE_MS = 120_000;

/** A process of a test: its network, its clock, and the name of its client. */
interface Process {
  readonly sockets: CuttableSockets;
  readonly clock: SkippingClock;
  readonly client: string;
}

/** The queue, as its process: whatever is asked of it calls `awake` first. */
function process(queue: QueueDriver, awake: () => void): QueueDriver {
  return new Proxy(queue, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        awake();
        return value.apply(target, args) as unknown;
      };
    },
  });
}

/**
 * A queue of one partition for the contract; each connection plays a process whose network can be cut. One that has lost what
 * it held stays cut until it is used again: it would take the only partition back before another comes.
 */
function openKafka(shared: SharedBroker): () => Promise<QueueHarness> {
  return () => {
    const prefix = newPrefix(), group = `${prefix}sequoia`;
    const processes = new Map<QueueDriver, Process>();
    const losing = new Set<CuttableSockets>();
    const connect = async () => {
      const sockets = new CuttableSockets(), clock = new SkippingClock(realClock);
      const client = `process ${processes.size}`;
      const queue = await openQueueOn(shared.broker, {
        ...{ prefix, group, client, clock },
        partitions: 1,
        keepMs: KEEP_MS,
        leaseMs: LEASE_MS,
        socketFactory: sockets.socketFactory,
      });
      const connection = process(queue, () => losing.has(sockets) || sockets.restore());
      processes.set(connection, { sockets, clock, client });
      return connection;
    };
    return Promise.resolve({
      clock: realClock,
      keepMs: KEEP_MS,
      connect,
      async lose(consumer: QueueDriver) {
        const bystander = await connect(); // takes over, as any consumer would
        await bystander.pull(1, AbortSignal.abort());
        const { sockets, clock, client } = processes.get(consumer)!;
        losing.add(sockets); // whatever it does meanwhile: it might take the partition back
        sockets.cut();
        clock.skip(LEASE_MS);
        await expel(shared.broker, group, client);
        while ((await bystander.depth()).running > 0) await realClock.until(realClock.nowMs() + 50);
        losing.delete(sockets);
        await bystander[Symbol.asyncDispose]();
      },
      wait: (promise: PromiseLike<unknown>) => Promise.resolve(promise) as Promise<never>,
      async [Symbol.asyncDispose]() {
        for (const queue of processes.keys()) await queue[Symbol.asyncDispose]();
      },
    });
  };
}

const UNCHECKED = "whoever submits does not read the topics: whoever consumes finds out";
const ONE_HOLDER = "a partition has one holder at a time; see kafka_group_test.ts";
const SAME_HOLDER = "what is released stays in its partition, whose holder gets it again; see below";

kafkaTests("kafka queue", () => {
  const shared = sharedBroker();
  queueContract({
    name: "kafka",
    open: openKafka(shared),
    skip: [
      { test: PUSH_TELLS, reason: UNCHECKED },
      { test: PUSH_REFUSES, reason: UNCHECKED },
      { test: CALLED_IDS_REFUSED, reason: UNCHECKED },
      { test: "two consumers never get the same instance", reason: ONE_HOLDER },
      {
        test: "a cancel is not lost when the holder dies, or is disposed, before it acted on it",
        reason: ONE_HOLDER,
      },
      {
        test: "what is released goes to others, with its progress and in its place; the rest stays held",
        reason: SAME_HOLDER,
      },
      {
        test: "what is released goes with what it has called, which is never released alone",
        reason: SAME_HOLDER,
      },
    ],
  });

  Deno.test("kafka queue: what is released is handed out again, with its progress and in its place", async () => {
    await using harness = await openKafka(shared)();
    const queue = await harness.connect();
    const batch = instances(4, line);
    await queue.push(batch);
    await pullAll(harness, queue, 3);
    await queue.checkpoint([{ instanceId: batch[1]!.id, records: [record(0, { made: true })] }]);
    await queue.release(held(batch[2]!.id, batch[1]!.id));
    const { running, queued } = await queue.depth();
    assertEquals([running, queued], [1, 3]);
    const stranger = await harness.connect();
    assertEquals((await stranger.depth()).running, 1);
    const claims = await pullAll(harness, queue, 3);
    assertEquals(ids(claims), ids(batch.slice(1)));
    assertEquals(claims.map(({ progress }) => progress), [[record(0, { made: true })], [], []]);
    await queue.finish(batch.map(({ id }) => result(id, realClock.nowMs())));
    assertEquals((await stranger.depth()).completed, 4);
  });

  Deno.test("kafka queue: what is passed over waits in its topic, however much it is, and is handed out in its place", async () => {
    const prefix = newPrefix(), never = new AbortController().signal;
    const open = () => openQueueOn(shared.broker, { prefix, partitions: 1 });
    await using queue = await open();
    const many = instances(15_000, single, "many"), few = instances(5, line, "few");
    const meant = many[14_000]!.id;
    await queue.push([...many, ...few]);
    const [first] = await queue.pull(1, never) as [Claim];
    const passOver = [{ chain: first.instance.chain }];
    const passed = await queue.pull(10, never, { passOver });
    assertEquals(ids(passed), ids(few));
    assertEquals((await queue.depth()).queued, many.length - 1);
    await queue.finish(ids(passed).map((id) => result(id, realClock.nowMs())));
    await queue.request({ kind: "cancel", filter: { ids: [meant] } });
    assertEquals((await queue.get(meant))?.state, "cancelled", "an operator reaches it");
    const later = instances(3, line, "later");
    const waiting = queue.pull(10, never, { passOver });
    await queue.push(later);
    assertEquals(ids(await waiting), ids(later));
    await queue[Symbol.asyncDispose]();
    await using heir = await open();
    assertEquals(ids(await heir.pull(10, never, { passOver })), ids(later));
    const rest: Claim[] = [];
    while (rest.length < many.length - 1) rest.push(...await heir.pull(many.length, never));
    assertEquals(ids(rest), ids(many.filter(({ id }) => id !== meant)));
  });

  Deno.test("kafka queue: what brings a known id with other content is set aside, and says why", async () => {
    await using harness = await openKafka(shared)();
    const queue = await harness.connect();
    const batch: Instance[] = instances(2).map((each) => ({ ...each, args: writeJson({ n: 1 }) }));
    const [ended, waiting] = batch as [Instance, Instance];
    assertEquals(await queue.push([ended, waiting]), { added: 2 });
    await pullAll(harness, queue, 1);
    await queue.finish([result(ended.id, realClock.nowMs())]);
    await queue.push([ended, waiting]); // the same again
    await queue.push([{ ...ended, args: writeJson({ n: 2 }) }, { ...waiting, chain: line }]);
    const letters: string[] = [];
    while (letters.length < 2) {
      letters.splice(0, 2, ...await Array.fromAsync(queue.badMessages(), ({ reason }) => reason));
    }
    assertEquals(letters.length, 2);
    for (const { id } of [ended, waiting]) {
      const reason =
        `id-conflict: the queue has another chain or other args under the id "${id}" (chain single)`;
      assert(letters.some((letter) => letter.startsWith(reason)), letters.join());
    }
    assertEquals(await Array.fromAsync(queue.list({}), ({ instance }) => instance), [ended, waiting]);
    const later = await harness.connect(); // passes over what was set aside, too
    assertEquals(await Array.fromAsync(later.list({}), ({ instance }) => instance), [ended, waiting]);
  });

  Deno.test("kafka queue: what is written compressed is read by all, who need not know", async () => {
    const prefix = newPrefix();
    await using squeezing = await openQueueOn(shared.broker, { prefix, partitions: 1, compression: "gzip" });
    await using plain = await openQueueOn(shared.broker, { prefix });
    const batch = instances(50, line);
    await squeezing.push(batch.slice(0, 25));
    await plain.push(batch.slice(25));
    const claims: Claim[] = [];
    while (claims.length < 50) claims.push(...await squeezing.pull(50, new AbortController().signal));
    assertEquals(ids(claims), ids(batch));
    await squeezing.checkpoint([{ instanceId: batch[0]!.id, records: [record(0, "x".repeat(100_000))] }]);
    assertEquals((await plain.get(batch[0]!.id))?.progress, [record(0, "x".repeat(100_000))]);
    await squeezing.finish(batch.map(({ id }) => result(id, realClock.nowMs())));
    assertEquals((await plain.depth()).completed, 50);
  });
});
