import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { eventStream } from "./event_stream.ts";

const decoder = new TextDecoder();

/** A stream of the numbers that are put in; its views are always the newest one. */
function world() {
  const clock = new VirtualClock(), draining = new AbortController();
  let newest = 0, left = 0, asked = 0, wake = () => {}, isOver = false;
  async function* views(signal: AbortSignal): AsyncGenerator<number> {
    signal.addEventListener("abort", () => wake());
    try {
      for (let seen = 0; !signal.aborted;) {
        if (newest !== seen) yield (asked++, seen = newest);
        else await new Promise<void>((resolve) => wake = resolve);
      }
    } finally {
      isOver = true;
    }
  }
  const bytesOf = (view: number) => new TextEncoder().encode(`data: ${view}\n\n`);
  const stream = eventStream({ views, bytesOf, clock, draining: draining.signal, left: () => left++ });
  const reader = stream.getReader();
  return {
    ...{ clock, draining, reader },
    put: (view: number) => (newest = view, wake()),
    read: async () => decoder.decode((await reader.read()).value),
    state: () => ({ left, asked, isOver }),
  };
}

Deno.test("eventStream() begins with the time to come again, and sends views", async () => {
  const { put, read } = world();
  assertEquals(await read(), "retry: 2000\n\n");
  put(1);
  assertEquals(await read(), "data: 1\n\n");
});

Deno.test("eventStream() asks for no view before the former one was taken: a viewer that does not read holds one", async () => {
  const { clock, put, read, state } = world();
  await read();
  put(1);
  await read();
  for (let view = 2; view < 100; view++) put(view);
  await clock.pass(10);
  assertEquals(state().asked, 1);
  assertEquals(await read(), "data: 99\n\n");
});

Deno.test("eventStream() shows that it is alive when there is no news, and loses none after that", async () => {
  const { clock, put, read } = world();
  await read();
  const next = read();
  await clock.pass(15_100);
  assertEquals(await next, ":\n\n");
  const last = read();
  await clock.pass(100);
  put(1);
  assertEquals(await last, "data: 1\n\n");
});

Deno.test("eventStream() lets go of its views when the viewer leaves, or the server ends, and says so once", async () => {
  const leaving = world();
  await leaving.read();
  const waiting = leaving.read().catch(() => "");
  await leaving.clock.pass(10);
  await leaving.reader.cancel();
  await waiting;
  assertEquals(leaving.state(), { left: 1, asked: 0, isOver: true });
  const ending = world();
  await ending.read();
  const last = ending.reader.read();
  await ending.clock.pass(10);
  ending.draining.abort();
  assertEquals((await last).done, true);
  assertEquals(ending.state(), { left: 1, asked: 0, isOver: true });
  assertEquals([leaving.clock.timers, ending.clock.timers], [0, 0]);
});
