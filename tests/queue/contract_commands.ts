import { type Command, matches, type QueueDriver } from "../../lib/queue/mod.ts";
import { assert, assertEquals } from "@std/assert";
import { type ContractCase, nothingToPull, pullAll, type QueueHarness } from "./contract_case.ts";
import { asSubmitted, ids, instances, line, record, result, single } from "./samples.ts";
import { writeJson } from "../../lib/model/mod.ts";

/** The commands that a connection hears from now on, until it is stopped. */
function heard(harness: QueueHarness, queue: QueueDriver) {
  const stop = new AbortController();
  const commands = queue.commands(stop.signal)[Symbol.asyncIterator]();
  return {
    async next(): Promise<Command> {
      while (true) {
        const { value } = await harness.wait(commands.next());
        if (value.kind !== "share" && value.kind !== "revoked") return value as Command; // not what anybody asked for
      }
    },
    /** @returns whether there was nothing more to be heard within a second */
    async stop(): Promise<boolean> {
      const next = commands.next();
      await harness.wait(harness.clock.until(harness.clock.nowMs() + 1000));
      stop.abort();
      return (await harness.wait(next)).done === true;
    },
  };
}

/** The commands of operators. */
export const commandCases: readonly ContractCase[] = [
  {
    name: "cancel ends queued instances at once",
    async run(harness) {
      const queue = await harness.connect();
      const [a, b] = [instances(3, single, "a"), instances(2, line, "b")];
      await queue.push([...a, ...b]);
      assertEquals(await queue.request({ kind: "cancel", filter: { chain: "single", limit: 2 } }), 2);
      const ended = await Array.fromAsync(queue.list({ states: ["cancelled"] }));
      assertEquals(ids(ended), ids(a.slice(0, 2)));
      assert(ended.every(({ reason, endedAtMs }) => reason && endedAtMs !== undefined));
      assertEquals(ids(await pullAll(harness, queue, 3)), ids([a[2]!, ...b]));
      assertEquals(await queue.request({ kind: "cancel", filter: { ids: [a[0]!.id, "unknown"] } }), 0);
    },
  },
  {
    name: "cancel tells the consumer that holds the instance, and only of those that are meant",
    async run(harness) {
      const [admin, holder] = [await harness.connect(), await harness.connect()];
      const batch = instances(3);
      await holder.push(batch);
      await pullAll(harness, holder, 2);
      const commands = heard(harness, holder);
      assertEquals(
        await harness.wait(admin.request({ kind: "cancel", filter: { ids: [batch[1]!.id, batch[2]!.id] } })),
        2,
      );
      const command = await commands.next();
      assert(command.kind === "cancel");
      const running = await Array.fromAsync(holder.list({ states: ["running"] }));
      assertEquals(ids(running.filter((view) => matches(command.filter, view))), [batch[1]!.id]);
      const endedAtMs = harness.clock.nowMs();
      await holder.finish([
        result(batch[1]!.id, endedAtMs, { outcome: "cancelled", reason: "asked", records: [] }),
      ]);
      assert(await commands.stop());
      assertEquals((await holder.get(batch[1]!.id))?.reason, "asked");
    },
  },
  {
    name: "a cancel is heard although the holder begins to listen after it",
    async run(harness) {
      const [admin, holder] = [await harness.connect(), await harness.connect()];
      const batch = instances(2);
      await holder.push(batch);
      await pullAll(harness, holder, 2);
      await harness.wait(admin.request({ kind: "cancel", filter: { ids: [batch[0]!.id] } }));
      const commands = heard(harness, holder);
      const command = await commands.next();
      assert(command.kind === "cancel" && command.filter.ids?.includes(batch[0]!.id));
      assert(await commands.stop());
    },
  },
  {
    name: "a cancel is not lost when the holder dies, or is disposed, before it acted on it",
    async run(harness) {
      const [dying, leaving, other] = [
        await harness.connect(),
        await harness.connect(),
        await harness.connect(),
      ];
      const batch = instances(4);
      await other.push(batch);
      await pullAll(harness, dying, 2);
      await pullAll(harness, leaving, 2);
      const meant = [batch[0]!.id, batch[2]!.id];
      assertEquals(await harness.wait(other.request({ kind: "cancel", filter: { ids: meant } })), 2);
      await harness.lose(dying);
      await harness.wait(leaving[Symbol.asyncDispose]());
      assertEquals(ids(await pullAll(harness, other, 2)), [batch[1]!.id, batch[3]!.id]);
      for (const id of meant) {
        const view = await other.get(id);
        assertEquals(view?.state, "cancelled");
        assert(view?.reason && view.endedAtMs !== undefined);
      }
      assert(await nothingToPull(harness, other));
    },
  },
  {
    name: "an instance that completes before its holder hears of a cancel has completed",
    async run(harness) {
      const queue = await harness.connect();
      const [instance] = instances(1);
      await queue.push([instance!]);
      await pullAll(harness, queue, 1);
      await queue.request({ kind: "cancel", filter: {} });
      await queue.finish([result(instance!.id, harness.clock.nowMs())]);
      assertEquals((await queue.get(instance!.id))?.state, "completed");
    },
  },
  {
    name: "retry queues failed and cancelled instances again, with the nodes that are ok, in their place",
    async run(harness) {
      const queue = await harness.connect();
      const batch = instances(4, line);
      await queue.push(batch);
      await pullAll(harness, queue, 2);
      const records = [record(0, "a"), record(1, null, "failed"), record(2, null, "skipped")];
      const endedAtMs = harness.clock.nowMs();
      await queue.finish([
        result(batch[0]!.id, endedAtMs, {
          outcome: "failed",
          reason: "no",
          records,
          output: writeJson({ a: 1 }),
        }),
        result(batch[1]!.id, endedAtMs),
      ]);
      await queue.request({ kind: "cancel", filter: { ids: [batch[2]!.id] } });
      assertEquals(await queue.request({ kind: "retry", filter: {} }), 2);
      const { instance, ...rest } = (await queue.get(batch[0]!.id))!;
      assertEquals([asSubmitted(instance), rest], [batch[0]!, {
        state: "queued",
        progress: [record(0, "a")],
      }]);
      const claims = await pullAll(harness, queue, 3);
      assertEquals(ids(claims), ids([batch[0]!, batch[2]!, batch[3]!]));
      assertEquals(claims[0]!.progress, [record(0, "a")]);
      await queue.finish([result(batch[0]!.id, endedAtMs, { records: [record(1), record(2)] })]);
      assertEquals((await queue.get(batch[0]!.id))?.progress, [record(0, "a"), record(1), record(2)]);
    },
  },
  {
    name: "what is retried wakes a waiting pull",
    async run(harness) {
      const [admin, consumer] = [await harness.connect(), await harness.connect()];
      const [instance] = instances(1);
      await admin.push([instance!]);
      await admin.request({ kind: "cancel", filter: {} });
      const pulled = pullAll(harness, consumer, 1);
      await harness.wait(admin.request({ kind: "retry", filter: { states: ["cancelled"] } }));
      assertEquals(ids(await pulled), [instance!.id]);
    },
  },
  {
    name: "purge forgets ended instances only; their ids may be pushed again",
    async run(harness) {
      const queue = await harness.connect();
      const batch = instances(4);
      await queue.push(batch);
      await pullAll(harness, queue, 3);
      const endedAtMs = harness.clock.nowMs();
      await queue.finish([
        result(batch[0]!.id, endedAtMs),
        result(batch[1]!.id, endedAtMs, { outcome: "failed", reason: "no" }),
      ]);
      assertEquals(await queue.request({ kind: "purge", filter: { states: ["failed", "queued"] } }), 1);
      assertEquals(await queue.request({ kind: "purge", filter: {} }), 1);
      assertEquals(ids(await Array.fromAsync(queue.list({}))), ids(batch.slice(2)));
      await queue.push(batch.slice(0, 1));
      const claims = await pullAll(harness, queue, 2);
      assertEquals([ids(claims), claims[1]!.progress], [ids([batch[3]!, batch[0]!]), []]);
      const { queued, running, completed, failed } = await queue.depth();
      assertEquals([queued, running, completed, failed], [0, 3, 0, 0]);
    },
  },
  {
    name: "commands end when their signal is aborted, also before they begin",
    async run(harness) {
      const queue = await harness.connect();
      assertEquals(await Array.fromAsync(queue.commands(AbortSignal.abort())), []);
    },
  },
];
