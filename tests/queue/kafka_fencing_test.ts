/** A consumer that is cut off, whose writes arrive when another has its partition, and the broker has forgotten both. */
import { assert, assertEquals } from "@std/assert";
import { realClock, systemRandom, writeJson } from "../../lib/model/mod.ts";
import type { BatchWriter } from "../../lib/queue/kafka/client/batch_reader.ts";
import { type IncomingRecord, newCluster } from "../../lib/queue/kafka/client/kafkajs.ts";
import { Link, Reachability } from "../../lib/queue/kafka/client/link.ts";
import { endOffset, readRanges, startOffset } from "../../lib/queue/kafka/log/log.ts";
import { FENCE, OWNER } from "../../lib/queue/kafka/log/records.ts";
import { topicNames } from "../../lib/queue/kafka/log/topics.ts";
import { type Claim, type QueueDriver, QueueError } from "../../lib/queue/mod.ts";
import { kafkaTests } from "../kafka/broker.ts";
import { HeldSockets } from "../kafka/hold.ts";
import { newPrefix, openQueueOn, type SharedBroker, sharedBroker } from "../kafka/shared.ts";
import { ids, instances, line, record, result } from "./samples.ts";

/** The broker forgets so soon, in milliseconds, who has run no transaction. */
const EXPIRATION_MS = 4000;
const LEASE_MS = 1000;
const LOOK_MS = 50;

/** Waits until something is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!await isSo()) await realClock.until(realClock.nowMs() + LOOK_MS);
}

/** A record, and who has written it. */
interface Written extends IncomingRecord {
  readonly batch: BatchWriter;
}

/** The topics of a queue with one partition, as any program sees them. */
class Topics implements AsyncDisposable {
  readonly names;
  readonly #link: Link;
  readonly #closing = new AbortController();

  private constructor({ broker }: SharedBroker, prefix: string) {
    const options = { brokers: [broker.address], clientId: "test", clock: realClock, random: systemRandom() };
    this.names = topicNames(prefix);
    this.#link = new Link(options, new Reachability(options), this.#closing.signal);
  }

  static async open(shared: SharedBroker, prefix: string): Promise<Topics> {
    const topics = new Topics(shared, prefix);
    await topics.#link.use([topics.names.running, topics.names.finished]);
    return topics;
  }

  async records(topic: string): Promise<Written[]> {
    const found: Written[] = [];
    const [offset, to] = [await startOffset(this.#link, topic, 0), await endOffset(this.#link, topic, 0)];
    const take = (records: readonly IncomingRecord[]) => void found.push(...records as Written[]);
    await readRanges(this.#link, [{ topic, partition: 0, offset, to, take }]);
    return found;
  }

  /** Who fences the partition off, first to last: each once. */
  async owners(): Promise<BatchWriter[]> {
    const fences = (await this.records(this.names.finished)).filter(({ key }) => String(key) === FENCE);
    return fences.map(({ batch }) => batch);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#link[Symbol.asyncDispose]();
  }
}

/** The answers of a coordinator: while it knows a producer, and at the moment in which it forgets that producer. */
const KNOWN = ["INVALID_TXN_STATE", "CONCURRENT_TRANSACTIONS"];

/** Whether the coordinator has forgotten a producer: that shows when it ends a transaction that it has not begun. */
async function isForgotten(
  { broker }: SharedBroker,
  transactionalId: string,
  { producerId, producerEpoch }: BatchWriter,
): Promise<boolean> {
  const cluster = newCluster({ brokers: [broker.address], clientId: "test" });
  await cluster.connect();
  try {
    const coordinator = await cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType: 1 });
    const of = { transactionalId, producerId, producerEpoch };
    await coordinator.endTxn({ ...of, transactionResult: true }); // the last one is ended already, once more
    return false;
  } catch (error) {
    const { type = "" } = error as { readonly type?: string };
    assert(KNOWN.includes(type) || type === "INVALID_PRODUCER_ID_MAPPING", String(error));
    return type === "INVALID_PRODUCER_ID_MAPPING";
  } finally {
    await cluster.disconnect();
  }
}

/** Who takes part in a test. */
interface Scene extends AsyncDisposable {
  readonly prefix: string;
  readonly topics: Topics;
  /** Has claimed all there is. */
  readonly former: QueueDriver;
  readonly sockets: HeldSockets;
  open(): Promise<QueueDriver>;
}

const [cut, kept, untouched] = instances(3, line, "fencing");

async function setUp(shared: SharedBroker, renewMs?: number): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const prefix = newPrefix(), sockets = new HeldSockets();
  const options = { prefix, partitions: 1, leaseMs: LEASE_MS, ...renewMs !== undefined && { renewMs } };
  const { socketFactory } = sockets;
  const former = stack.use(await openQueueOn(shared.broker, { ...options, socketFactory }));
  await former.push([cut!, kept!, untouched!]);
  assertEquals((await claimsOf(former, 3)).length, 3);
  const topics = stack.use(await Topics.open(shared, prefix));
  stack.defer(() => sockets.release());
  const all = stack.move();
  return {
    ...{ prefix, topics, former, sockets },
    open: async () => all.use(await openQueueOn(shared.broker, options)),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  };
}

