import { assertEquals } from "@std/assert";
import { badMessageJson, badMessageLine } from "./bad_message_words.ts";

const message = {
  place: "pending_queue[3]@17",
  reason: "it is no\nprotobuf\x1b[2J: unexpected end",
  atMs: 1000,
  bytes: Uint8Array.of(0, 255, 7),
};

Deno.test("badMessageLine() is one line, and moves no cursor", () => {
  assertEquals(
    badMessageLine(message, 3500, 200),
    "pending_queue[3]@17  no instance  2.50s ago  it is no protobuf [2J: unexpected end",
  );
  assertEquals(badMessageLine(message, 3500, 51), "pending_queue[3]@17  no instance  2.50s ago  it is…");
});

Deno.test("badMessageJson() has the message in base64", () => {
  assertEquals(badMessageJson(message), {
    place: "pending_queue[3]@17",
    reason: message.reason,
    atMs: 1000,
    bytes: "AP8H",
  });
});
