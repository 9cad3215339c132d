import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { fetchBroker } from "../../../../tests/kafka/fake_fetch.ts";
import { NAMES, SetClock } from "../../../../tests/kafka/partition_log.ts";
import { Bell } from "../../bell.ts";
import type { RecordWriter } from "../client/appender.ts";
import { isLoss, lostError } from "../client/errors.ts";
import type { Broker } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { ChainPool } from "../log/chain_pool.ts";
import { PartitionState } from "../log/partition_state.ts";
import type { OwnedPartition } from "./owned_partition.ts";
import { takePartition, type TakingOptions } from "./taking.ts";

/** An empty partition. */
const broker = {
  ...fetchBroker(() => ({ records: [], end: 1, next: 1 })),
  listOffsets: ({ topics }: Parameters<Broker["listOffsets"]>[0]) =>
    Promise.resolve({
      responses: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({ partition, offset: "0" })),
      })),
    }),
  initProducerId: () => Promise.resolve({ producerId: 7n, producerEpoch: 0 }),
} as Partial<Broker> as Broker;
const link = {
  leaderId: () => 1,
  leader: (_doing: string, _of: unknown, request: (broker: Broker) => unknown) => request(broker),
  coordinator: (_doing: string, _kind: string, _of: string, request: (broker: Broker) => unknown) =>
    request(broker),
} as unknown as Link;

/** A writer that refuses when it has written some times, as another has taken the partition. */
class Refusing implements RecordWriter {
  /** The errors with which it was ended. */
  readonly ended: unknown[] = [];
  left: number;

  constructor(left: number) {
    this.left = left;
  }

  append(_topic: string, _partition: number, records: readonly unknown[]): Promise<number> {
    return this.left-- > 0 ? Promise.resolve(records.length - 1) : Promise.reject(lostError(0));
  }

  idle(): Promise<void> {
    return Promise.resolve();
  }

  end(error: unknown): void {
    this.ended.push(error);
  }
}

/** Takes the partition. @param followed the number of topics of it that are followed */
function take(writer: RecordWriter, followed = { count: 0 }): Promise<OwnedPartition | undefined> {
  const follow = () => {
    followed.count++;
    return () => void followed.count--;
  };
  const options = {
    ...{
      link,
      names: NAMES,
      clock: new SetClock(),
      partitions: 1,
      appender: { writer: () => writer },
      tail: { follow },
    },
    ...{ writers: "w", group: "g", from: undefined, keepMs: 1e9, maxEnds: 10, words: "a test", renewMs: 1e9 },
    ...{
      bell: new Bell(),
      due: new Bell(),
      chains: new ChainPool(),
      newState,
      homeOf: () => 0,
      failed: () => {},
    },
  } as unknown as TakingOptions;
  const taker = { partition: 0, member: "m", others: new Set<string>() };
  return takePartition(options, taker, new AbortController().signal);
}

function newState(): PartitionState {
  const state = new PartitionState({
    ...{ partition: 0, topic: NAMES.pending, keepMs: 1e9, maxEnds: 10, chains: new ChainPool() },
  });
  state.fencing.isFencedBy = () => true;
  return state;
}

Deno.test("takePartition() leaves no writer behind, wherever another takes the partition meanwhile", async () => {
  for (const after of [0, 1, 2]) {
    const writer = new Refusing(after), error = await assertRejects(() => take(writer));
    assertStrictEquals(writer.ended[0], error, `after ${after} writes`);
  }
});

Deno.test("OwnedPartition.release() ends all reading, also if another has taken the partition meanwhile", async () => {
  for (const left of [0, Infinity]) {
    const writer = new Refusing(Infinity), followed = { count: 0 };
    const owned = await take(writer, followed);
    assertEquals(followed.count, 2);
    writer.left = left;
    await owned!.release().catch((error) => assertEquals(isLoss(error), true));
    assertEquals([followed.count, owned!.isDropped], [0, true]);
  }
});
