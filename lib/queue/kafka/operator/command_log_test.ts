import { assertEquals } from "@std/assert";
import { Topic } from "../../../../tests/kafka/partition_log.ts";
import { Buffer } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { outgoing } from "../log/records.ts";
import type { Followed, Tail } from "../log/tail.ts";
import { CommandLog } from "./command_log.ts";

/** A log, and what writes records to its topic. */
function setUp() {
  const log = new CommandLog({} as Link, "commands"), topic = new Topic();
  let followed: Followed | undefined;
  log.follow({ follow: (of: Followed) => followed = of } as unknown as Tail);
  const write = (key: string, text: string) => {
    const from = topic.append([{ ...outgoing(key, null, 0), value: Buffer.from(text) }]);
    followed!.take(topic.range(from), topic.end);
  };
  return { log, write };
}

Deno.test("CommandLog.follow() passes over what is none of its records, and goes on", () => {
  const { log, write } = setUp();
  for (const kind of ["pause/all", "setting/limit", "request/r", "answer/r/0", "other", ""]) {
    for (const text of ["no JSON", "null", "7", "[]", '{"ids":null}', '{"ids":{"0":1}}']) write(kind, text);
    write(kind, "no JSON");
  }
  assertEquals([...log.unanswered(0)], []);
  const request = { id: "r", kind: "cancel", ids: { "0": ["a"] } };
  write("request/r", JSON.stringify(request));
  assertEquals([...log.unanswered(0)].map((open) => open.request), [request as never]);
  write("setting/limit", "7");
  assertEquals(log.settings.limit, 7);
});
