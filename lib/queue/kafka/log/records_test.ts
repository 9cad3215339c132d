import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { instances, itemRecord, line, record } from "../../../../tests/queue/samples.ts";
import { anyInstance } from "../../../wire/testing.ts";
import { wholeEnd } from "./end_reader.ts";
import type { OutgoingRecord } from "../client/kafkajs.ts";
import { standingAt } from "../../../../tests/kafka/partition_log.ts";
import {
  BAD,
  bareEnd,
  comparePlaces,
  type End,
  endOf,
  endRecords,
  entryOf,
  FENCE,
  instanceHeader,
  instanceOf,
  isAsLate,
  isSameRun,
  outgoing,
  OWNER,
  type Place,
  progressRecord,
  readEnd,
  readKey,
  recordKey,
  type Run,
  runOf,
} from "./records.ts";
import { writeJson } from "../../../model/mod.ts";
import { jsonTexts } from "../../../model/testing.ts";

const id = fc.stringMatching(/^[!-~]{1,256}$/);
const place: fc.Arbitrary<Place> = fc.record({ atMs: fc.nat(2), offset: fc.nat(2), isCalled: fc.boolean() });
const run: fc.Arbitrary<Run> = fc.record({ place, run: fc.nat(2) });
const [SAMPLE] = instances(1, { chain: line, labels: { tenant: "a" } });
const PLACE: Place = { atMs: 1, offset: 7, isCalled: false };

/** As it comes back from the broker. */
const incoming = (record: OutgoingRecord, offset = 0) => standingAt(record, offset);

Deno.test("readKey() reads what recordKey() makes, of any id, node and item", () => {
  const at = fc.record({ node: fc.nat(65_535), item: fc.option(fc.nat(9999), { nil: undefined }) });
  fc.assert(fc.property(id, at, (id, { node, item }) => {
    const expected = item === undefined ? { node } : { node, item };
    assertEquals(readKey(recordKey(id, { node, ...item !== undefined && { item } })), { id, at: expected });
  }));
});

Deno.test("readKey() takes an id alone for a head", () => {
  fc.assert(fc.property(id, (id) => assertEquals(readKey(id), { id })));
});

Deno.test("recordKey() makes different keys of different nodes, items and ids", () => {
  const keys = ["a", "a0", "a.0"].flatMap((id) => [
    id,
    ...[0, 1, 10].flatMap((node) => [undefined, 0, 1].map((item) => recordKey(id, { node, item } as never))),
  ]);
  assertEquals(new Set([...keys, FENCE, OWNER, BAD]).size, keys.length + 3);
});

Deno.test("instanceOf() reads what instanceHeader() makes, of any instance", () => {
  fc.assert(
    fc.property(anyInstance, (instance) => {
      const record = incoming(outgoing(instance.id, {}, 0, instanceHeader(instance)));
      assertEquals(instanceOf(record), instance);
    }),
    { numRuns: 50 },
  );
});

Deno.test("runOf() reads of which run a record is, and entryOf() the record, its output to the byte", () => {
  fc.assert(fc.property(fc.nat(), fc.nat(), jsonTexts, (offset, run, output) => {
    const record = { ...itemRecord(1, 2), output };
    const written = incoming(progressRecord("a", record, { place: { offset }, run }, 0));
    assertEquals(runOf(written), { place: { offset }, run });
    assertEquals(entryOf(written), record);
    assertEquals(String(written.key), recordKey("a", { node: 1, item: 2 }));
  }));
});

Deno.test("outgoing() makes a tombstone of null", () => {
  assertEquals(outgoing("a", null, 3.7), {
    key: outgoing("a", 1, 0).key,
    value: null,
    headers: {},
    timestamp: "3",
  });
});

Deno.test("endOf() says what is needed to look over many ends", () => {
  const rest = { state: "failed", place: PLACE, run: 2, endedAtMs: 5 } as const;
  assertEquals(endOf(SAMPLE!, rest), { ...rest, chain: "line", labels: { tenant: "a" } });
  const called = { ...SAMPLE!, labels: {}, parent: { instance: "p", node: "first" } };
  assertEquals(endOf(called, rest), { ...rest, chain: "line", parent: "p" });
});

Deno.test("wholeEnd() puts together what endRecords() has cut into parts", () => {
  const end: End = endOf(SAMPLE!, { state: "completed", place: PLACE, run: 0, endedAtMs: 5 });
  for (const [length, parts] of [[0, 1], [800_000, 1], [900_000, 2], [2_000_000, 3]] as const) {
    const body = { output: writeJson("🌲".repeat(length / 4)), progress: [record(0, "x"), itemRecord(1, 3)] };
    const records = endRecords(SAMPLE!, end, body).map(incoming);
    assertEquals(records.length, parts);
    for (const { key, value } of records) {
      assertEquals(String(key), SAMPLE!.id);
      assert(value!.length <= 900_000);
    }
    assertEquals(records.slice(0, -1).map(readEnd), Array.from({ length: parts - 1 }, () => undefined));
    assertEquals(readEnd(records.at(-1)!), parts === 1 ? end : { ...end, parts });
    assertEquals(wholeEnd(records), { ...body, instance: SAMPLE! });
  }
});

Deno.test("readEnd() reads bareEnd(), and nothing from a fence", () => {
  const end: End = { state: "purged", place: PLACE, run: 1, endedAtMs: 5 };
  assertEquals(readEnd(incoming(bareEnd("a", end))), end);
  assertEquals(readEnd(incoming(outgoing(FENCE, {}, 0))), undefined);
});

Deno.test("comparePlaces() is a total order", () => {
  fc.assert(fc.property(place, place, place, (a, b, c) => {
    assertEquals(comparePlaces(a, a), 0);
    assert(comparePlaces(a, b) === -comparePlaces(b, a) || comparePlaces(a, b) === 0);
    if (comparePlaces(a, b) <= 0 && comparePlaces(b, c) <= 0) assert(comparePlaces(a, c) <= 0);
    if (comparePlaces(a, b) === 0) assertEquals(a, b);
  }));
});

Deno.test("comparePlaces() puts callers before what they have called in the same instant", () => {
  const caller = { atMs: 5, offset: 900, isCalled: false };
  assert(comparePlaces(caller, { atMs: 5, offset: 3, isCalled: true }) < 0);
});

Deno.test("isAsLate() goes by submissions first, and by runs of one then", () => {
  const of = (offset: number, run: number): Run => ({ place: { offset }, run });
  assert(isAsLate(of(5, 0), of(5, 0)));
  assert(isAsLate(of(5, 1), of(5, 0)));
  assert(!isAsLate(of(5, 0), of(5, 1)));
  assert(isAsLate(of(9, 0), of(5, 3)));
  assert(!isAsLate(of(5, 3), of(9, 0)));
});

Deno.test("isAsLate() holds both ways only of the same run", () => {
  fc.assert(fc.property(run, run, (a, b) => {
    assert(isAsLate(a, b) || isAsLate(b, a));
    assertEquals(isAsLate(a, b) && isAsLate(b, a), isSameRun(a, b));
  }));
});
