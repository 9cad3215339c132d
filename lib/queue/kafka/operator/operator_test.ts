import { assertEquals, assertRejects } from "@std/assert";
import { VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { Bell } from "../../bell.ts";
import { QueueError } from "../../errors.ts";
import { lostError } from "../client/errors.ts";
import { Operator, type OperatorOptions } from "./operator.ts";

/** One instance of a partition that nobody owns; reading the partition as its guest fails. */
function setUp(failure: Error, isForgotten = false) {
  const clock = new VirtualClock(), closing = new AbortController(), dropped: unknown[] = [];
  const guest = {
    partition: 0,
    readTo: () => {
      closing.abort(); // once is enough
      return Promise.reject(failure);
    },
    drop: (error: unknown) => dropped.push(error),
  };
  const asked = { request: { id: "r", kind: "purge", ids: { 0: ["a"] } }, answers: new Map() };
  let opened = 0;
  const operator = new Operator({
    ...{
      clock,
      bell: new Bell(),
      group: "g",
      names: { pending: "p" },
      partitions: 1,
      closing: closing.signal,
    },
    ...{ newId: () => "r", follow: () => {}, writer: {} },
    link: {
      coordinator: () => Promise.resolve({ groups: [{ members: [] }] }),
      leader: () =>
        Promise.resolve({ responses: [{ topic: "p", partitions: [{ partition: 0, offset: "1" }] }] }),
    },
    log: {
      ask: () => Promise.resolve(),
      refresh: () => Promise.resolve(),
      open: () => isForgotten && opened++ > 0 ? undefined : asked,
      unanswered: () => [asked].values(),
      close: () => Promise.resolve(),
    },
    view: { refresh: () => Promise.resolve(), find: () => Promise.resolve([{ id: "a", partition: 0 }]) },
    ownership: {
      get: () => undefined,
      whole: () => Promise.resolve(new DisposableStack()),
      take: () => Promise.resolve(guest),
    },
  } as unknown as OperatorOptions);
  return { clock, dropped, purge: () => clock.run(operator.request({ kind: "purge", filter: {} })) };
}

Deno.test("Operator.request() gives a partition up that it has taken as a guest, if a consumer comes", async () => {
  const lost = lostError(0), { dropped, purge } = setUp(lost);
  assertEquals(await purge(), 0);
  assertEquals(dropped, [lost]);
});

Deno.test("Operator.request() gives such a partition up, and leaves no timer, if it fails", async () => {
  const failure = new Error("no"), { clock, dropped, purge } = setUp(failure);
  await assertRejects(purge, Error, "no");
  assertEquals([dropped, clock.timers], [[failure], 0]);
});

Deno.test("Operator.request() says so when its request was deleted, as nobody had answered it for a day", async () => {
  const { clock, purge } = setUp(new Error("no"), true);
  const error = await assertRejects(
    purge,
    QueueError,
    "the owners of some partitions have not answered for a day",
  );
  assertEquals([error.code, clock.timers], ["failed", 0]);
});
