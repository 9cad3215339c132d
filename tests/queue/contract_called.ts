import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Instance, writeJson } from "../../lib/model/mod.ts";
import { type Claim, type Order, type QueueDriver, QueueError } from "../../lib/queue/mod.ts";
import { type ContractCase, nothingToPull, pullAll, type QueueHarness } from "./contract_case.ts";
import { asSubmitted, decided, instances, itemRecord, record, result, single } from "./samples.ts";

/** An instance that another has called. */
function called(by: Instance, node: string, item?: number): Instance {
  const parent = { instance: by.id, node, ...item !== undefined && { item } };
  const id = [by.id, node, item ?? []].flat().join("/");
  return { ...instances(1, single, id)[0]!, id, parent };
}

interface Family {
  readonly root: Instance;
  /** Of the node "convert". */
  readonly child: Instance;
  /** Of the node "many". */
  readonly other: Instance;
  /** The instance that `child` has called. */
  readonly grandchild: Instance;
}

/** Pushes an instance, takes it, and pushes what it and the first of these call. */
export async function family(harness: QueueHarness, queue: QueueDriver, seed = "root"): Promise<Family> {
  const [root] = instances(1, decided, seed);
  await queue.push([root!]);
  await pullAll(harness, queue, 1);
  const child = called(root!, "convert"), other = called(root!, "many");
  const grandchild = called(child, "only", 3);
  await queue.push([child, other]);
  await queue.push([grandchild]);
  return { root: root!, child, other, grandchild };
}

async function states(
  queue: QueueDriver,
  of: Family | Readonly<Record<string, Instance>>,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, { id }] of Object.entries(of)) found[name] = (await queue.get(id))?.state ?? "gone";
  return found;
}

/** The orders that a connection hears, until it is stopped. */
async function* orders(queue: QueueDriver, stop: AbortSignal): AsyncGenerator<Order> {
  for await (const order of queue.commands(stop)) {
    if (order.kind !== "share" && order.kind !== "revoked") yield order; // these are not what anybody asked for
  }
}

export const CALLED_IDS_REFUSED =
  "push refuses an id under which an instance of the queue has called a chain, or may come to call one";

