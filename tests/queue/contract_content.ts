import {
  chain,
  fn,
  type JsonText,
  NO_ARGS,
  type NodeRecord,
  traceContextOf,
  WorkloadError,
  writeJson,
} from "../../lib/model/mod.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type ContractCase, pullAll } from "./contract_case.ts";
import { decided, held, ids, instances, itemRecord, line, record, result, single } from "./samples.ts";
import { jsonTexts, objectTexts } from "../../lib/model/testing.ts";

const TRACE = traceContextOf(`00-${"4b".repeat(16)}-${"a0".repeat(8)}-01`, "a=1, b@c=two words");

/** The allowed content and number of instances and outputs, and what is refused. */
export const contentCases: readonly ContractCase[] = [
  {
    name: "an instance comes back as it was pushed, whatever its parts",
    async run(harness) {
      const [producer, consumer] = [await harness.connect(), await harness.connect()];
      const [plain] = instances(1, line, "plain");
      const [full] = instances(1, {
        chain: line,
        labels: { tenant: "acme", "Straße 🌲": "ünïcode\u0000\n\"'; DROP", "a.b[0]": "" },
        priority: -3,
        weight: 0.25,
        deadlineMs: 1500.5,
      }, "full");
      const odd = { ...plain!, id: "run:7.a-b_c", submittedAtMs: 1.25, ...TRACE };
      await producer.push([plain!, full!, odd]);
      const claims = await pullAll(harness, consumer, 3);
      assertEquals(claims.map(({ instance }) => instance), [plain!, full!, odd]);
      assertEquals((await producer.get(odd.id))?.instance, odd);
    },
  },
  {
    name: "an instance comes back with what its chain decides, its arguments and its parent",
    async run(harness) {
      const [producer, consumer] = [await harness.connect(), await harness.connect()];
      const [plain, full, child] = instances(3, decided);
      const submitted = [
        { ...plain!, args: NO_ARGS, ...TRACE },
        { ...full!, args: writeJson({ pages: 3, deep: [{ "ключ": "\u0000\ud800'" }], none: null }) },
      ];
      const called = [
        { ...child!, parent: { instance: full!.id, node: "convert" } },
        { ...child!, id: "of-an-item", parent: { instance: full!.id, node: "convert", item: 9999 } },
      ];
      const given = [...submitted, ...called];
      await producer.push(submitted);
      const claims = await pullAll(harness, consumer, submitted.length);
      assertEquals(claims.map(({ instance }) => instance), submitted);
      assertEquals(new Set(claims.map(({ instance }) => instance.chain)).size, 1);
      await consumer.push(called);
      for (const instance of given) assertEquals((await producer.get(instance.id))?.instance, instance);
      const listed = await Array.fromAsync(producer.list({ chain: "decided" }));
      assertEquals(listed.map(({ instance }) => instance), given);
      const { publish, undo } = { publish: 3, undo: decided.onFailed! };
      const records = [record(publish, null, "skipped"), record(undo, { undone: true })];
      const end = result(full!.id, harness.clock.nowMs(), {
        records,
        outcome: "failed",
        reason: "time limit",
      });
      await consumer.finish([end]);
      const view = await producer.get(full!.id);
      assertEquals([view?.state, view?.reason, view?.progress], ["failed", "time limit", records]);
    },
  },
  {
    name: "the records of a map's items are kept beside that of their node, whatever their order",
    async run(harness) {
      const queue = await harness.connect();
      const [a, b] = instances(2, decided);
      await queue.push([a!, b!]);
      await pullAll(harness, queue, 2);
      const write = (instanceId: string, ...records: NodeRecord[]) =>
        queue.checkpoint([{ instanceId, records }]);
      await write(a!.id, itemRecord(1, 9999, "last"), record(2), itemRecord(1, 0, [0]));
      await write(b!.id, itemRecord(1, 7, "of another"));
      await write(a!.id, itemRecord(0, 3), itemRecord(1, 5, null, "failed"), record(0, { pages: 3 }));
      await write(a!.id, itemRecord(1, 0, "first"), itemRecord(2, 1, null, "started"));
      const kept = [
        record(0, { pages: 3 }),
        itemRecord(0, 3),
        itemRecord(1, 0, "first"),
        itemRecord(1, 5, null, "failed"),
        itemRecord(1, 9999, "last"),
        record(2),
        itemRecord(2, 1, null, "started"),
      ];
      assertEquals((await queue.get(a!.id))?.progress, kept);
      await harness.wait(queue[Symbol.asyncDispose]());
      const heir = await harness.connect();
      const claims = await pullAll(harness, heir, 2);
      assertEquals(claims.map(({ progress }) => progress), [kept, [itemRecord(1, 7, "of another")]]);

      await heir.finish([
        result(a!.id, harness.clock.nowMs(), { outcome: "failed", records: [record(1, null, "failed")] }),
      ]);
      await heir.request({ kind: "retry", filter: { ids: [a!.id] } });
      const [again] = await pullAll(harness, heir, 1);
      assertEquals(
        again!.progress,
        kept.filter(({ state }) => state === "ok"),
        "what is ok is not done again",
      );
      await heir.finish([result(a!.id, harness.clock.nowMs())]);
      await heir.request({ kind: "purge", filter: { ids: [a!.id] } });
      await heir.push([a!]);
      assertEquals((await heir.get(a!.id))?.progress, [], "nothing is left of what was forgotten");
    },
  },
  {
    name: "10,000 items of a map are written one by one, and come back",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      const [instance] = instances(1, decided);
      await queue.push([instance!]);
      await pullAll(harness, queue, 1);
      const records = Array.from({ length: 10_000 }, (_, item) => itemRecord(1, item, { item }));
      const shuffled = records.map((record, i) => records[i * 7919 % records.length] ?? record);
      await harness.wait(
        Promise.all(
          shuffled.map((record) => queue.checkpoint([{ instanceId: instance!.id, records: [record] }])),
        ),
      );
      await harness.wait(queue[Symbol.asyncDispose]());
      const [claim] = await pullAll(harness, other, 1);
      assertEquals(claim!.progress, records);
    },
  },
  {
    name: "instances of the same definition share one chain object",
    async run(harness) {
      const queue = await harness.connect();
      const build = () => chain("twin", ({ call }) => void call(fn("f"), { args: { a: 1, b: 2 } }));
      const [a, b] = [build(), build()];
      await queue.push([...instances(2, a, "a"), ...instances(1, b, "b"), ...instances(1, line, "c")]);
      const claims = await pullAll(harness, queue, 4);
      const shared = new Set(claims.slice(0, 3).map(({ instance }) => instance.chain));
      assertEquals([shared.size, claims[3]!.instance.chain.name], [1, "line"]);
    },
  },
  {
    name: "outputs of any JSON come back, large ones too",
    async run(harness) {
      const queue = await harness.connect();
      const [instance] = instances(1);
      const outputs = [
        0,
        -1.5e-7,
        "",
        "null",
        "🌲\u0000\ud800\"'\n",
        true,
        [],
        {},
        [null, { "": [[]], "ключ": "значение" }],
        "x".repeat(256 * 1024),
        Array.from({ length: 20_000 }, (_, i) => ({ i, text: `row ${i}` })),
      ];
      await queue.push([instance!]);
      await pullAll(harness, queue, 1);
      const records = outputs.map((output, node) => record(node, output));
      await queue.checkpoint([{ instanceId: instance!.id, records }]);
      assertEquals((await queue.get(instance!.id))?.progress, records);
      await queue.finish([
        result(instance!.id, harness.clock.nowMs(), { records: [], output: writeJson(outputs) }),
      ]);
      assertEquals((await queue.get(instance!.id))?.output, writeJson(outputs));
    },
  },
  {
    name: "args and outputs come back to the byte, however others write JSON",
    async run(harness) {
      const queue = await harness.connect();
      const texts = fc.sample(jsonTexts, 30);
      const [args] = fc.sample(objectTexts.filter((text) => text.length > 20), 1);
      const instance = { ...instances(1)[0]!, args: args! };
      const { id } = instance;
      await queue.push([instance]);
      await pullAll(harness, queue, 1);
      const records = texts.map((output, node) => ({ ...record(node), output }));
      const items = texts.map((output, item) => ({ ...itemRecord(texts.length, item), output }));
      await queue.checkpoint([{ instanceId: id, records: [...records, ...items] }]);
      await queue.release(held(id));
      const [claim] = await pullAll(harness, queue, 1);
      assertEquals([claim!.instance, claim!.progress], [instance, [...records, ...items]]);
      await queue.finish([result(id, harness.clock.nowMs(), { records: [], output: texts[0]! })]);
      const view = await queue.get(id);
      assertEquals([view?.instance.args, view?.progress, view?.output], [args, claim!.progress, texts[0]]);
    },
  },
  {
    name:
      "a pull takes no more than are as long together as it may be, but one at least, with what was recorded",
    async run(harness) {
      const queue = await harness.connect();
      const args = writeJson({ text: "x".repeat(10_000) });
      const batch = instances(6).map((instance) => ({ ...instance, args }));
      await queue.push(batch);
      const { signal } = new AbortController();
      const pull = async (characters: number, max = 10) =>
        ids(await harness.wait(queue.pull(max, signal, { maxCharacters: characters })));
      assertEquals((await pull(25_000)).length, 2);
      assertEquals((await pull(100)).length, 1);
      assertEquals((await pull(100_000, 2)).length, 2);
      const last = await pull(100_000);
      assertEquals(last, [batch[5]!.id]);
      const records = [record(0, "y".repeat(20_000)), itemRecord(1, 0, "z".repeat(20_000))];
      await queue.checkpoint([{ instanceId: last[0]!, records }]);
      await queue.release(held(...batch.slice(4).map(({ id }) => id)));
      assertEquals(await pull(40_000), [batch[4]!.id]);
      assertEquals(await pull(100), [batch[5]!.id]);
    },
  },
  {
    name: "a batch of 10,000 goes through, each instance once, in order",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      const batch = instances(10_000, { chain: single, labels: { tenant: "acme" } });
      await harness.wait(queue.push(batch));
      const claims = await pullAll(harness, other, batch.length);
      assertEquals(ids(claims), ids(batch));
      const endedAtMs = harness.clock.nowMs();
      await harness.wait(other.finish(batch.map(({ id }) => result(id, endedAtMs))));
      const { queued, running, completed } = await queue.depth();
      assertEquals([queued, running, completed], [0, 0, batch.length]);
    },
  },
  {
    name: "an instance that cannot be run is refused with its whole call, and with no other call",
    async run(harness) {
      const queue = await harness.connect();
      const [good, bad, other] = instances(3);
      const calls = await Promise.allSettled([
        queue.push([other!]),
        queue.push([good!, { ...bad!, priority: NaN }]),
        queue.push([{ ...bad!, id: "a\0b" }]),
        queue.push([{ ...bad!, chain: { name: "empty", nodes: [] } }]),
      ]);
      assertEquals(calls.map(({ status }) => status), ["fulfilled", "rejected", "rejected", "rejected"]);
      const reasons = calls.map((call) => call.status === "rejected" ? call.reason : undefined);
      assert(reasons.slice(1).every((reason) => reason instanceof WorkloadError));
      assertEquals(ids(await Array.fromAsync(queue.list({}))), [other!.id]);
    },
  },
  {
    name: "an output or a node that cannot be stored is refused with its whole call, and with no other call",
    async run(harness) {
      const queue = await harness.connect();
      const [a, b] = instances(2);
      await queue.push([a!, b!]);
      await pullAll(harness, queue, 2);
      const endedAtMs = harness.clock.nowMs();
      const notJson = undefined as unknown as JsonText;
      const good = queue.checkpoint([{ instanceId: a!.id, records: [record(0, "kept")] }]);
      const refused = [
        assertRejects(
          () => queue.finish([result(b!.id, endedAtMs), result(a!.id, endedAtMs, { output: notJson })]),
          TypeError,
        ),
        assertRejects(
          () => queue.checkpoint([{ instanceId: a!.id, records: [record(0, 1), record(-1)] }]),
          RangeError,
        ),
        assertRejects(() => queue.checkpoint([{ instanceId: b!.id, records: [record(0.5)] }]), RangeError),
        assertRejects(
          () => queue.checkpoint([{ instanceId: b!.id, records: [itemRecord(0, 1), itemRecord(0, 10_000)] }]),
          RangeError,
        ),
      ];
      await Promise.all([good, ...refused]);
      const views = await Array.fromAsync(queue.list({}));
      assertEquals(views.map(({ state }) => state), ["running", "running"]);
      assertEquals(views.map(({ progress }) => progress), [[record(0, "kept")], []]);
    },
  },
  {
    name: "many calls at once are all answered",
    async run(harness) {
      const queue = await harness.connect();
      const batch = instances(400, line);
      await harness.wait(Promise.all(batch.map((instance) => queue.push([instance]))));
      const claims = (await harness.wait(
        Promise.all(Array.from({ length: 40 }, () => pullAll(harness, queue, 10))),
      )).flat();
      assertEquals(new Set(ids(claims)), new Set(ids(batch)));
      await harness.wait(Promise.all(
        ids(claims).flatMap((instanceId, i) => [
          queue.checkpoint([{ instanceId, records: [record(0, i)] }]),
          queue.checkpoint([{ instanceId, records: [record(1, -i)] }]),
          queue.finish([
            result(instanceId, harness.clock.nowMs(), { records: [record(2)], output: writeJson(i) }),
          ]),
        ]),
      ));
      const views = await Array.fromAsync(queue.list({ states: ["completed"] }));
      assertEquals(views.length, 400);
      assert(views.every(({ progress, output }) => progress.length === 3 && progress[0]!.output === output));
    },
  },
];
