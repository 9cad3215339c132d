import { assertEquals, assertRejects } from "@std/assert";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import type { Look } from "./fold.ts";
import type { LiveView } from "./live_view.ts";
import { lookAt, type LookedAt, SharedLook } from "./source.ts";

const DEPTH = { delayed: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };

/** A queue that counts the looks at it, and cannot be read while it is broken. */
function world() {
  const clock = new VirtualClock(), startMs = clock.nowMs();
  const state = { looks: 0, isBroken: false };
  const look = (): Promise<Look> => {
    state.looks++;
    if (state.isBroken) return Promise.reject(new Error("it is locked"));
    const atMs = clock.nowMs() - startMs;
    return Promise.resolve({ atMs, depth: DEPTH, settings: { revision: 0, pauses: [] }, consumers: [] });
  };
  return { clock, state, source: new SharedLook({ clock, look }) };
}

/** Collects the instants of the views that a viewer gets. */
async function viewer(views: AsyncIterable<LiveView>, seen: number[]): Promise<void> {
  for await (const { atMs } of views) seen.push(atMs);
}

Deno.test("SharedLook looks once a second, however many viewers there are, and wakes none that has left", async () => {
  const { clock, state, source } = world();
  const leave = new AbortController(), all = Array.from({ length: 50 }, () => [] as number[]);
  const ends = all.map((seen) => viewer(source.watch(leave.signal), seen));
  await clock.pass(3100);
  assertEquals(state.looks, 4);
  for (const seen of all) assertEquals(seen, [0, 1000, 2000, 3000]);
  leave.abort();
  await Promise.all(ends);
  await clock.pass(2000);
  for (const seen of all) assertEquals(seen.length, 4);
  source[Symbol.dispose]();
});

Deno.test("SharedLook gives the newest view to a viewer that reads slowly", async () => {
  const { clock, source } = world();
  const views = source.watch(new AbortController().signal)[Symbol.asyncIterator]();
  const first = views.next();
  await clock.pass(5500);
  assertEquals((await first).value!.atMs, 0);
  assertEquals((await views.next()).value!.atMs, 5000);
  source[Symbol.dispose]();
  assertEquals((await views.next()).done, true, "it ends with the source");
});

Deno.test("SharedLook.now() answers from the last look, and says if the queue cannot be read", async () => {
  const { clock, state, source } = world();
  await Promise.all([source.now(), source.now(), source.now()]);
  assertEquals(state.looks, 1);
  await clock.pass(500);
  await source.now();
  assertEquals(state.looks, 1);
  state.isBroken = true;
  await clock.pass(3000);
  await assertRejects(() => source.now(), Error, "it is locked");
  state.isBroken = false;
  assertEquals((await source.now()).atMs >= 3000, true);
  source[Symbol.dispose]();
});

Deno.test("lookAt() reads each part once, and what does not wait for beats after the consumers that do", async () => {
  for (const atOnce of [true, false]) {
    const read: string[] = [];
    const queue: LookedAt = {
      depth: () => (read.push("depth"), Promise.resolve(DEPTH)),
      settings: () => (read.push("settings"), Promise.resolve({ revision: 0, pauses: [] })),
      async consumers(isAtOnce) {
        read.push("consumers");
        if (!isAtOnce) await new Promise<void>((resolve) => setImmediate(resolve)); // as a beat is waited for
        read.push("living");
        return [];
      },
    };
    await lookAt(queue, new VirtualClock(), { atOnce });
    assertEquals(read, ["consumers", "living", "depth", "settings"]);
  }
});