/** Actions of operators and consumers on instances that others have called. */
export const calledCases: readonly ContractCase[] = [
  {
    name: "a called instance is held by the holder of its caller, and pushed by nobody else",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      const { root, child } = await family(harness, queue);
      assert(await nothingToPull(harness, other));
      const stranger = called(root, "list");
      const error = await assertRejects(() => other.push([stranger, ...instances(1)]), QueueError);
      assertEquals([error.code, error.ids], ["lease-lost", [stranger.id]]);
      assertEquals(await queue.get(stranger.id), undefined);
      await queue.push([child]);
      assertEquals((await Array.fromAsync(queue.list({}))).length, 4, "the same id twice is one");
      await queue.checkpoint([{ instanceId: child.id, records: [record(0, "a")] }]);
      const endedAtMs = harness.clock.nowMs();
      await queue.finish([result(child.id, endedAtMs, { output: writeJson("done"), records: [] })]);
      const view = await queue.get(child.id);
      assertEquals([view?.state, view?.output, view?.instance.parent], [
        "completed",
        writeJson("done"),
        child.parent,
      ]);
    },
  },
  {
    name: "what nobody has called is not taken for what an instance calls, whether it has ended or not",
    async run(harness) {
      const queue = await harness.connect();
      const [root] = instances(1, decided, "root");
      const child = called(root!, "convert"), other = called(root!, "many");
      const { parent: _, ...stranger } = child;
      await queue.push([stranger, root!]);
      await pullAll(harness, queue, 2);
      for (const state of ["running", "completed"]) {
        const error = await assertRejects(() => queue.push([child, other]), QueueError);
        assertEquals([error.code, error.ids], ["id-conflict", [child.id]]);
        const view = await queue.get(child.id);
        assertEquals([view?.state, view?.instance], [state, stranger]);
        assertEquals(await queue.get(other.id), undefined);
        if (state === "running") {
          await queue.finish([result(child.id, harness.clock.nowMs(), { records: [] })]);
        }
      }
      await queue.push([other]);
      assertEquals((await queue.get(other.id))?.state, "running");
    },
  },
  {
    name: CALLED_IDS_REFUSED,
    async run(harness) {
      const queue = await harness.connect();
      const [root] = instances(1, decided, "root");
      const under = (id: string) => ({ ...instances(1, single, id)[0]!, id: `${root!.id}/${id}` });
      const before = under("many");
      await queue.push([before]);
      await queue.push([root!]);
      await pullAll(harness, queue, 2);
      const child = called(root!, "convert");
      await queue.push([child]);
      const { parent: _, ...same } = child;
      for (const foreign of [same, under("convert/12"), under("convert~2"), under("convert~2/0")]) {
        const error = await assertRejects(() => queue.push([...instances(1), foreign]), QueueError);
        assertEquals([error.code, error.ids], ["id-conflict", [foreign.id]]);
      }
      const [twin] = instances(1, decided, "twin") as [Instance];
      const both = [twin, { ...instances(1, single, "b")[0]!, id: `${twin.id}/convert` }];
      await assertRejects(() => queue.push(both), QueueError, both[1]!.id);
      assertEquals((await queue.depth()).queued, 0, "nothing of these pushes is kept");
      const others = ["list", "converted", "convert/x", "convert/", "x/convert"].map(under);
      assertEquals((await queue.push(others)).added, others.length);
      assertEquals((await queue.push([before])).existing, [before.id], "it was there before");
    },
  },
  {
    name: "called instances go back with their caller, and are handed out with it, where they were",
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const { root, child, other, grandchild } = await family(harness, first);
      await first.checkpoint([{ instanceId: root.id, records: [record(0, { pages: 3 })] }]);
      await first.checkpoint([{ instanceId: grandchild.id, records: [record(0, "b")] }]);
      const end = { outcome: "failed", reason: "it broke", records: [] } as const;
      await first.finish([result(other.id, harness.clock.nowMs(), end)]);
      await harness.lose(first);
      assertEquals(await states(second, { root, child, other, grandchild }), {
        ...{ root: "queued", child: "queued", other: "failed", grandchild: "queued" },
      });
      assertEquals((await second.depth()).queued, 3);
      const [claim] = await harness.wait(second.pull(10, new AbortController().signal)) as [Claim];
      assertEquals(claim.instance, root);
      assertEquals(
        claim.children?.map(({ instance, progress, ended }) => [instance, progress, ended?.outcome]),
        [
          [child, [], undefined],
          [other, [], "failed"],
          [grandchild, [record(0, "b")], undefined],
        ],
      );
      assertEquals(claim.children?.[1]?.ended?.reason, "it broke");
      assert(await nothingToPull(harness, first));
      const endedAtMs = harness.clock.nowMs();
      for (const { id } of [grandchild, child, root]) {
        await second.finish([result(id, endedAtMs, { records: [] })]);
      }
      assertEquals((await second.depth()).completed, 3);
    },
  },
  {
    name: "what has not ended when its caller ends is cancelled",
    async run(harness) {
      const queue = await harness.connect();
      const all = await family(harness, queue);
      await queue.finish([
        result(all.root.id, harness.clock.nowMs(), { outcome: "failed", reason: "x", records: [] }),
      ]);
      assertEquals(await states(queue, all), {
        ...{ root: "failed", child: "cancelled", other: "cancelled", grandchild: "cancelled" },
      });
      assertEquals((await queue.get(all.grandchild.id))?.reason, "its caller has ended");
      const { queued, running, failed, cancelled } = await queue.depth();
      assertEquals([queued, running, failed, cancelled], [0, 0, 1, 3]);
    },
  },
  {
    name: "cancel reaches what was called, told or ended as its caller",
    async run(harness) {
      const [queue, admin] = [await harness.connect(), await harness.connect()];
      const held = await family(harness, queue);
      const stop = new AbortController();
      const heard = orders(queue, stop.signal);
      const cancel = { kind: "cancel", filter: { ids: [held.root.id] } } as const;
      assertEquals(await harness.wait(admin.request(cancel)), 4);
      const { value: gentle } = await harness.wait(heard.next());
      assert(gentle?.kind === "cancel" && !gentle.abort);
      assertEquals(gentle.filter.ids?.toSorted(), Object.values(held).map(({ id }) => id).toSorted());
      await harness.wait(admin.request({ ...cancel, abort: true }));
      const { value: abrupt } = await harness.wait(heard.next());
      assert(abrupt?.kind === "cancel" && abrupt.abort);
      assertEquals(abrupt.filter.ids?.length, 4);
      stop.abort();
      await harness.wait(heard.next());
      await harness.lose(queue);
      const { root, ...others } = held; // the root has to undo what it has done
      assertEquals((await admin.get(root.id))?.state, "queued");
      assertEquals(Object.values(await states(admin, others)), new Array(3).fill("cancelled"));
    },
  },
  {
    name: "cancel ends a called instance of a queued caller, which gets to know it when it is handed out",
    async run(harness) {
      const queue = await harness.connect();
      const { child, grandchild } = await family(harness, queue);
      await harness.lose(queue);
      assertEquals(await queue.request({ kind: "cancel", filter: { ids: [child.id] } }), 2);
      assertEquals(await states(queue, { child, grandchild }), {
        child: "cancelled",
        grandchild: "cancelled",
      });
      const [claim] = await harness.wait(queue.pull(1, new AbortController().signal)) as [Claim];
      assertEquals(claim.children?.map(({ ended }) => ended?.outcome), ["cancelled", undefined, "cancelled"]);
    },
  },
  {
    name: "retry queues what was called again with its caller, but for what is completed",
    async run(harness) {
      const queue = await harness.connect();
      const { root, child, other, grandchild } = await family(harness, queue);
      const endedAtMs = harness.clock.nowMs();
      const failed = { outcome: "failed", reason: "x", records: [] } as const;
      await queue.finish([
        result(grandchild.id, endedAtMs, { ...failed, records: [record(0, null, "failed")] }),
      ]);
      await queue.finish([result(other.id, endedAtMs, { records: [] })]);
      await queue.finish([
        result(child.id, endedAtMs, { ...failed, records: [itemRecord(0, 3, null, "failed")] }),
      ]);
      const records = [record(0, "kept"), record(1, null, "failed"), record(2)];
      await queue.finish([result(root.id, endedAtMs, { ...failed, records })]);
      assertEquals(await queue.request({ kind: "retry", filter: { ids: [grandchild.id] } }), 1);
      assertEquals(await states(queue, { root, child, other, grandchild }), {
        ...{ root: "queued", child: "queued", other: "completed", grandchild: "queued" },
      });
      const [claim] = await harness.wait(queue.pull(1, new AbortController().signal)) as [Claim];
      assertEquals(claim.progress, [record(0, "kept"), record(2)]);
      assertEquals(claim.instance.generations, undefined, "what had failed goes on under its old key");
      assertEquals(claim.children?.map(({ progress }) => progress), [[], [], []]);
      assertEquals(await queue.request({ kind: "retry", filter: { ids: [grandchild.id] } }), 0);
    },
  },
  {
    name:
      "retry leaves what has failed of a map that has gone on without it as it was, with what that had called",
    async run(harness) {
      const queue = await harness.connect();
      const [root] = instances(1, decided, "root");
      await queue.push([root!]);
      await pullAll(harness, queue, 1);
      const item = called(root!, "convert", 1), other = called(root!, "many");
      const below = called(item, "only");
      await queue.push([item, other]);
      await queue.push([below]);
      const endedAtMs = harness.clock.nowMs();
      const failed = { outcome: "failed", reason: "x", records: [record(0, null, "failed")] } as const;
      for (const { id } of [below, item, other]) await queue.finish([result(id, endedAtMs, failed)]);
      const kept = [record(0), record(1), itemRecord(1, 0), itemRecord(1, 1, null, "failed")];
      const records = [...kept, record(2, null, "failed")];
      await queue.finish([result(root!.id, endedAtMs, { ...failed, records })]);
      assertEquals(await queue.request({ kind: "retry", filter: { ids: [root!.id] } }), 1);
      const as = { root: "queued", item: "failed", below: "failed", other: "queued" };
      assertEquals(await states(queue, { root: root!, item, below, other }), as);
      const [claim] = await harness.wait(queue.pull(1, new AbortController().signal)) as [Claim];
      assertEquals(claim.progress, kept);
      assertEquals(
        claim.children?.map((
          { instance, progress, ended },
        ) => [instance.id, progress.length, ended?.outcome]),
        [[item.id, 1, "failed"], [other.id, 0, undefined], [below.id, 1, "failed"]],
      );
    },
  },
  {
    name: "retry from a node forgets it and all after it, with what they had called",
    async run(harness) {
      const queue = await harness.connect();
      const { root, child, other, grandchild } = await family(harness, queue);
      const endedAtMs = harness.clock.nowMs();
      const ended = [grandchild, child, other].map(({ id }) => result(id, endedAtMs, { records: [] }));
      for (const each of ended) await queue.finish([each]);
      const records = [record(0), itemRecord(1, 0), itemRecord(1, 1), record(1), record(2), record(3)];
      await queue.finish([result(root.id, endedAtMs, { records })]);
      const retry = (from: string) => queue.request({ kind: "retry", filter: { ids: [root.id] }, from });
      assertEquals(await retry("unknown"), 0);
      assertEquals(await retry("convert"), 1);
      assertEquals(await states(queue, { root, child, other, grandchild }), {
        ...{ root: "queued", child: "gone", other: "completed", grandchild: "gone" },
      });
      const [claim] = await harness.wait(queue.pull(1, new AbortController().signal)) as [Claim];
      assertEquals(claim.progress, [record(0), record(2)]);
      assertEquals(claim.instance.generations, [0, 1, 0, 1, 0]);
    },
  },
  {
    name: "retry of what has been undone, or may have been, begins every node again, with what it had called",
    async run(harness) {
      const queue = await harness.connect();
      const endedAtMs = harness.clock.nowMs();
      for (const state of ["ok", "failed", "started"] as const) {
        const { root, child, other, grandchild } = await family(harness, queue, state);
        for (const { id } of [grandchild, child]) {
          await queue.finish([result(id, endedAtMs, { records: [] })]);
        }
        const records = [
          record(0),
          record(1),
          itemRecord(2, 0),
          record(2, null, "failed"),
          record(4, 0, state),
        ];
        await queue.finish([result(root.id, endedAtMs, { outcome: "failed", reason: "x", records })]);
        assertEquals(await queue.request({ kind: "retry", filter: { ids: [root.id] } }), 1);
        assertEquals(await states(queue, { root, child, other, grandchild }), {
          ...{ root: "queued", child: "gone", other: "gone", grandchild: "gone" },
        });
        const [claim] = await harness.wait(queue.pull(1, new AbortController().signal)) as [Claim];
        assertEquals([claim.progress, claim.children], [[], undefined]);
        assertEquals(asSubmitted(claim.instance), { ...root, generations: [1, 1, 1, 1, 1] });
      }
    },
  },
  {
    name: "what undoes and was refused has undone nothing: a retry keeps what is ok",
    async run(harness) {
      const queue = await harness.connect();
      const { root } = await family(harness, queue);
      const records = [record(0), record(1, null, "failed"), record(4, null, "cancelled")];
      const end = { outcome: "cancelled", reason: "x", records } as const;
      await queue.finish([result(root.id, harness.clock.nowMs(), end)]);
      await queue.request({ kind: "retry", filter: {} });
      const { instance, progress } = (await queue.get(root.id))!;
      assertEquals([asSubmitted(instance), progress], [root, [record(0)]]);
    },
  },
  {
    name: "a called instance that has been undone begins again when its caller is retried, which goes on",
    async run(harness) {
      const queue = await harness.connect();
      const [root] = instances(1, decided, "root");
      await queue.push([root!]);
      await pullAll(harness, queue, 1);
      const saga: Instance = { ...called(root!, "convert"), chain: decided };
      await queue.push([saga]);
      const below = called(saga, "convert");
      await queue.push([below]);
      const endedAtMs = harness.clock.nowMs();
      const failed = { outcome: "failed", reason: "x" } as const;
      await queue.finish([result(below.id, endedAtMs, { records: [record(0)] })]);
      const undone = [record(0), record(1), record(2, null, "failed"), record(4)];
      await queue.finish([result(saga.id, endedAtMs, { ...failed, records: undone })]);
      const kept = [record(0), record(1, null, "failed")];
      await queue.finish([result(root!.id, endedAtMs, { ...failed, records: kept })]);
      assertEquals(await queue.request({ kind: "retry", filter: { ids: [root!.id] } }), 1);
      const [claim] = await harness.wait(queue.pull(1, new AbortController().signal)) as [Claim];
      assertEquals([asSubmitted(claim.instance), claim.progress], [root!, [record(0)]]);
      const again = { ...saga, generations: [1, 1, 1, 1, 1] }, children = claim.children ?? [];
      assertEquals(children.map(({ instance }) => asSubmitted(instance)), [again]);
      assertEquals(children.map(({ progress }) => progress), [[]]);
    },
  },
  {
    name: "generations count up, and outlive consumers, ends and plain retries",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      const [instance] = instances(1, decided, "root");
      await queue.push([instance!]);
      const end = async (consumer: QueueDriver, outcome: "failed" | "completed", undo?: "ok") => {
        await pullAll(harness, consumer, 1);
        const failed = { outcome, ...outcome === "failed" && { reason: "x" } };
        const records = [record(0), ...undo === undefined ? [] : [record(4)]];
        await consumer.finish([result(instance!.id, harness.clock.nowMs(), { ...failed, records })]);
      };
      const retry = (from?: string) =>
        queue.request({ kind: "retry", filter: { ids: [instance!.id] }, ...from !== undefined && { from } });
      await end(queue, "failed", "ok");
      await retry();
      await pullAll(harness, queue, 1);
      await harness.lose(queue);
      await end(other, "failed");
      await retry();
      assertEquals((await other.get(instance!.id))?.instance.generations, [1, 1, 1, 1, 1]);
      await end(other, "completed");
      await retry("publish");
      assertEquals((await other.get(instance!.id))?.instance.generations, [1, 1, 1, 2, 1]);
      await end(other, "failed", "ok");
      await retry("many");
      assertEquals((await other.get(instance!.id))?.instance.generations, [1, 1, 2, 3, 2]);
      const [claim] = await pullAll(harness, other, 1);
      assertEquals(asSubmitted(claim!.instance), { ...instance!, generations: [1, 1, 2, 3, 2] });
    },
  },
  {
    name: "purge takes what was called along with its caller, and never alone",
    async run(harness) {
      const queue = await harness.connect();
      const { root, child, other, grandchild } = await family(harness, queue);
      const endedAtMs = harness.clock.nowMs();
      await queue.finish([result(grandchild.id, endedAtMs, { records: [] })]);
      assertEquals(await queue.request({ kind: "purge", filter: {} }), 0);
      await queue.finish([result(root.id, endedAtMs, { records: [] })]);
      assertEquals(await queue.request({ kind: "purge", filter: {} }), 4);
      assertEquals(
        Object.values(await states(queue, { root, child, other, grandchild })),
        new Array(4).fill("gone"),
      );
      const { completed, cancelled } = await queue.depth();
      assertEquals([completed, cancelled], [0, 0]);
    },
  },
];
