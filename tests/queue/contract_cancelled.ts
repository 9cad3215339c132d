import { assertEquals } from "@std/assert";
import type { Instance } from "../../lib/model/mod.ts";
import { CANCELLED_ON_REQUEST, type Claim, type QueueDriver } from "../../lib/queue/mod.ts";
import { type ContractCase, nothingToPull, pullAll, type QueueHarness } from "./contract_case.ts";
import { decided, held, ids, instances, record, result, single } from "./samples.ts";

/** The node of `decided` that undoes. */
const UNDO = 4;

function cancel(harness: QueueHarness, queue: QueueDriver, ...ids: string[]): Promise<number> {
  return harness.wait(queue.request({ kind: "cancel", filter: { ids } }));
}

/** An instance of a chain that undoes what it did, and one called by its node "convert" of the same kind. */
function family(seed = "root"): { readonly root: Instance; readonly child: Instance } {
  const [root] = instances(1, decided, seed) as [Instance];
  const id = `${root.id}/convert`;
  return {
    root,
    child: { ...instances(1, decided, id)[0]!, id, parent: { instance: root.id, node: "convert" } },
  };
}

async function stateOf(queue: QueueDriver, { id }: Instance) {
  const { state, reason } = (await queue.get(id))!;
  return reason === undefined ? [state] : [state, reason];
}

const CANCELLED = ["cancelled", CANCELLED_ON_REQUEST];

