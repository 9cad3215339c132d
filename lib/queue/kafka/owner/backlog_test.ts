import { assertEquals } from "@std/assert";
import { instances, line, single } from "../../../../tests/queue/samples.ts";
import type { Instance } from "../../../model/mod.ts";
import { PassedKinds } from "../../waiting_lines.ts";
import { Backlog } from "./backlog.ts";
import { ChainPool } from "../log/chain_pool.ts";
import type { Entry } from "../log/entry.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Chunk } from "../log/log.ts";
import { kindOf } from "../log/messages.ts";
import { PartitionState } from "../log/partition_state.ts";

const NOTHING = new PassedKinds([]), SINGLE = new PassedKinds([{ chain: single }]);
const LINE = new PassedKinds([{ chain: line }]);
const BOTH = new PassedKinds([{ chain: single }, { chain: line }]);

/** A topic of instances of one kind, and others before and behind them, whose reads end when a test says so. */
function setUp(before: number, count: number) {
  const others = instances(before + 1, line, "others");
  const all: Instance[] = [...others.slice(0, before), ...instances(count, single), ...others.slice(before)];
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
    clock: { wallMs: () => 0 },
    delayed() {},
    isBare: () => true,
    leave: (entries) => entries.forEach((entry) => state.leave(entry)),
    take({ offset }, isWanted) {
      const at = Number(offset);
      if (isWanted(kindOf(all[at]!), at)) backlog.push(add(at));
    },
    readAgain: (offset) =>
      new Promise<Chunk>((resolve) => {
        const records = all.slice(offset, offset + 2).map((_, i) =>
          ({ offset: offset + i }) as IncomingRecord
        );
        reads.push(() => resolve({ records, next: offset + records.length, end: all.length }));
      }),
    isOver: () => false,
    grown: () => {},
    failed(error) {
      throw error;
    },
    readAhead: { entries: 6, characters: 1000, passed: 4, named: 2 },
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
  const instanceAt = (offset: number) => all[offset]!;
  return { backlog, add, handOut, read, instanceAt, entries: state.entries as ReadonlyMap<string, Entry> };
}

Deno.test("Backlog hands out all in order, though what is read again is passed over before it has come", async () => {
  const { backlog, add, handOut, read, entries, instanceAt } = setUp(4, 8);
  for (let offset = 0; offset < 10; offset++) backlog.push(add(offset));
  assertEquals(handOut(BOTH, 9), []);
  backlog.leaveUnwanted(BOTH);
  assertEquals([entries.size, backlog.left, backlog.leftFrom], [4, 6, 4]);
  const later = [10, 11].map((offset) => backlog.leaves(kindOf(instanceAt(offset)), offset));
  assertEquals(later, [true, true], "all of the kind is left that stands behind");

  assertEquals(handOut(LINE, 9), [], "it begins to read again");
  await read();
  assertEquals([handOut(LINE, 1), backlog.leftFrom], [[4], 6]);
  await read(); // of nothing
  handOut(LINE, 0); // little is left: it reads on
  backlog.push(add(12));
  backlog.leaveUnwanted(BOTH);
  assertEquals(backlog.leftFrom, 5, "what is in memory is left again while that goes on");
  await read();
  const order: number[] = [];
  for (let i = 0; i < 40; i++) {
    order.push(...handOut(NOTHING, 1));
    await read();
  }
  assertEquals(order.filter((offset) => offset >= 4 && offset < 12), [5, 6, 7, 8, 9, 10, 11]);
  assertEquals(order.length, 12);
});

Deno.test("Backlog.whole() reads all, however much that is, and leaves none of it until it is disposed", async () => {
  const { backlog, add, read, entries } = setUp(0, 8);
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
  assertEquals([entries.size, backlog.left], [4, 4]);
});

Deno.test("Backlog begins no more of what was handed back under a name too often, until less of it waits", async () => {
  const { backlog, add, handOut, read, entries, instanceAt } = setUp(2, 5);
  const kindAt = (offset: number) => kindOf(instanceAt(offset));
  const handBack = (offset: number) => {
    const entry = entries.get(instanceAt(offset).id)!;
    entry.state = "queued";
    backlog.putBack([entry], new Map([[entry, "function f"]]));
  };
  const named = new PassedKinds([{ waitsFor: "function f" }]);
  for (let offset = 0; offset < 5; offset++) {
    assertEquals(backlog.leaves(kindAt(offset), offset), false);
    backlog.push(add(offset));
  }
  assertEquals(handOut(NOTHING, 5), [0, 1, 2, 3, 4]);
  for (const offset of [2, 3]) handBack(offset);
  assertEquals([5, 6].map((offset) => backlog.leaves(kindAt(offset), offset)), [true, true]);
  assertEquals(backlog.leaves(kindAt(0), 7), false, "others go on");
  assertEquals(handOut(named, 9), []);
  await read();
  assertEquals([backlog.left, backlog.isFull], [2, false], "nothing is read again");

  handBack(0);
  handBack(4);
  assertEquals(backlog.isFull, true, "four wait: nothing more is read");
  entries.get(instanceAt(4).id)!.state = "cancelled"; // where it waits
  backlog.tidy();
  assertEquals(backlog.isFull, false);
  assertEquals(handOut(NOTHING, 2), [0, 2]);
  await read(); // of nothing
  handOut(named, 0);
  await read();
  assertEquals(handOut(named, 9), [5, 6], "few of the kind wait");
});
