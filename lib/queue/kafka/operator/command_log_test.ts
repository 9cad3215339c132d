import { assertEquals } from "@std/assert";
import { Topic } from "../../../../tests/kafka/partition_log.ts";
import type { RecordWriter } from "../client/appender.ts";
import { Buffer, type OutgoingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { outgoing } from "../log/records.ts";
import type { Followed, Tail } from "../log/tail.ts";
import { CommandLog, type Request } from "./command_log.ts";

/** A log, and what writes records to its topic. */
function setUp() {
  const log = new CommandLog({} as Link, "commands"), topic = new Topic();
  let followed: Followed | undefined;
  log.follow({ follow: (of: Followed) => followed = of } as unknown as Tail);
  const append = (records: readonly OutgoingRecord[]) => {
    const from = topic.append(records);
    followed!.take(topic.range(from), topic.end);
    return Promise.resolve(from);
  };
  const writer = { append: (_topic, _partition, records) => append(records) } as RecordWriter;
  const write = (key: string, text: string) =>
    void append([{ ...outgoing(key, null, 0), value: Buffer.from(text) }]);
  /** The keys of all that is left when the topic has been compacted. */
  const left = () => {
    topic.compact(topic.end, true);
    return topic.records.map(({ key }) => String(key));
  };
  return { log, write, writer, left };
}

Deno.test("CommandLog.follow() passes over what is none of its records, and goes on", () => {
  const { log, write } = setUp();
  for (const kind of ["pause/all", "setting/limit", "request/r", "answer/r/0", "other", ""]) {
    for (const text of ["no JSON", "null", "7", "[]", '{"ids":null}', '{"ids":{"0":1}}']) write(kind, text);
    write(kind, "no JSON");
  }
  assertEquals([...log.unanswered(0, 0)], []);
  const request = { id: "r", kind: "cancel", ids: { "0": ["a"] } };
  write("request/r", JSON.stringify(request));
  assertEquals([...log.unanswered(0, 0)].map((open) => open.request), [request as never]);
  write("setting/limit", "7");
  assertEquals(log.settings.limit, 7);
});

const HOUR_MS = 3_600_000, DAY_MS = 24 * HOUR_MS;
const request = (id: string): Request => ({ id, kind: "cancel", ids: { 0: ["a"], 1: ["b"] } });

Deno.test("CommandLog.ask() deletes what askers that have died have left, once nobody can wait for it", async () => {
  const { log, writer, left } = setUp();
  await log.ask(writer, request("answered"), 0);
  for (const partition of [0, 1]) await log.answer(writer, "answered", partition, 1, 10);
  await log.ask(writer, request("half"), 0);
  await log.answer(writer, "half", 0, 1, 10);
  const answered = ["request/answered", "answer/answered/0", "answer/answered/1"];
  const half = ["request/half", "answer/half/0"];
  await log.ask(writer, request("soon"), HOUR_MS);
  assertEquals(left(), [...answered, ...half, "request/soon"]);
  await log.ask(writer, request("later"), HOUR_MS + 1);
  assertEquals(left(), [...half, "request/soon", "request/later"]);
  await log.ask(writer, request("last"), DAY_MS + 1);
  assertEquals(left(), ["request/soon", "request/later", "request/last"]);
});

Deno.test("CommandLog.unanswered() passes over a request that nobody has answered for a day", async () => {
  const { log, writer } = setUp();
  await log.ask(writer, request("r"), 1000);
  const ids = (nowMs: number) => [...log.unanswered(1, nowMs)].map((open) => open.request.id);
  assertEquals([ids(1000), ids(1000 + DAY_MS), ids(1001 + DAY_MS)], [["r"], ["r"], []]);
  assertEquals(log.open("r")?.answers.size, 0, "its asker may wait");
});

Deno.test("CommandLog.ask() deletes answers that came when their asker had gone", async () => {
  const { log, writer, left } = setUp();
  await log.ask(writer, request("r"), 0);
  await log.answer(writer, "r", 0, 1, 10);
  await log.close(writer, request("r"), 20);
  await log.answer(writer, "r", 1, 1, 30);
  assertEquals(left(), ["answer/r/1"]);
  await log.ask(writer, request("next"), 40);
  assertEquals(left(), ["request/next"]);
});