/** An instance that must be undone when it is cancelled needs a consumer: no queue ends it by itself. */
export const cancelledCases: readonly ContractCase[] = [
  {
    name:
      "what is to be undone is handed out again with its cancel when its holder dies, is disposed or gives it back",
    async run(harness) {
      const ways = {
        dies: (queue: QueueDriver) => harness.lose(queue),
        leaves: (queue: QueueDriver) => harness.wait(queue[Symbol.asyncDispose]()),
        gives: (queue: QueueDriver, id: string) => harness.wait(queue.release(held(id))),
      };
      for (const [way, lose] of Object.entries(ways)) {
        const [queue, other] = [await harness.connect(), await harness.connect()];
        const [instance] = instances(1, decided, way);
        await queue.push([instance!]);
        const [first] = await pullAll(harness, queue, 1);
        assertEquals(first?.cancel, undefined);
        await queue.checkpoint([{ instanceId: instance!.id, records: [record(0, "kept")] }]);
        assertEquals(await cancel(harness, other, instance!.id), 1);
        await lose(queue, instance!.id);
        assertEquals(await stateOf(other, instance!), ["queued"]);
        const { queued, running } = await other.depth();
        assertEquals([queued, running], [1, 0], way);
        if (way === "gives") await harness.wait(queue[Symbol.asyncDispose]());
        const [claim] = await pullAll(harness, other, 1);
        assertEquals([claim?.cancel, claim?.progress], [CANCELLED_ON_REQUEST, [record(0, "kept")]]);
        const end = { outcome: "cancelled", reason: claim!.cancel!, records: [record(UNDO)] } as const;
        await other.finish([result(instance!.id, harness.clock.nowMs(), end)]);
        assertEquals(await stateOf(other, instance!), CANCELLED);
        await harness.wait(other[Symbol.asyncDispose]());
      }
    },
  },
  {
    name:
      "a cancel of what is queued and may have begun waits for who undoes it, however often it is asked for",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      const batch = instances(3, decided);
      const [recorded, unrecorded, fresh] = batch as [Instance, Instance, Instance];
      await queue.push(batch);
      await pullAll(harness, queue, 2);
      await queue.checkpoint([{ instanceId: recorded.id, records: [record(0)] }]);
      await harness.lose(queue);
      for (const expected of [3, 2]) assertEquals(await cancel(harness, other, ...ids(batch)), expected);
      assertEquals(await stateOf(other, fresh), CANCELLED, "it has never been handed out");
      const left = ids([recorded, unrecorded]);
      assertEquals(ids(await Array.fromAsync(other.list({ states: ["queued"] }))), left);
      for (const consumer of [other, await harness.connect()]) {
        const claims = await pullAll(harness, consumer, 2);
        assertEquals(claims.map(({ instance: { id }, cancel }) => [id, cancel]), [
          ...left.map((id) => [id, CANCELLED_ON_REQUEST]),
        ]);
        await harness.lose(consumer);
      }
    },
  },
  {
    name: "what has been undone, or cannot be, ends at once when its holder is lost",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      const undone = instances(2, decided), plain = instances(1, single, "plain");
      const all = [...undone, ...plain];
      await queue.push(all);
      await pullAll(harness, queue, 3);
      await queue.checkpoint([
        { instanceId: undone[0]!.id, records: [record(0), record(UNDO)] },
        { instanceId: undone[1]!.id, records: [record(0), record(UNDO, null, "failed")] },
        { instanceId: plain[0]!.id, records: [record(0)] },
      ]);
      assertEquals(await cancel(harness, other, ...ids(all)), 3);
      await harness.lose(queue);
      for (const each of all) assertEquals(await stateOf(other, each), CANCELLED);
      assertEquals(await nothingToPull(harness, other), true);
    },
  },
  {
    name:
      "a called chain that is to be undone keeps its caller in the queue, and is handed out with it and its cancel",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      const { root, child } = family();
      const { onFailed: _, ...chain } = decided;
      const plain = { ...root, chain: { ...chain, nodes: chain.nodes.slice(0, UNDO) } };
      await queue.push([plain]);
      await pullAll(harness, queue, 1);
      await queue.push([child]);
      await queue.checkpoint([{ instanceId: child.id, records: [record(0)] }]);
      assertEquals(await cancel(harness, other, plain.id), 2);
      await harness.lose(queue);
      assertEquals([await stateOf(other, plain), await stateOf(other, child)], [["queued"], ["queued"]]);
      const [claim] = await pullAll(harness, other, 1) as [Claim];
      assertEquals(claim.cancel, CANCELLED_ON_REQUEST);
      assertEquals(claim.children?.map(({ cancel, progress }) => [cancel, progress]), [
        [CANCELLED_ON_REQUEST, [record(0)]],
      ]);
      const end = { outcome: "cancelled", reason: CANCELLED_ON_REQUEST, records: [] } as const;
      for (const { id } of [child, plain]) await other.finish([result(id, harness.clock.nowMs(), end)]);
      const { queued, running, cancelled } = await other.depth();
      assertEquals([queued, running, cancelled], [0, 0, 2]);
    },
  },
  {
    name: "a called chain that is cancelled while its caller is queued waits for it, if it is to be undone",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      const { root, child } = family();
      await queue.push([root]);
      await pullAll(harness, queue, 1);
      await queue.push([child]);
      await harness.lose(queue);
      assertEquals(await cancel(harness, other, child.id), 1);
      const [claim] = await pullAll(harness, other, 1) as [Claim];
      assertEquals([claim.cancel, claim.children?.map(({ cancel }) => cancel)], [undefined, [
        CANCELLED_ON_REQUEST,
      ]]);
    },
  },
  {
    name: "what was undone and begins again by a retry has nothing to undo until it is handed out",
    async run(harness) {
      const queue = await harness.connect();
      const [instance] = instances(1, decided);
      await queue.push([instance!]);
      await pullAll(harness, queue, 1);
      const end = { outcome: "cancelled", reason: "asked", records: [record(0), record(UNDO)] } as const;
      await queue.finish([result(instance!.id, harness.clock.nowMs(), end)]);
      assertEquals(await queue.request({ kind: "retry", filter: {} }), 1);
      assertEquals(await cancel(harness, queue, instance!.id), 1);
      assertEquals(await stateOf(queue, instance!), CANCELLED);
    },
  },
];
