import { assertEquals } from "@std/assert";
import { instances, line, single } from "../../../tests/queue/samples.ts";
import type { Instance } from "../../model/mod.ts";
import { PassedKinds } from "../waiting_lines.ts";
import { Backlog } from "./backlog.ts";
import { ChainPool } from "./chain_pool.ts";
import type { Entry } from "./entry.ts";
import type { IncomingRecord } from "./kafkajs.ts";
import type { Chunk } from "./log.ts";
import { PartitionState } from "./partition_state.ts";

const NOTHING = new PassedKinds([]), SINGLE = new PassedKinds([{ chain: single }]);
const BOTH = new PassedKinds([{ chain: single }, { chain: line }]);

/** A topic of instances of one kind, and two of another one behind them, whose reads end when a test says so. */
function setUp(count: number) {
  const all: Instance[] = [...instances(count, single), ...instances(2, line, "others")];
  const state = new PartitionState({
    ...{ partition: 0, topic: "t", keepMs: 1, maxEnds: 1 },
    chains: new ChainPool(),
  });
  const add = (offset: number) =>
    state.add(all[offset]!, { place: { atMs: 0, offset, isCalled: false }, run: 0, state: "queued" }, false);
  const reads: (() => void)[] = [];
  const backlog: Backlog = new Backlog({
    again: [],
    isThere: (entry) => state.entries.get(entry.instance.id) === entry && entry.state === "queued",
    isFresh: () => true,
    leave: (entries) => entries.forEach((entry) => state.leave(entry)),
    take({ offset }, isWanted) {
      const at = Number(offset);
      if (isWanted(all[at]!, at)) backlog.push(add(at));
    },
    readAgain: (offset) =>
      new Promise<Chunk>((resolve) => {
        const records = all.slice(offset, offset + 2).map((_, i) =>
          ({ offset: String(offset + i) }) as IncomingRecord
        );
        reads.push(() => resolve({ records, next: offset + records.length, end: all.length }));
      }),
    isOver: () => false,
    grown: () => {},
    failed(error) {
      throw error;
    },
    readAhead: { entries: 4, characters: 1000, passed: 1 },
  });
  const handOut = (passed: PassedKinds, most: number): number[] => {
    using line = backlog.passing(passed);
    const offsets: number[] = [];
    for (let { first } = line; first !== undefined && offsets.length < most; first = line.first) {
      line.take();
      first.state = "running";
      offsets.push(first.place.offset);
    }
    return offsets;
  };
  const read = async () => {
    reads.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { backlog, add, handOut, read, entries: state.entries as ReadonlyMap<string, Entry> };
}

Deno.test("Backlog hands out all in order, though what is read again is passed over before it has come", async () => {
  const { backlog, add, handOut, read, entries } = setUp(8);
  for (let offset = 0; offset < 6; offset++) backlog.push(add(offset));
  assertEquals(handOut(SINGLE, 9), []);
  backlog.leaveUnwanted(SINGLE);
  assertEquals([entries.size, backlog.left, backlog.leftFrom], [1, 5, 1]);
  assertEquals([6, 7].map((offset) => backlog.leaves([...entries.values()][0]!.instance, offset)), [
    true,
    true,
  ]);

  assertEquals(handOut(NOTHING, 0), [], "it begins to read again");
  await read();
  await read();
  assertEquals([entries.size, backlog.leftFrom], [4, 4], "until there is enough");
  assertEquals(handOut(NOTHING, 1), [0]);
  await read(); // of nothing
  assertEquals(handOut(NOTHING, 1), [1], "and it reads on");
  for (const offset of [8, 9]) backlog.push(add(offset));
  backlog.leaveUnwanted(BOTH);
  assertEquals(backlog.leftFrom, 3, "what is in memory is left again while that goes on");
  await read();
  const order: number[] = [];
  for (let i = 0; i < 20; i++) {
    order.push(...handOut(NOTHING, 1));
    await read();
  }
  assertEquals(order.filter((offset) => offset < 8), [2, 3, 4, 5, 6, 7]);
});

Deno.test("Backlog.whole() reads all, however much that is, and leaves none of it until it is disposed", async () => {
  const { backlog, add, read, entries } = setUp(8);
  for (let offset = 0; offset < 8; offset++) backlog.push(add(offset));
  backlog.passing(SINGLE)[Symbol.dispose]();
  backlog.leaveUnwanted(SINGLE);
  const reading = backlog.whole();
  for (let i = 0; i < 5; i++) await read();
  const whole = await reading;
  assertEquals([entries.size, backlog.left], [8, 0]);
  backlog.leaveUnwanted(SINGLE);
  assertEquals(entries.size, 8);
  whole[Symbol.dispose]();
  backlog.leaveUnwanted(SINGLE);
  assertEquals([entries.size, backlog.left], [1, 7]);
});