async function claimsOf(queue: QueueDriver, count: number): Promise<Claim[]> {
  const claims: Claim[] = [];
  while (claims.length < count) claims.push(...await queue.pull(count, new AbortController().signal));
  return claims;
}

/** The writes of a consumer about the first two instances, each in another way. */
function writes(queue: QueueDriver, of: string): Promise<PromiseSettledResult<unknown>[]> {
  const end = { output: writeJson(of), outcome: of === "the former" ? "failed" : "completed" } as const;
  return Promise.allSettled([
    queue.finish([result(cut!.id, realClock.nowMs(), { ...end, records: [record(0, of)] })]),
    queue.checkpoint([{ instanceId: kept!.id, records: [record(0, of), record(1, of)] }]),
  ]);
}

function by(owner: BatchWriter): (record: Written) => boolean {
  return ({ batch: { producerId, producerEpoch } }) =>
    producerId === owner.producerId && producerEpoch === owner.producerEpoch;
}

kafkaTests("kafka fencing", () => {
  const shared = sharedBroker({
    properties: {
      "transactional.id.expiration.ms": String(EXPIRATION_MS),
      "transaction.remove.expired.transaction.cleanup.interval.ms": "200",
      "producer.id.expiration.ms": String(EXPIRATION_MS),
      "producer.id.expiration.check.interval.ms": "200",
    },
  });

  Deno.test("kafka fencing: late writes of a former owner do not count, though the broker takes them", async () => {
    await using scene = await setUp(shared);
    const { prefix, topics, former, sockets } = scene;
    const [before] = await topics.owners();
    await until(() => isForgotten(shared, `${prefix}sequoia.0`, before!));
    sockets.hold();
    const late = writes(former, "the former");
    await until(() => sockets.held > 0);

    const next = await scene.open();
    const claims = await claimsOf(next, 3);
    assertEquals(ids(claims).sort(), [cut!.id, kept!.id, untouched!.id].sort());
    assertEquals(claims.flatMap(({ progress }) => progress), []);
    assertEquals((await writes(next, "the next")).map(({ status }) => status), ["fulfilled", "fulfilled"]);
    const [, after] = await topics.owners();
    assert(after!.producerId !== before!.producerId, "the broker knows nothing of a former owner");

    sockets.release();
    const { running, finished } = topics.names;
    for (const topic of [running, finished]) {
      await until(async () => {
        const records = await topics.records(topic);
        return records.findLastIndex(by(before!)) > records.findIndex(by(after!));
      });
    }
    const error = (await late)[0] as PromiseRejectedResult;
    assert(error.reason instanceof QueueError && error.reason.code === "lease-lost", String(error.reason));

    for (const reader of [next, await scene.open()]) {
      const ended = await reader.get(cut!.id);
      assertEquals([ended?.state, ended?.output], ["completed", writeJson("the next")]);
      assertEquals(ended?.progress, [record(0, "the next")]);
      assertEquals((await reader.get(kept!.id))?.progress, [record(0, "the next"), record(1, "the next")]);
    }

    await next.finish([kept!, untouched!].map(({ id }) => result(id, realClock.nowMs())));
    await until(async () => await standing(topics) === 0);
    const { queued, running: held, completed, failed } = await (await scene.open()).depth();
    assertEquals([queued, held, completed, failed], [0, 0, 3, 0]);
  });

  Deno.test("kafka fencing: a broker that is reminded of an owner refuses its late writes itself", async () => {
    await using scene = await setUp(shared, 500);
    const { prefix, topics, former, sockets } = scene;
    const [before] = await topics.owners();
    const other = await reminderless(shared);
    await until(() => isForgotten(shared, other.transactionalId, other));
    assertEquals(await isForgotten(shared, `${prefix}sequoia.0`, before!), false);
    sockets.hold();
    const late = writes(former, "the former");
    await until(() => sockets.held > 0);
    const next = await scene.open();
    await claimsOf(next, 3);
    const [, after] = await topics.owners();
    assertEquals(after!.producerId, before!.producerId);
    assert(after!.producerEpoch > before!.producerEpoch);
    sockets.release();
    for (const settled of await late) assertEquals(settled.status, "rejected");
    await next.finish([cut!, kept!, untouched!].map(({ id }) => result(id, realClock.nowMs())));
    const written = await topics.records(topics.names.finished);
    assert(written.findLastIndex(by(before!)) < written.findIndex(by(after!)), "nothing of it was taken");
  });
});

/** The number of keys in the changelog. */
async function standing(topics: Topics): Promise<number> {
  const last = new Map(
    (await topics.records(topics.names.running)).map((each) => [String(each.key), each.value]),
  );
  last.delete(FENCE);
  last.delete(OWNER);
  return [...last.values()].filter((value) => value !== null).length;
}

/** A producer whose coordinator nobody reminds of it. */
async function reminderless({ broker }: SharedBroker) {
  const cluster = newCluster({ brokers: [broker.address], clientId: "test" });
  await cluster.connect();
  const transactionalId = newPrefix();
  const coordinator = await cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType: 1 });
  const { producerId, producerEpoch } = await coordinator.initProducerId({
    transactionalId,
    transactionTimeout: 60_000,
  });
  await cluster.disconnect();
  return { transactionalId, producerId: producerId.toString(), producerEpoch };
}
