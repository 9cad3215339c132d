import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import Decoder from "kafkajs/decoder";
import decodeBatch from "kafkajs/record-batch-decoder";
import { Buffer, crc32c } from "./kafkajs.ts";
import { encodeBatch } from "./record_batch.ts";
import { anyRecord } from "./testing.ts";

/** A record as kafkajs reads it. */
interface Decoded {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

interface DecodedBatch {
  readonly records: readonly Decoded[];
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly inTransaction: boolean;
}

/** Reads a batch with kafkajs's own decoder. */
async function decode(batch: Buffer): Promise<DecodedBatch> {
  const NewDecoder = Decoder as unknown as new (bytes: Buffer) => unknown;
  const read = decodeBatch as unknown as (decoder: unknown) => Promise<DecodedBatch>;
  return await read(new NewDecoder(batch));
}

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => !(text in {})); // kafkajs takes these for repeated ones
const record = anyRecord(name);
const options = fc.record({
  producerId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  producerEpoch: fc.integer({ min: 0, max: 2 ** 15 - 1 }),
  firstSequence: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  compression: fc.constantFrom("none", "gzip"),
});

Deno.test("encodeBatch() writes what kafkajs reads as the same records", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 30 }), options, async (records, of) => {
      const decoded = await decode(await encodeBatch(records, of));
      assertEquals(
        decoded.records.map(({ key, value, headers, timestamp }) => ({ key, value, headers, timestamp })),
        records.map(({ key, value, headers, timestamp }) => ({ key, value, headers, timestamp })),
      );
      assertEquals(decoded.records.map(({ offset }) => Number(offset)), records.map((_, i) => i));
      assertEquals(
        [decoded.producerId, decoded.producerEpoch, decoded.firstSequence, decoded.lastOffsetDelta],
        [String(of.producerId), of.producerEpoch, of.firstSequence, records.length - 1],
      );
      assert(!decoded.inTransaction);
    }),
    { numRuns: 300 },
  );
});

Deno.test("encodeBatch() writes the checksum over all that follows it, and the length of the rest", async () => {
  const records = [{ key: Buffer.from("k"), value: null, headers: {}, timestamp: "1700000000000" }];
  const of = { producerId: 7n, producerEpoch: 1, firstSequence: 3, compression: "none" } as const;
  const batch = await encodeBatch(records, of);
  assertEquals(batch.readInt32BE(8), batch.length - 12);
  assertEquals(batch.readUInt32BE(17), crc32c(batch.subarray(21)));
  assertEquals(crc32c(Buffer.from("123456789")), 0xe3069283, "the check value of CRC-32C");
});
