import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { BATCH_AT } from "./batch_format.ts";
import { type BatchWriter, readBatches } from "./batch_reader.ts";
import { Buffer, type OutgoingRecord } from "./kafkajs.ts";
import { encodeBatch } from "./record_batch.ts";
import { anyRecord } from "./testing.ts";

const name = fc.oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), fc.constant("toString"))
  .filter((text) => text !== "__proto__");
const record = anyRecord(name);
const batch = fc.record({
  records: fc.array(record, { minLength: 1, maxLength: 10 }),
  compression: fc.constantFrom("none", "gzip"),
  gap: fc.nat(3),
});

const OF = { producerId: 7n, producerEpoch: 2, firstSequence: 0, compression: "none" } as const;

/** A batch as it stands from an offset on. */
async function standing(
  records: readonly OutgoingRecord[],
  offset: number,
  compression: "none" | "gzip" = "none",
): Promise<Buffer> {
  const encoded = await encodeBatch(records, { ...OF, compression });
  encoded.writeBigInt64BE(BigInt(offset), 0);
  return encoded;
}

function recordOf(value: string, timestamp = "5"): OutgoingRecord {
  return { key: null, value: Buffer.from(value), headers: {}, timestamp };
}

Deno.test("readBatches() gives back what encodeBatch() has written, from an offset on", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(batch, { maxLength: 4 }),
      fc.nat(30),
      fc.nat(60),
      async (batches, from, cut) => {
        const all: Buffer[] = [], expected: unknown[] = [];
        let offset = 0, next = from;
        for (const [i, { records, compression, gap }] of batches.entries()) {
          offset += gap; // compaction has left nothing of a batch
          all.push(await standing(records, offset, compression));
          const isCut = i === batches.length - 1 && cut > 0;
          if (isCut) all[i] = all[i]!.subarray(0, -cut);
          for (const [j, { key, value, headers, timestamp }] of records.entries()) {
            if (isCut || offset + j < from) continue;
            expected.push({ offset: offset + j, timestamp: Number(timestamp), key, value, headers });
          }
          offset += records.length;
          if (!isCut) next = Math.max(next, offset);
        }
        const read = await readBatches(Buffer.concat(all), from);
        assertEquals(
          read.records.map(({ offset, timestamp, key, value, headers }) => ({
            offset,
            timestamp,
            key,
            value,
            headers,
          })),
          expected,
        );
        assertEquals(read.next, next);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("readBatches() goes on behind what was compacted away, and behind the marks of transactions", async () => {
  const gone = await standing([recordOf("a"), recordOf("b")], 3), mark = await standing([recordOf("c")], 5);
  gone.writeInt32BE(0, BATCH_AT.count);
  mark.writeInt16BE(0x20, BATCH_AT.attributes);
  assertEquals(
    await readBatches(gone.subarray(0, 61), 4),
    { records: [], next: 4 },
    "not even its head is whole",
  );
  const { records, next } = await readBatches(Buffer.concat([gone, mark]), 4);
  assertEquals([records.length, next], [0, 6]);
});

Deno.test("readBatches() tells when the broker got a record, where that is its time, and who has written it", async () => {
  const appended = await standing([recordOf("a", "1"), recordOf("b", "9")], 0);
  appended.writeInt16BE(0x08, BATCH_AT.attributes);
  const { records } = await readBatches(appended, 0);
  assertEquals(records.map(({ timestamp }) => timestamp), [9, 9]);
  const { producerId, producerEpoch } = (records[0] as unknown as { batch: BatchWriter }).batch;
  assertEquals([producerId, producerEpoch], ["7", 2]);
});

Deno.test("readBatches() lets kafkajs read the formats of older brokers, and say what it cannot", async () => {
  const value = Buffer.from("old");
  const message = Buffer.alloc(12 + 4 + 1 + 1 + 8 + 4 + 4 + value.length);
  message.writeBigInt64BE(4n, 0);
  message.writeInt32BE(message.length - 12, 8);
  message[16] = 1; // the format
  message.writeBigInt64BE(77n, 18);
  message.writeInt32BE(-1, 26); // no key
  message.writeInt32BE(value.length, 30);
  value.copy(message, 34);
  const { records, next } = await readBatches(message, 0);
  assertEquals(records.map(({ offset, timestamp, value }) => [offset, timestamp, String(value)]), [[
    4,
    77,
    "old",
  ]]);
  assertEquals(next, 5);
  const zstd = await standing([recordOf("a")], 0);
  zstd.writeInt16BE(4, BATCH_AT.attributes);
  await assertRejects(() => readBatches(zstd, 0), Error, "ZSTD");
});
