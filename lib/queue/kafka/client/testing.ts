/** For tests: records of any content. */
import fc from "fast-check";
import { Buffer, type OutgoingRecord } from "./kafkajs.ts";

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)));

/** Records with any key, value and time, and up to four headers. @param name the names of headers */
export function anyRecord(name: fc.Arbitrary<string>): fc.Arbitrary<OutgoingRecord> {
  return fc.record({
    key: bytes,
    value: bytes,
    headers: fc.dictionary(name, fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    timestamp: fc.integer({ min: 0, max: 2 ** 43 }).map(String),
  });
}
