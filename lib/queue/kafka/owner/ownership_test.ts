import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { Bell } from "../../bell.ts";
import type { OwnedPartition } from "./owned_partition.ts";
import { Ownership, type OwnershipOptions } from "./ownership.ts";

/** One partition; its instance is held until it is told to end. */
class OnePartition extends Ownership {
  isHeld = true;
  released = 0;

  override take(): Promise<OwnedPartition> {
    const held = () => (this.isHeld ? [{ state: "running", instance: { id: "a" } }] : []).values();
    const owned = {
      partition: 0,
      isLeaving: false,
      claims: { held },
      release: () => Promise.resolve(this.released++),
    };
    return Promise.resolve(owned as unknown as OwnedPartition);
  }
}

function setUp() {
  const clock = new VirtualClock(), bell = new Bell(), closing = new AbortController();
  const parts = { clock, bell, due: new Bell(), partitions: 1 };
  const ownership = new OnePartition(
    { ...parts, order: () => {}, ready: () => {}, failed: () => {} } as unknown as OwnershipOptions,
    closing.signal,
  );
  const allot = async (...own: number[]) => {
    ownership.apply({ member: "m", generation: 1, parts: new Map([["m", own]]) });
    await clock.run(ownership.settled());
  };
  return { clock, bell, closing, ownership, allot };
}

Deno.test("Ownership.apply() hands over when calls have ended, and leaves no timer", async () => {
  const { clock, bell, ownership, allot } = setUp();
  await allot(0);
  await allot();
  assertEquals([ownership.released, clock.timers], [0, 1]);
  ownership.isHeld = false;
  bell.ring();
  await clock.idle();
  assertEquals([ownership.released, clock.timers], [1, 0]);
});

Deno.test("Ownership.close() ends the wait for calls, and leaves no timer", async () => {
  const { clock, closing, ownership, allot } = setUp();
  await allot(0);
  await allot();
  closing.abort();
  await clock.run(ownership.close());
  assertEquals([ownership.released, clock.timers], [1, 0]);
});
