import { assertEquals } from "@std/assert";
import { FairRoom } from "./fair_room.ts";

/** Takes as much as there is, one by one. */
function takeAll(room: FairRoom, party: string | undefined): number {
  let taken = 0;
  while (room.take(party)) taken++;
  return taken;
}

Deno.test("FairRoom leaves a party half of what the others leave, so that who comes later has room", () => {
  const room = new FairRoom(700);
  assertEquals(["a", "b", "c", "d"].map((party) => takeAll(room, party)), [350, 175, 87, 44]);
  assertEquals([takeAll(room, "a"), takeAll(room, "e")], [0, 22]);
});

Deno.test("FairRoom is of one party again, up to its half, when the others have given theirs back", () => {
  const room = new FairRoom(100);
  assertEquals([takeAll(room, "a"), takeAll(room, "b")], [50, 25]);
  for (let i = 0; i < 40; i++) room.give("a");
  assertEquals([takeAll(room, "b"), room.taken], [20, 55]);
  room.give("a", 10);
  room.give("b", 45);
  assertEquals([room.taken, takeAll(room, "b")], [0, 50]);
});

Deno.test("FairRoom bounds all together, also of who has no party", () => {
  const room = new FairRoom(100);
  assertEquals([room.take("a", 51), room.take("a", 50), room.take("a", 1)], [false, true, false]);
  assertEquals([takeAll(room, undefined), room.take("b"), room.take(undefined)], [50, false, false]);
  room.give(undefined, 50);
  assertEquals([room.taken, room.take("b", 25), room.take("b", 1)], [50, true, false]);
});
