import { assertEquals, assertThrows } from "@std/assert";
import { SetClock } from "../../../../tests/kafka/partition_log.ts";
import { QueueError } from "../../errors.ts";
import { Buffer, type IncomingRecord, type OutgoingRecord } from "../client/kafkajs.ts";
import { Fencing } from "../log/fencing.ts";
import { FENCE, LEFT, outgoing } from "../log/records.ts";
import { marked } from "../log/terms.ts";
import { Term } from "./term.ts";

const OWN = 10, FORMER = 5, LATER = 20;

/** A term of an owner that holds two instances, the first with a head, and the records that it writes, in order. */
function setUp() {
  const written: string[] = [], fencing = new Fencing();
  let offset = OWN;
  /** A record of a term, as it comes back from the topic. */
  const incoming = (record: OutgoingRecord, term: number): IncomingRecord => {
    const [{ key, value, headers }] = marked([record], term) as [OutgoingRecord];
    return { key, value, headers, offset: offset++, timestamp: "0" } as unknown as IncomingRecord;
  };
  const term = new Term({
    clock: new SetClock(),
    partition: 3,
    member: "m",
    term: OWN,
    state: {
      fencing,
      takeRunning: (records) => records.forEach((record) => fencing.takesRunning(record)),
      takeFinished: (records) => records.forEach((record) => fencing.takesFinished(record)),
    },
    journal: {
      append(topic, records) {
        for (const record of records) {
          written.push(`${topic} ${record.key}`);
          fencing.takesRunning(incoming(record, OWN));
        }
        return Promise.resolve(0);
      },
      restate(keys) {
        written.push(...[...keys].map((key) => `again ${key}`));
        return Promise.resolve();
      },
    },
    claims: {
      *held() {
        for (const [id, hasHead] of [["a", true], ["b", false]] as const) {
          yield { instance: { id }, hasHead } as never;
        }
      },
    },
    owner: {
      overwritten: () => void written.push("owner overwritten"),
      write: () => Promise.resolve(void written.push("owner")),
    },
    left: { write: () => Promise.resolve(void written.push("left")) },
  });
  const other = (key: string, of: number) => incoming(outgoing(key, Buffer.from("{}"), 0), of);
  return { term, written, other };
}

Deno.test("Term.begin() writes its fence, and nothing again where nothing was overwritten", async () => {
  const { term, written } = setUp();
  await term.begin(0);
  assertEquals(written, [`running ${FENCE}`]);
});

Deno.test("Term.restate() writes again just what former owners have overwritten", async () => {
  const { term, written, other } = setUp();
  await term.begin(0);
  written.length = 0;
  term.takeOthers("running", [other("x", FORMER), other(LEFT, FORMER)]);
  await term.restate();
  assertEquals(written, ["left", "again x", "owner"]);
  written.length = 0;
  await term.restate();
  assertEquals(written, []);
});

Deno.test("Term.restate() of a fence writes again what is held and stood behind it", async () => {
  const { term, written, other } = setUp();
  await term.begin(0);
  written.length = 0;
  term.takeOthers("running", [other(FENCE, FORMER)]);
  await term.restate();
  assertEquals(written, [`running ${FENCE}`, "owner overwritten", "again a", "owner"]);
});

Deno.test("Term.takeOthers() ends with a record of a later owner", async () => {
  const { term, other } = setUp();
  await term.begin(0);
  term.takeOthers("finished", [other("x", FORMER)]);
  const error = assertThrows(() => term.takeOthers("running", [other(FENCE, LATER)]), QueueError);
  assertEquals(error.code, "lease-lost");
});
