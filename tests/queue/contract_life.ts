import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ContractCase, nothingToPull, pullAll } from "./contract_case.ts";
import { held, ids, instances, line, record, result, single } from "./samples.ts";
import { type Instance, type JsonText, NO_ARGS, writeJson } from "../../lib/model/mod.ts";
import { QueueError } from "../../lib/queue/mod.ts";

/** The promise that a driver cannot keep if it does not know at a push what the queue holds. */
export const PUSH_TELLS =
  "push tells what is new, and which ids the queue has already, also of what has ended";
export const PUSH_REFUSES =
  "another chain or other args under a known id are refused, with the whole push, and with no other";

/** From push to purge, with one consumer. */
export const lifeCases: readonly ContractCase[] = [
  {
    name: "an instance is pushed, pulled, checkpointed and finished",
    async run(harness) {
      const queue = await harness.connect();
      const [instance] = instances(1, line);
      await queue.push([instance!]);
      assertEquals((await queue.get(instance!.id))?.state, "queued");
      const [claim] = await pullAll(harness, queue, 1);
      assertEquals([claim!.instance, claim!.progress], [instance!, []]);
      assertEquals((await queue.get(instance!.id))?.state, "running");
      await queue.checkpoint([{ instanceId: instance!.id, records: [record(0, "a"), record(1, "b")] }]);
      assertEquals((await queue.get(instance!.id))?.progress, [record(0, "a"), record(1, "b")]);
      const endedAtMs = harness.clock.nowMs();
      await queue.finish([
        result(instance!.id, endedAtMs, { records: [record(2)], output: writeJson({ third: "c" }) }),
      ]);
      assertEquals(await queue.get(instance!.id), {
        instance: instance!,
        state: "completed",
        progress: [record(0, "a"), record(1, "b"), record(2)],
        endedAtMs,
        output: writeJson({ third: "c" }),
      });
      assert(await nothingToPull(harness, queue));
    },
  },
  {
    name: "a failed instance keeps its reason and the records of its nodes",
    async run(harness) {
      const queue = await harness.connect();
      const [instance] = instances(1);
      await queue.push([instance!]);
      await pullAll(harness, queue, 1);
      const records = [record(0, null, "failed")];
      await queue.finish([
        result(instance!.id, harness.clock.nowMs(), { outcome: "failed", reason: "HTTP 404", records }),
      ]);
      const view = await queue.get(instance!.id);
      assertEquals([view?.state, view?.reason, view?.progress], ["failed", "HTTP 404", records]);
    },
  },
  {
    name: "a later record of a node replaces the earlier one",
    async run(harness) {
      const queue = await harness.connect();
      const [instance] = instances(1);
      await queue.push([instance!]);
      await pullAll(harness, queue, 1);
      await queue.checkpoint([{ instanceId: instance!.id, records: [record(0, null, "started")] }]);
      await queue.checkpoint([{ instanceId: instance!.id, records: [record(0, "done")] }]);
      assertEquals((await queue.get(instance!.id))?.progress, [record(0, "done")]);
    },
  },
  {
    name: "of many records of many nodes in one write, the last one of each node counts",
    async run(harness) {
      const queue = await harness.connect();
      const batch = instances(25, line);
      await queue.push(batch);
      await pullAll(harness, queue, batch.length);
      const again = ["ok", "failed", "cancelled"] as const;
      const lastOf = (i: number) => record(0, `second ${i}`, again[i % again.length]!);
      await queue.checkpoint(batch.map(({ id }, i) => ({
        instanceId: id,
        records: [record(0, null, "started"), record(0, `first ${i}`), record(1, `b ${i}`), lastOf(i)],
      })));
      for (const [i, { id }] of batch.entries()) {
        assertEquals((await queue.get(id))?.progress, [lastOf(i), record(1, `b ${i}`)]);
      }
    },
  },
  {
    name: "an id pushed twice is one instance, also after it was pulled and finished",
    async run(harness) {
      const queue = await harness.connect();
      const batch = instances(3);
      await Promise.all([queue.push(batch), queue.push(batch)]);
      await queue.push([...batch, ...batch]);
      assertEquals((await queue.depth()).queued, 3);
      const claims = await pullAll(harness, queue, 3);
      await queue.push(batch);
      assertEquals((await queue.depth()).queued, 0);
      await queue.finish(ids(claims).map((id) => result(id, harness.clock.nowMs())));
      await queue.push(batch);
      const depth = await queue.depth();
      assertEquals([depth.queued, depth.running, depth.completed], [0, 0, 3]);
      assert(await nothingToPull(harness, queue));
    },
  },
  {
    name: PUSH_TELLS,
    async run(harness) {
      const queue = await harness.connect();
      const [a, b, c] = instances(3) as [Instance, Instance, Instance];
      assertEquals(await queue.push([]), { added: 0, existing: [] });
      assertEquals(await queue.push([a, b, a]), { added: 2, existing: [a.id] });
      await pullAll(harness, queue, 1);
      await queue.finish([result(a.id, harness.clock.nowMs())]);
      assertEquals(await queue.push([c, a, b]), { added: 1, existing: [a.id, b.id] });
      const other = await harness.connect();
      assertEquals(await other.push([a, b, c]), { added: 0, existing: [a.id, b.id, c.id] });
    },
  },
  {
    name: PUSH_REFUSES,
    async run(harness) {
      const queue = await harness.connect();
      const [a, b, c, d] = instances(4).map((each) => ({ ...each, args: writeJson({ n: 1 }) })) as Instance[];
      await queue.push([a!, b!]);
      await pullAll(harness, queue, 1);
      await queue.finish([result(a!.id, harness.clock.nowMs())]);
      const others: Instance[] = [
        { ...a!, chain: line },
        { ...b!, args: writeJson({ n: 2 }) },
        { ...b!, args: NO_ARGS },
        { ...b!, args: writeJson({ n: 1, more: null }) },
      ];
      for (const other of others) {
        const [refused, kept] = await Promise.allSettled([queue.push([c!, other]), queue.push([d!])]);
        assert(refused?.status === "rejected" && refused.reason instanceof QueueError);
        assertEquals([refused.reason.code, refused.reason.ids], ["id-conflict", [other.id]]);
        assert(refused.reason.message.includes(`"${other.id}" (chain single)`), refused.reason.message);
        assertEquals([kept?.status, await queue.get(c!.id)], ["fulfilled", undefined]);
      }
      await assertRejects(() => queue.push([c!, { ...c!, args: NO_ARGS }]), QueueError, c!.id);
      assertEquals(await queue.get(c!.id), undefined);
      assertEquals((await queue.get(a!.id))?.instance, a);
      assertEquals((await queue.get(b!.id))?.instance, b);
    },
  },
  {
    name: "a submission that is said again, otherwise than before, is the first one",
    async run(harness) {
      const queue = await harness.connect();
      const changed = {
        ...single,
        nodes: single.nodes.map((node) => ({ ...node, args: { changed: true } })),
      };
      const [plain, withArgs] = instances(2) as [Instance, Instance];
      const first = [plain, { ...withArgs, args: writeJson({ b: [1, 2], a: "x" }) }];
      await queue.push(first);
      const again = first.map((each, i) => ({
        ...each,
        chain: changed,
        labels: { try: "2" },
        submittedAtMs: each.submittedAtMs + 1,
        ...{ priority: 7, weight: 3, deadlineMs: 1e12 },
        args: i === 0 ? NO_ARGS : ' {"\\u0061": "x", "b": [1, 2]}'.trim() as JsonText,
      }));
      const { existing = ids(first) } = await queue.push(again);
      assertEquals(existing, ids(first));
      assertEquals((await pullAll(harness, queue, 2)).map(({ instance }) => instance), first);
      assert(await nothingToPull(harness, queue));
    },
  },
  {
    name: "the oldest are handed out first, at most as many as asked for",
    async run(harness) {
      const queue = await harness.connect();
      const batch = instances(10);
      await queue.push(batch.slice(0, 4));
      await queue.push(batch.slice(4));
      const first = await harness.wait(queue.pull(3, new AbortController().signal));
      assertEquals(ids(first), ids(batch.slice(0, 3)));
      assertEquals(ids(await pullAll(harness, queue, 7)), ids(batch.slice(3)));
    },
  },
  {
    name: "a pull waits for a push, of its own connection and of others",
    async run(harness) {
      const [consumer, producer] = [await harness.connect(), await harness.connect()];
      const [a, b] = instances(2);
      for (const [from, instance] of [[consumer, a!], [producer, b!]] as const) {
        const pulled = pullAll(harness, consumer, 1);
        await harness.wait(from.push([instance]));
        assertEquals(ids(await pulled), [instance.id]);
      }
    },
  },
  {
    name: "a pull that is aborted answers with nothing, and takes nothing",
    async run(harness) {
      const queue = await harness.connect();
      const stop = new AbortController();
      const pulled = queue.pull(1, stop.signal);
      stop.abort();
      assertEquals(await harness.wait(pulled), []);
      assertEquals(await harness.wait(queue.pull(1, AbortSignal.abort())), []);
      await queue.push(instances(1));
      assertEquals(await harness.wait(queue.pull(1, AbortSignal.abort())), []);
      assertEquals((await queue.depth()).queued, 1);
      const late = new AbortController();
      const raced = queue.pull(1, late.signal);
      late.abort();
      const claims = await harness.wait(raced);
      assertEquals((await queue.depth()).running, claims.length); // whichever came first, nothing is held unknown
    },
  },
  {
    name: "depth counts what there is in each state, and tells the oldest that has not ended",
    async run(harness) {
      const queue = await harness.connect();
      assertEquals(await queue.depth(), {
        delayed: 0,
        queued: 0,
        running: 0,
        completed: 0,
        failed: 0,
        cancelled: 0,
      });
      const batch = instances(5);
      await queue.push(batch);
      await pullAll(harness, queue, 3);
      const endedAtMs = harness.clock.nowMs();
      await queue.finish([
        result(batch[0]!.id, endedAtMs),
        result(batch[1]!.id, endedAtMs, { outcome: "failed", reason: "no" }),
      ]);
      await queue.request({ kind: "cancel", filter: { ids: [batch[4]!.id] } });
      const oldestSubmittedAtMs = batch[2]!.submittedAtMs;
      assertEquals(await queue.depth(), {
        delayed: 0,
        queued: 1,
        running: 1,
        completed: 1,
        failed: 1,
        cancelled: 1,
        oldestSubmittedAtMs,
      });
    },
  },
  {
    name: "an ended instance is forgotten when its time is over, and may be pushed again",
    async run(harness) {
      const queue = await harness.connect();
      const batch = instances(2);
      await queue.push(batch);
      await pullAll(harness, queue, 2);
      await queue.finish([result(batch[0]!.id, harness.clock.nowMs())]);
      await harness.wait(harness.clock.until(harness.clock.nowMs() + harness.keepMs + 5000));
      await queue.finish([result(batch[1]!.id, harness.clock.nowMs())]);
      assertEquals(await queue.get(batch[0]!.id), undefined);
      assertEquals((await queue.get(batch[1]!.id))?.state, "completed");
      assertEquals((await queue.depth()).completed, 1);
      await queue.push(batch);
      assertEquals(ids(await pullAll(harness, queue, 1)), [batch[0]!.id]);
    },
  },
  {
    name: "after it was disposed, every method rejects with closed; a waiting pull too",
    async run(harness) {
      const queue = await harness.connect();
      const [signal, [instance]] = [new AbortController().signal, instances(1)];
      const waiting = assertRejects(() => queue.pull(1, signal), QueueError);
      await harness.wait(queue[Symbol.asyncDispose]());
      await queue[Symbol.asyncDispose]();
      assertEquals((await waiting).code, "closed");
      const calls = [
        () => queue.push([instance!]),
        () => queue.push([]),
        () => queue.pull(1, signal),
        () => queue.checkpoint([]),
        () => queue.finish([result(instance!.id, 0)]),
        () => queue.release(held(instance!.id)),
        () => queue.release([]),
        () => queue.depth(),
        () => queue.get(instance!.id),
        () => queue.request({ kind: "purge", filter: {} }),
        () => Array.fromAsync(queue.list({})),
        () => Array.fromAsync(queue.commands(signal)),
        () => queue.partitions(),
        () => Array.fromAsync(queue.badMessages()),
      ];
      for (const call of calls) assertEquals((await assertRejects(call, QueueError)).code, "closed");
    },
  },
];
