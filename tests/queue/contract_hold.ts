import type { Instance } from "../../lib/model/mod.ts";
import { type QueueDriver, QueueError } from "../../lib/queue/mod.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ContractCase, nothingToPull, pullAll, type QueueHarness } from "./contract_case.ts";
import { held, ids, instances, line, record, result } from "./samples.ts";

/** Several consumers: who holds what, and what becomes of it when a consumer goes. */
export const holdCases: readonly ContractCase[] = [
  {
    name: "two consumers never get the same instance",
    async run(harness) {
      const consumers = [await harness.connect(), await harness.connect(), await harness.connect()];
      const batch = instances(900);
      await consumers[0]!.push(batch);
      const claims = await harness.wait(Promise.all(consumers.map(async (consumer) => {
        const mine = [];
        for (let i = 0; i < 30; i++) mine.push(...await pullAll(harness, consumer, 10));
        return mine;
      })));
      assertEquals(ids(claims.flat()).sort(), ids(batch).sort());
      assert(await nothingToPull(harness, consumers[1]!));
    },
  },
  {
    name:
      "what a consumer still holds when it is disposed is handed back, with its progress and in its place",
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const batch = instances(4, line);
      await first.push(batch);
      await pullAll(harness, first, 3);
      await first.checkpoint([{ instanceId: batch[1]!.id, records: [record(0, { kept: true })] }]);
      await first.finish([result(batch[0]!.id, harness.clock.nowMs())]);
      await harness.wait(first[Symbol.asyncDispose]());
      const claims = await pullAll(harness, second, 3);
      assertEquals(ids(claims), ids(batch.slice(1)));
      assertEquals(claims[0]!.progress, [record(0, { kept: true })]);
      assertEquals(claims[1]!.progress, []);
    },
  },
  {
    name: "writes that are under way when it is disposed become durable",
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const batch = instances(3);
      await first.push(batch.slice(0, 2));
      await pullAll(harness, first, 2);
      const writes = [
        first.push(batch.slice(2)),
        first.checkpoint([{ instanceId: batch[0]!.id, records: [record(0, "late")] }]),
        first.finish([result(batch[1]!.id, harness.clock.nowMs())]),
      ];
      await harness.wait(Promise.all([first[Symbol.asyncDispose](), ...writes]));
      const claims = await pullAll(harness, second, 2);
      assertEquals(ids(claims), [batch[0]!.id, batch[2]!.id]);
      assertEquals(claims[0]!.progress, [record(0, "late")]);
      assertEquals((await second.get(batch[1]!.id))?.state, "completed");
    },
  },
  {
    name: "what a consumer held when it died goes to others, with its progress",
    async run(harness) {
      const [dead, heir] = [await harness.connect(), await harness.connect()];
      const batch = instances(3, line);
      await dead.push(batch);
      await pullAll(harness, dead, 2);
      await dead.checkpoint([{ instanceId: batch[1]!.id, records: [record(0, 7), record(1, [8])] }]);
      await harness.lose(dead);
      const claims = await pullAll(harness, heir, 3);
      assertEquals(ids(claims), ids(batch));
      assertEquals(claims.map(({ progress }) => progress), [[], [record(0, 7), record(1, [8])], []]);
    },
  },
  {
    name: "a consumer that is alive keeps what it holds, however long it takes",
    async run(harness) {
      const [holder, other] = [await harness.connect(), await harness.connect()];
      const [instance] = instances(1);
      await holder.push([instance!]);
      await pullAll(harness, holder, 1);
      const stop = new AbortController();
      const pulled = other.pull(1, stop.signal);
      await harness.wait(harness.clock.until(harness.clock.nowMs() + harness.keepMs));
      stop.abort();
      assertEquals(await harness.wait(pulled), []);
      await holder.finish([result(instance!.id, harness.clock.nowMs())]);
    },
  },
  {
    name:
      "a consumer that lost an instance cannot write it, is told which, and the rest of the call is durable",
    async run(harness) {
      const [late, heir] = [await harness.connect(), await harness.connect()];
      const [lost, own] = instances(2, line);
      await late.push([lost!]);
      await pullAll(harness, late, 1);
      await harness.lose(late);
      await pullAll(harness, heir, 1);
      await heir.checkpoint([{ instanceId: lost!.id, records: [record(0, "heir")] }]);

      const checkpoint = await assertRejects(
        () => late.checkpoint([{ instanceId: lost!.id, records: [record(0, "late")] }]),
        QueueError,
      );
      assertEquals([checkpoint.code, checkpoint.ids], ["lease-lost", [lost!.id]]);
      assert(checkpoint.message.includes(lost!.id));
      assertEquals((await heir.get(lost!.id))?.progress, [record(0, "heir")]);

      await heir.push([own!]);
      await pullAll(harness, heir, 1);
      const ends = [result("unknown", 0), result(own!.id, harness.clock.nowMs()), result("another", 0)];
      const finish = await assertRejects(() => heir.finish(ends), QueueError);
      assertEquals([finish.code, finish.ids], ["lease-lost", ["unknown", "another"]]);
      assertEquals((await heir.get(own!.id))?.state, "completed");

      const again = await assertRejects(() => heir.finish([result(own!.id, 0)]), QueueError);
      assertEquals([again.code, again.ids], ["lease-lost", [own!.id]]);
    },
  },
  {
    name: "a consumer that lost its lease goes on with what it pulls afterwards",
    async run(harness) {
      const consumer = await harness.connect();
      const batch = instances(2, line);
      await consumer.push(batch.slice(0, 1));
      await pullAll(harness, consumer, 1);
      await consumer.checkpoint([{ instanceId: batch[0]!.id, records: [record(0, 1)] }]);
      await harness.lose(consumer);
      await consumer.push(batch.slice(1));
      const claims = await pullAll(harness, consumer, 2);
      assertEquals(ids(claims), ids(batch));
      assertEquals(claims[0]!.progress, [record(0, 1)]);
      await consumer.finish(ids(claims).map((id) => result(id, harness.clock.nowMs())));
      assertEquals((await consumer.depth()).completed, 2);
    },
  },
  {
    name: "what is released goes to others, with its progress and in its place; the rest stays held",
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const batch = instances(4, line);
      const [kept, released, also, queued] = batch;
      await first.push(batch);
      await pullAll(harness, first, 3);
      await first.checkpoint([{ instanceId: released!.id, records: [record(0, { made: true })] }]);
      await first.release(held(also!.id, released!.id));
      const { running, queued: waiting } = await second.depth();
      assertEquals([running, waiting], [1, 3]);
      const claims = await pullAll(harness, second, 3);
      assertEquals(ids(claims), ids([released!, also!, queued!]));
      assertEquals(claims.map(({ progress }) => progress), [[record(0, { made: true })], [], []]);
      const writes = [
        () => first.checkpoint([{ instanceId: released!.id, records: [record(1)] }]),
        () => first.finish([result(released!.id, harness.clock.nowMs())]),
      ];
      for (const write of writes) {
        const error = await assertRejects(write, QueueError);
        assertEquals([error.code, error.ids], ["lease-lost", [released!.id]]);
      }
      await first.finish([result(kept!.id, harness.clock.nowMs())]);
      await second.finish(ids(claims).map((id) => result(id, harness.clock.nowMs())));
      assertEquals((await second.depth()).completed, 4);
    },
  },
  {
    name: "what is released goes with what it has called, which is never released alone",
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const [root, ended, child, grandchild] = lineage();
      await first.push([root]);
      await pullAll(harness, first, 1);
      await first.push([ended, child]);
      await first.push([grandchild]);
      await first.finish([result(ended.id, harness.clock.nowMs(), { records: [] })]);
      await first.release(held(child.id, grandchild.id));
      await first.checkpoint([{ instanceId: grandchild.id, records: [record(0, "made")] }]);
      assert(await nothingToPull(harness, second));
      await first.release(held(grandchild.id, root.id));
      assertEquals((await second.depth()).queued, 3);
      const [claim] = await pullAll(harness, second, 1);
      assertEquals(claim!.instance, root);
      assertEquals(
        claim!.children?.map(({ instance, progress, ended }) => [instance, progress, ended?.outcome]),
        [
          [ended, [], "completed"],
          [child, [], undefined],
          [grandchild, [record(0, "made")], undefined],
        ],
      );
      const error = await assertRejects(
        () => first.checkpoint([{ instanceId: grandchild.id, records: [record(1)] }]),
        QueueError,
      );
      assertEquals([error.code, error.ids], ["lease-lost", [grandchild.id]]);
      await assertRejects(() => first.push([child]), QueueError);
      for (const { id } of [grandchild, child, root]) {
        await second.finish([result(id, harness.clock.nowMs(), { records: [] })]);
      }
      assertEquals((await second.depth()).completed, 4);
    },
  },
  {
    name: "what is released and was to be cancelled ends as cancelled",
    async run(harness) {
      const queue = await harness.connect();
      const [root, , child, grandchild] = lineage();
      await queue.push([root, ...instances(1)]);
      const [, other] = await pullAll(harness, queue, 2);
      await queue.push([child]);
      await queue.push([grandchild]);
      await queue.request({ kind: "cancel", filter: { ids: [root.id] } });
      await queue.release(held(root.id, other!.instance.id));
      for (const { id } of [root, child, grandchild]) {
        const view = await queue.get(id);
        assertEquals([view?.state, view?.reason], ["cancelled", "cancelled on request"]);
      }
      assertEquals(ids(await pullAll(harness, queue, 1)), [other!.instance.id]);
    },
  },
  {
    name: "releasing what is not held does nothing; what was released may be held again",
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const batch = instances(3, line);
      const [ended, own, queued] = ids(batch);
      await first.push(batch);
      await pullAll(harness, first, 2);
      await first.finish([result(ended!, harness.clock.nowMs())]);
      await second.release(held(own!));
      await first.release([]);
      await first.release(held(ended!, queued!, "unknown"));
      const { completed, running } = await first.depth();
      assertEquals([completed, running], [1, 1]);
      await first.release(held(own!, own!));
      await first.release(held(own!));
      assertEquals(ids(await pullAll(harness, first, 2)), [own, queued]);
      await first.checkpoint([{ instanceId: own!, records: [record(0)] }]);
      assertEquals((await second.get(own!))?.progress, [record(0)]);
    },
  },
  claimCase("was lost", (harness, queue) => harness.lose(queue)),
  claimCase("was handed back", (_harness, queue, id) => queue.release(held(id))),
];

