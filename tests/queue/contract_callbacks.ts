import { type Callback, writeJson } from "../../lib/model/mod.ts";
import type { CallbackRoom, CallbackView, QueueDriver, TakenCallback } from "../../lib/queue/mod.ts";
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type ContractCase, pullAll, type QueueHarness } from "./contract_case.ts";
import { ids, instances, line, record, result, single } from "./samples.ts";

const NEVER = new AbortController().signal;
const ALL: CallbackRoom = { max: 100, of: () => 100 };

const URL_A = "https://a.example/ends?key=1", URL_B = "https://b.example:8443/";
const asking = (callback: Callback) => ({ chain: single, labels: { tenant: "acme ü" }, callback });

/** Pulls callbacks until there are `count`. */
async function pull(
  harness: QueueHarness,
  queue: QueueDriver,
  count: number,
  room = ALL,
): Promise<TakenCallback[]> {
  const taken: TakenCallback[] = [];
  while (taken.length < count) taken.push(...await harness.wait(queue.pullCallbacks(room, NEVER)));
  return taken.sort((a, b) => a.end.instance < b.end.instance ? -1 : 1);
}

/** Whether no callback is due now. */
async function noneDue(harness: QueueHarness, queue: QueueDriver, room = ALL): Promise<boolean> {
  const stop = new AbortController();
  const pulled = queue.pullCallbacks(room, stop.signal);
  await harness.wait(harness.clock.until(harness.clock.nowMs() + 300));
  stop.abort();
  return (await harness.wait(pulled)).length === 0;
}

async function list(
  harness: QueueHarness,
  queue: QueueDriver,
  filter: Parameters<QueueDriver["callbacks"]>[0] = {},
): Promise<CallbackView[]> {
  return await harness.wait(Array.fromAsync(queue.callbacks(filter)));
}

/** Ends instances that a consumer holds. */
async function end(
  harness: QueueHarness,
  queue: QueueDriver,
  ...ends: readonly Partial<Parameters<QueueDriver["finish"]>[0][number]>[]
): Promise<void> {
  const claims = await pullAll(harness, queue, ends.length);
  const nowMs = harness.clock.wallMs();
  await harness.wait(queue.finish(claims.map(({ instance: { id } }, i) => result(id, nowMs, ends[i]))));
}

