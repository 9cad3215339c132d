import { assertEquals } from "@std/assert";
import type { CallbackRoom } from "./callbacks.ts";
import { pickDue, type WaitingCallback } from "./due_callbacks.ts";

const waiting: readonly WaitingCallback[] = [
  { origin: "https://a", atMs: 5 },
  { origin: "https://a", atMs: 1 },
  { origin: "https://b", atMs: 90 },
  { origin: "https://a", atMs: 2 },
  { origin: "https://b", atMs: 3 },
  { origin: "https://c", atMs: 70 },
];

const roomFor = (max: number, of: Readonly<Record<string, number>>): CallbackRoom => ({
  max,
  of: (origin) => of[origin.at(-1)!]!,
});

Deno.test("pickDue() keeps the order, and takes no more than there is room for", () => {
  const pick = (room: CallbackRoom) =>
    pickDue(waiting, room, 10).due.map((each) => waiting.indexOf(each as never));
  assertEquals(pick(roomFor(9, { a: 9, b: 9, c: 9 })), [0, 1, 3, 4]);
  assertEquals(pick(roomFor(9, { a: 2, b: 9, c: 9 })), [0, 1, 4]);
  assertEquals(pick(roomFor(2, { a: 1, b: 9, c: 9 })), [0, 4]);
  assertEquals(pick(roomFor(9, { a: 0, b: 0, c: 9 })), []);
});

Deno.test("pickDue() says when the next one is due, of those for which there is room", () => {
  const next = (room: CallbackRoom, nowMs: number) => pickDue(waiting, room, nowMs).nextMs;
  assertEquals(next(roomFor(9, { a: 9, b: 9, c: 9 }), 0), 1);
  assertEquals(next(roomFor(9, { a: 0, b: 9, c: 9 }), 0), 3);
  assertEquals(next(roomFor(9, { a: 0, b: 0, c: 9 }), 10), 70);
  assertEquals(next(roomFor(9, { a: 0, b: 0, c: 0 }), 10), undefined);
  assertEquals(
    next(roomFor(0, { a: 9, b: 9, c: 9 }), 10),
    undefined,
    "nothing is to be waited for but more room",
  );
});
