import type { OutgoingRecord } from "../client/kafkajs.ts";

/** Number of records of one call that go into a request together: batches are not cut within. */
const CHUNK = 200;
/** More bytes are not put together. */
const CHUNK_BYTES = 500_000;

/** Cuts the records of one call into those that go into a request together. */
export function chunks(records: readonly OutgoingRecord[]): OutgoingRecord[][] {
  const all: OutgoingRecord[][] = [];
  let last: OutgoingRecord[] = [], bytes = 0;
  for (const record of records) {
    if (last.length === 0 || last.length >= CHUNK || bytes + record.value!.length > CHUNK_BYTES) {
      all.push(last = []);
      bytes = 0;
    }
    last.push(record);
    bytes += record.value!.length;
  }
  return all;
}