/** The callbacks that tell the ends of instances. */
export const callbackCases: readonly ContractCase[] = [
  {
    name: "an instance keeps its callback, and its end is told by it with all that is known of the end",
    async run(harness) {
      const queue = await harness.connect();
      const callback: Callback = { url: URL_A, on: ["failed", "completed"], secret: "env:KEY" };
      const batch = instances(2, asking(callback));
      await harness.wait(queue.push(batch));
      assertEquals((await harness.wait(queue.get(batch[0]!.id)))?.instance.callback, callback);
      assert(await noneDue(harness, queue), "nothing has ended");
      await end(harness, queue, { output: writeJson({ n: [1.50] }) }, { outcome: "failed", reason: "why ü" });
      const [done, failed] = await pull(harness, queue, 2);
      const views = await harness.wait(Array.fromAsync(queue.list({})));
      const rest = { chain: "single", labels: { tenant: "acme ü" }, submittedAtMs: batch[0]!.submittedAtMs };
      assertEquals(done!.end, {
        instance: batch[0]!.id,
        ...rest,
        outcome: "completed",
        output: writeJson({ n: [1.50] }),
        endedAtMs: views[0]!.endedAtMs!,
      });
      const { output: _, ...told } = failed!.end;
      assertEquals(told, {
        instance: batch[1]!.id,
        ...rest,
        submittedAtMs: batch[1]!.submittedAtMs,
        outcome: "failed",
        reason: "why ü",
        endedAtMs: views[1]!.endedAtMs!,
      });
      for (const { id, attempts, callback: theirs, sinceMs, end: { endedAtMs } } of [done!, failed!]) {
        assertMatch(id, /^msg_[0-9A-Za-z]{16,64}$/);
        assertEquals([attempts, theirs, sinceMs], [0, callback, endedAtMs]);
      }
      assertNotEquals(done!.id, failed!.id);
    },
  },
  {
    name: "whoever waits for callbacks gets them when an instance ends, also by the same connection",
    async run(harness) {
      const queue = await harness.connect();
      await harness.wait(queue.push(instances(1, asking({ url: URL_A }))));
      const waiting = queue.pullCallbacks(ALL, NEVER);
      await end(harness, queue, {});
      const endedAtMs = harness.clock.nowMs();
      assertEquals((await harness.wait(waiting)).length, 1);
      assert(harness.clock.nowMs() - endedAtMs < 1000);
    },
  },
  {
    name: "only the ends that a callback names are told; an instance without one tells none",
    async run(harness) {
      const queue = await harness.connect();
      await harness.wait(queue.push([
        ...instances(2, asking({ url: URL_A, on: ["cancelled"] }), "some"),
        ...instances(1, single, "none"),
      ]));
      await end(harness, queue, {}, { outcome: "failed", reason: "x" }, {});
      assert(await noneDue(harness, queue));
      assertEquals(await list(harness, queue), []);
      assertEquals(await harness.wait(queue.callbackCounts()), { waiting: 0, givenUp: 0 });
    },
  },
  {
    name: "cancelled instances are told as well, whether they wait, are held or have lost their holder",
    async run(harness) {
      const [admin, holder] = [await harness.connect(), await harness.connect()];
      const batch = instances(3, asking({ url: URL_A, on: ["cancelled"] }));
      await harness.wait(admin.push(batch.slice(0, 2)));
      await pullAll(harness, holder, 2);
      await harness.wait(admin.push(batch.slice(2)));
      await harness.wait(admin.request({ kind: "cancel", filter: {} }));
      const [id] = ids(batch);
      await harness.wait(
        holder.finish([result(id!, harness.clock.wallMs(), { outcome: "cancelled", reason: "asked" })]),
      );
      await harness.lose(holder);
      const queue = await harness.connect();
      await harness.wait(queue.pull(1, AbortSignal.abort()));
      const taken = await pull(harness, queue, 3);
      assertEquals(taken.map(({ end: { instance } }) => instance), ids(batch).sort());
      assertEquals(new Set(taken.map(({ end: { outcome } }) => outcome)), new Set(["cancelled"]));
    },
  },
  {
    name: "a callback that is taken is nobody else's until its taker settles it, dies or leaves",
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      await harness.wait(first.push(instances(1, asking({ url: URL_A }))));
      await end(harness, first, {});
      const [taken] = await pull(harness, first, 1);
      assert(await noneDue(harness, first));
      assertEquals(await harness.wait(first.callbackCounts()), { waiting: 1, givenUp: 0 });
      await harness.lose(first);
      const [again] = await pull(harness, second, 1);
      assertEquals(again, taken);
      const late = { id: taken!.id, state: "delivered", attempts: 1, atMs: harness.clock.wallMs() } as const;
      await harness.wait(first.settleCallbacks([late]).catch(() => {}));
      for (const leaving of [first, second]) await harness.wait(leaving[Symbol.asyncDispose]()); // all goes to who comes
      const third = await harness.connect();
      assertEquals((await pull(harness, third, 1))[0]?.id, taken!.id);
      await harness.wait(third.settleCallbacks([{ ...late, atMs: harness.clock.wallMs() }]));
      assert(await noneDue(harness, third));
      const [view] = await list(harness, third);
      assertEquals([view?.state, view?.attempts, view?.failure], ["delivered", 1, undefined]);
      assertEquals(await harness.wait(third.callbackCounts()), { waiting: 0, givenUp: 0 });
    },
  },
  {
    name:
      "an attempt that has failed leaves its count, its reason and the time of the next one, for whoever comes",
    async run(harness) {
      const queue = await harness.connect();
      await harness.wait(queue.push(instances(2, asking({ url: URL_A, secret: "file:/run/key" }))));
      await end(harness, queue, {}, {});
      const [one, two] = await pull(harness, queue, 2);
      const atMs = Math.ceil(harness.clock.wallMs()) + 2000;
      await harness.wait(queue.settleCallbacks([
        { id: one!.id, state: "waiting", attempts: 1, atMs, failure: "status 500 ü" },
        { id: two!.id, state: "given-up", attempts: 7, atMs: atMs - 1000, failure: "status 410" },
      ]));
      assertEquals(await harness.wait(queue.callbackCounts()), { waiting: 1, givenUp: 1 });
      const other = await harness.connect();
      const [waiting] = await list(harness, other, { states: ["waiting"] });
      const { output: _, ...told } = one!.end;
      assertEquals(waiting, {
        ...{ id: one!.id, state: "waiting", attempts: 1, atMs, failure: "status 500 ü" },
        ...{ callback: one!.callback, end: told },
      });
      const [givenUp] = await list(harness, other, { ids: [two!.end.instance] });
      assertEquals([givenUp?.state, givenUp?.failure, givenUp?.attempts], ["given-up", "status 410", 7]);
      assertEquals((await list(harness, other, { limit: 1 })).length, 1);
      assert(await noneDue(harness, queue), "it is not due yet");
      await harness.lose(queue);
      const [again] = await pull(harness, other, 1);
      assert(harness.clock.wallMs() >= atMs);
      assertEquals(again, { ...one!, attempts: 1 });
    },
  },
  {
    name: "callbacks of one origin leave room for those of others",
    async run(harness) {
      const queue = await harness.connect();
      await harness.wait(queue.push([
        ...instances(4, asking({ url: URL_A }), "a"),
        ...instances(1, asking({ url: URL_B }), "b"),
      ]));
      await end(harness, queue, {}, {}, {}, {}, {});
      const room: CallbackRoom = { max: 3, of: (origin) => origin === "https://a.example" ? 2 : 5 };
      const taken = await pull(harness, queue, 3, room);
      assertEquals(taken.map(({ callback: { url } }) => url).sort(), [URL_A, URL_A, URL_B]);
      const full = { max: 5, of: (origin: string) => origin === "https://a.example" ? 0 : 5 };
      assert(await noneDue(harness, queue, full));
      assert(await noneDue(harness, queue, { max: 0, of: () => 5 }), "it waits for room, whatever is due");
      assertEquals((await pull(harness, queue, 2)).length, 2);
    },
  },
  {
    name: "an instance that is retried tells its next end as another one, with its callback",
    async run(harness) {
      const queue = await harness.connect();
      const [instance] = instances(1, { ...asking({ url: URL_A }), chain: line });
      await harness.wait(queue.push([instance!]));
      await end(harness, queue, { outcome: "failed", reason: "first", records: [record(0)] });
      await harness.wait(queue.request({ kind: "retry", filter: { ids: [instance!.id] } }));
      await end(harness, queue, { records: [record(1), record(2)] });
      const taken = await pull(harness, queue, 2);
      assertEquals(new Set(taken.map(({ end: { outcome } }) => outcome)), new Set(["failed", "completed"]));
      assertEquals(new Set(taken.map(({ id }) => id)).size, 2);
    },
  },
  {
    name: "callbacks that were given up and are retried are due at once, as if no attempt had been made",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      await harness.wait(queue.push(instances(4, asking({ url: URL_A }))));
      await end(harness, queue, { output: writeJson("kept") }, {}, {}, {});
      const taken = await pull(harness, queue, 4), [first, second, delivered, waiting] = taken;
      const nowMs = Math.ceil(harness.clock.wallMs()), failure = "status 500";
      const settled = { attempts: 7, atMs: nowMs };
      await harness.wait(queue.settleCallbacks([
        ...[first, second].map((each) => ({ ...settled, id: each!.id, state: "given-up" as const, failure })),
        { ...settled, id: delivered!.id, state: "delivered" },
        { ...settled, id: waiting!.id, state: "waiting", atMs: nowMs + 3_600_000, failure },
      ]));
      const all = [...taken.map(({ id }) => id), "msg_unknown", first!.end.instance];
      assertEquals(await harness.wait(other.retryCallbacks([])), 0);
      assertEquals(await harness.wait(other.retryCallbacks([second!.id])), 1);
      const retriedMs = Math.floor(harness.clock.wallMs());
      assertEquals(await harness.wait(other.retryCallbacks(all)), 1, "the first one");
      assertEquals(await harness.wait(other.retryCallbacks(all)), 0);
      assertEquals(await harness.wait(other.callbackCounts()), { waiting: 3, givenUp: 0 });
      const [view] = await list(harness, other, { ids: [first!.id] });
      assertEquals([view?.state, view?.attempts, view?.failure], ["waiting", 0, undefined]);
      const [again] = await pull(harness, queue, 2);
      const { sinceMs, ...rest } = again!, { sinceMs: _, ...before } = first!;
      assertEquals(rest, before, "with its output, under its id");
      assert(sinceMs >= retriedMs && sinceMs <= harness.clock.wallMs(), "it is not given up for its age");
      await harness.lose(queue);
      assertEquals((await pull(harness, other, 2)).map(({ id }) => id), [first!.id, second!.id]);
      const atMs = harness.clock.wallMs();
      await harness.wait(other.settleCallbacks([{ id: first!.id, state: "delivered", attempts: 1, atMs }]));
      assertEquals((await list(harness, other, { ids: [first!.end.instance] }))[0]?.state, "delivered");
      assertEquals(await harness.wait(other.callbackCounts()), { waiting: 2, givenUp: 0 });
    },
  },
  {
    name:
      "a callback outlives its instance until it is settled, and is forgotten as long after that as an instance is",
    async run(harness) {
      const queue = await harness.connect();
      const [instance] = instances(1, asking({ url: URL_A }));
      await harness.wait(queue.push([instance!]));
      await end(harness, queue, { output: writeJson("kept") });
      await harness.wait(queue.request({ kind: "purge", filter: {} }));
      const [taken] = await pull(harness, queue, 1);
      assertEquals(taken?.end.output, writeJson("kept"));
      const settledAtMs = harness.clock.wallMs();
      const settled = {
        id: taken!.id,
        state: "given-up",
        attempts: 1,
        atMs: settledAtMs,
        failure: "x",
      } as const;
      await harness.wait(queue.settleCallbacks([settled]));
      assertEquals((await list(harness, queue)).length, 1);
      await harness.wait(harness.clock.until(harness.clock.nowMs() + harness.keepMs + 3000));
      await harness.wait(queue.push(instances(1, single, "later")));
      await end(harness, queue, {});
      assertEquals(await list(harness, queue), []);
    },
  },
];
