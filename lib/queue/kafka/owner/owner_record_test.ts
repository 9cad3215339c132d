import { assertEquals } from "@std/assert";
import { SetClock } from "../../../../tests/kafka/partition_log.ts";
import type { OutgoingRecord } from "../client/kafkajs.ts";
import { OWNER, type Owner } from "../log/records.ts";
import { Coverage } from "./coverage.ts";
import { OwnerRecord, type OwnerRecordOptions } from "./owner_record.ts";

const WHO = { member: "m", group: "g", words: "host/1" };

/** The record of an owner that begins to read at an offset, and what it has written. */
function setUp(pendingAt: number, rest: Partial<OwnerRecordOptions> = {}) {
  const written: Owner[] = [], coverage = new Coverage<string>(pendingAt);
  const state = {
    pendingAt,
    callbacks: { from: Infinity },
    handedOut: pendingAt,
    setOwner: (owner: Owner) => void written.push(owner),
  };
  const keys: string[] = [], backlog = { leftFrom: Infinity };
  const append = (_: string, records: readonly OutgoingRecord[]) => {
    keys.push(...records.map(({ key }) => String(key)));
    return Promise.resolve(0);
  };
  const journal = { append, finishedEnd: 100 };
  const record = new OwnerRecord({
    ...{ clock: new SetClock(), who: WHO, state, backlog, coverage, journal },
    ...rest,
  });
  return { record, coverage, backlog, state, written, keys };
}

Deno.test("OwnerRecord.write() says how far all is over, and writes nothing twice", async () => {
  const { record, coverage, written, keys } = setUp(5);
  await record.write();
  await record.write();
  assertEquals(written, [{ ...WHO, from: 5, results: 100, claimed: 5 }]);
  assertEquals(keys, [OWNER]);
  coverage.see(5, "a");
  coverage.see(6, "b");
  record.claimed(5);
  coverage.cover(5, 40);
  await record.write();
  assertEquals(written.at(-1), { ...WHO, from: 6, results: 100, claimed: 6 });
  record.overwritten();
  await record.write();
  assertEquals(written.length, 3, "another has written over it");
});

Deno.test("OwnerRecord.from is held by what is left in its topic, too", async () => {
  const { record, coverage, backlog, written } = setUp(0);
  coverage.see(0, "a");
  coverage.cover(0, 7);
  assertEquals(record.from, 1);
  backlog.leftFrom = 0;
  assertEquals(record.from, 0);
  await record.write();
  assertEquals(written.at(-1)?.results, 7, "ends behind the one that is left are still needed");
});

Deno.test("OwnerRecord.write() says what a former owner may have handed out, and that it is given up", async () => {
  const who = { ...WHO, isGuest: true };
  const { record, state, written } = setUp(5, { who, passBefore: 20 });
  state.handedOut = 9;
  await record.write(true);
  const rest = { handedOut: 9, released: true, isGuest: true, passBefore: 20 };
  assertEquals(written, [{ ...WHO, from: 5, results: 100, claimed: 5, ...rest }]);
});