type GiveUp = (harness: QueueHarness, queue: QueueDriver, id: string) => Promise<void>;

/** Writes under a claim that is over, before and after the same consumer has pulled the instance again. */
function claimCase(how: string, giveUp: GiveUp): ContractCase {
  return {
    name:
      `what is written under a claim that ${how} is refused, also when its consumer has the instance again`,
    async run(harness) {
      const queue = await harness.connect();
      const [root, , child] = lineage();
      await queue.push([root]);
      const [first] = await pullAll(harness, queue, 1);
      await queue.push([child]);
      await queue.checkpoint([{ instanceId: child.id, claim: first!.number, records: [record(0, "kept")] }]);
      await giveUp(harness, queue, root.id);
      const late = [root.id, child.id].map((instanceId) => ({ instanceId, claim: first!.number }));
      const refused = async () => {
        const records = [record(0, "late"), record(1, "late")];
        const writes = [
          queue.checkpoint(late.map((held) => ({ ...held, records }))),
          queue.finish(late.map((held) => ({ ...result(held.instanceId, 0), ...held, records }))),
        ];
        for (const { reason } of await Promise.allSettled(writes) as PromiseRejectedResult[]) {
          assertEquals([reason?.code, reason?.ids], ["lease-lost", [root.id, child.id]]);
        }
        await queue.release(late);
      };
      const pulling = pullAll(harness, queue, 1);
      await refused(); // while the claim is on its way
      const [second] = await pulling;
      assert(second!.number !== first!.number);
      assertEquals(second!.children?.map(({ progress }) => progress), [[record(0, "kept")]]);
      await refused();
      assertEquals((await queue.depth()).running, 2);
      assertEquals((await queue.get(child.id))?.progress, [record(0, "kept")]);
      const held = late.map((each) => ({ ...each, claim: second!.number }));
      await queue.checkpoint([{ ...held[1]!, records: [record(1, "new")] }]);
      for (const each of held.reverse()) {
        await queue.finish([{ ...result(each.instanceId, harness.clock.nowMs(), { records: [] }), ...each }]);
      }
      assertEquals((await queue.get(child.id))?.progress, [record(0, "kept"), record(1, "new")]);
      assertEquals((await queue.depth()).completed, 2);
    },
  };
}

/** An instance, two that it has called, and one that the second of these has. */
function lineage(): [root: Instance, Instance, Instance, Instance] {
  const [root] = instances(1, line, "root") as [Instance];
  const called = (by: Instance, node: string, seed: string): Instance => {
    const [made] = instances(1, line, seed) as [Instance];
    return { ...made, id: `${by.id}/${node}`, parent: { instance: by.id, node } };
  };
  const child = called(root, "second", "child");
  return [root, called(root, "first", "ended"), child, called(child, "first", "grandchild")];
}
