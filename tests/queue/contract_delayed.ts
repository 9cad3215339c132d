import { assert, assertEquals } from "@std/assert";
import {
  chain,
  delayedUntil,
  fn,
  type Instance,
  instanceMaker,
  realClock,
  seededRandom,
} from "../../lib/model/mod.ts";
import type { Claim, Filter } from "../../lib/queue/mod.ts";
import { type ContractCase, nothingToPull, pullAll, type QueueHarness } from "./contract_case.ts";
import { decided, ids, record, result, single } from "./samples.ts";

const make = instanceMaker(seededRandom("delayed"));
const other = chain("other", ({ call }) => void call(fn("f")));
const NEVER = new AbortController().signal;
const EMPTY = { delayed: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };

/** An instance that is submitted now, and due after a number of milliseconds. */
function dueIn({ clock }: QueueHarness, ms: number, of = single): Instance {
  const nowMs = clock.wallMs();
  return delayedUntil(make({ chain: of }, nowMs), nowMs + ms);
}

/** Instances that are due later. */
export const delayedCases: readonly ContractCase[] = [
  {
    name: "a delayed instance is handed out when it is due, never before, and keeps no others waiting",
    async run(harness) {
      const queue = await harness.connect(), { clock } = harness;
      const late = dueIn(harness, 7000.5), soon = dueIn(harness, 3000), plain = dueIn(harness, 0);
      await queue.push([late, soon, plain]);
      assertEquals(await queue.depth(), {
        ...EMPTY,
        delayed: 2,
        queued: 1,
        nextDueAtMs: soon.dueAtMs!,
        oldestSubmittedAtMs: plain.submittedAtMs,
      });
      assertEquals(ids(await pullAll(harness, queue, 1)), [plain.id]);
      for (const each of [soon, late]) {
        const [claim] = await pullAll(harness, queue, 1);
        assertEquals(claim!.instance, each);
        const lateMs = clock.wallMs() - each.dueAtMs!;
        assert(lateMs >= 0 && (lateMs < 1 || clock === realClock), `${lateMs} ms late`);
      }
      assertEquals((await queue.depth()).delayed, 0);
    },
  },
  {
    name: "what was due in the past is queued at once",
    async run(harness) {
      const queue = await harness.connect();
      const past = { ...dueIn(harness, 0), dueAtMs: harness.clock.wallMs() - 1 };
      await queue.push([past]);
      assertEquals((await queue.get(past.id))?.state, "queued");
      assertEquals((await pullAll(harness, queue, 1))[0]!.instance, past);
    },
  },
  {
    name: "delayed instances are listed as such, and are queued when they are due",
    async run(harness) {
      const queue = await harness.connect(), bystander = await harness.connect();
      const [first, second] = [dueIn(harness, 500), dueIn(harness, 60_000)];
      await queue.push([first, second]);
      assertEquals((await bystander.get(first.id))?.state, "delayed");
      assertEquals(ids(await Array.fromAsync(bystander.list({ states: ["delayed"] }))), [
        first.id,
        second.id,
      ]);
      const passOver = [{ waitsFor: "x" }];
      const pulled = queue.pull(1, NEVER, { passOver });
      assertEquals(ids(await harness.wait(pulled)), [first.id]);
      assertEquals(ids(await Array.fromAsync(bystander.list({ states: ["delayed"] }))), [second.id]);
    },
  },
  {
    name: "delayed instances stand on pages among the others, in either direction",
    async run(harness) {
      const queue = await harness.connect();
      const all = [0, 60_000, 60_000, 0, 60_000, 90_000, 60_000].map((ms) => dueIn(harness, ms));
      for (const each of all) await queue.push([each]);
      const pages = async (newestFirst: boolean, filter: Filter = {}) => {
        const found: string[] = [];
        for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
          const { lines, next } = await queue.page(filter, {
            limit: 2,
            newestFirst,
            ...after !== undefined && { after },
          });
          found.push(...lines.map(({ id }) => id));
          after = next;
        }
        return found;
      };
      const oldestFirst = await pages(false);
      assertEquals(oldestFirst.toSorted(), ids(all).toSorted());
      assertEquals((await pages(true)).toReversed(), oldestFirst);
      const delayed = ids(all.filter(({ dueAtMs }) => dueAtMs !== undefined));
      assertEquals((await pages(false, { states: ["delayed"] })).toSorted(), delayed.toSorted());
    },
  },
  {
    name: "a delayed instance outlives those who have it in memory, and is due when it was",
    async run(harness) {
      const first = await harness.connect();
      const one = dueIn(harness, 5000), due = dueIn(harness, 1000);
      await first.push([one, due]);
      assert(await nothingToPull(harness, first));
      await harness.wait(first[Symbol.asyncDispose]());
      await harness.wait(harness.clock.until(harness.clock.nowMs() + 2000));
      const heir = await harness.connect();
      assertEquals(ids(await pullAll(harness, heir, 1)), [due.id]);
      assert(harness.clock.wallMs() < one.dueAtMs!);
      assertEquals(ids(await pullAll(harness, heir, 1)), [one.id]);
    },
  },
  {
    name: "each delayed instance goes to one of several consumers that wait for it",
    async run(harness) {
      const consumers = [await harness.connect(), await harness.connect(), await harness.connect()];
      const all = Array.from({ length: 30 }, (_, i) => dueIn(harness, 1000 + 100 * (i % 3)));
      await consumers[0]!.push(all);
      const seen: Claim[] = [];
      const over = new AbortController();
      const pulling = consumers.map(async (consumer) => {
        while (!over.signal.aborted) {
          seen.push(...await consumer.pull(4, over.signal));
          if (seen.length >= all.length) over.abort();
        }
      });
      await harness.wait(Promise.all(pulling));
      assertEquals(ids(seen).sort(), ids(all).sort());
    },
  },
  {
    name:
      "a delayed instance can be cancelled, and is not handed out then; retried, it waits until it is due",
    async run(harness) {
      const queue = await harness.connect();
      const [one, two] = [dueIn(harness, 2000, decided), dueIn(harness, 2000, decided)];
      await queue.push([one, two]);
      assertEquals(await queue.request({ kind: "cancel", filter: { ids: [one.id] } }), 1);
      assertEquals((await queue.get(one.id))?.state, "cancelled");
      assertEquals(await queue.depth(), {
        ...EMPTY,
        delayed: 1,
        cancelled: 1,
        nextDueAtMs: two.dueAtMs!,
      });
      assertEquals(await queue.request({ kind: "cancel", filter: { states: ["delayed"] } }), 1);
      assertEquals(await queue.request({ kind: "retry", filter: { ids: [two.id] } }), 1);
      assertEquals((await queue.get(two.id))?.state, "delayed");
      const [claim] = await pullAll(harness, queue, 1);
      assertEquals([claim!.instance.id, claim!.progress], [two.id, []]);
      assert(harness.clock.wallMs() >= two.dueAtMs!);
      await queue.finish([result(two.id, harness.clock.wallMs(), { outcome: "failed", reason: "no" })]);
      assertEquals(await queue.request({ kind: "retry", filter: {} }), 2);
      assertEquals((await queue.depth()).queued, 2, "both are due");
      assertEquals(ids(await pullAll(harness, queue, 2)), [one.id, two.id]);
    },
  },
  {
    name: "an ended instance that was delayed is purged as all others are",
    async run(harness) {
      const queue = await harness.connect();
      const [gone, stays] = [dueIn(harness, 60_000), dueIn(harness, 60_000)];
      await queue.push([gone, stays]);
      await queue.request({ kind: "cancel", filter: { ids: [gone.id] } });
      assertEquals(await queue.request({ kind: "purge", filter: {} }), 1);
      assertEquals(await queue.depth(), { ...EMPTY, delayed: 1, nextDueAtMs: stays.dueAtMs! });
    },
  },
  {
    name: "of two submissions under one id the first says when it is due",
    async run(harness) {
      const queue = await harness.connect();
      const first = dueIn(harness, 1000);
      await queue.push([first]);
      const { dueAtMs: _, ...again } = first;
      const { existing = [first.id] } = await queue.push([again]); // not all queues can tell
      assertEquals(existing, [first.id]);
      assertEquals((await queue.get(first.id))?.instance, first);
      assert(await nothingToPull(harness, queue));
    },
  },
  {
    name:
      "what falls due is of its kind: pulls pass over it as over the others, and come to what stands behind",
    async run(harness) {
      const queue = await harness.connect();
      const plain = dueIn(harness, 0);
      await queue.push([plain]);
      const [{ instance }] = await pullAll(harness, queue, 1) as [Claim];
      const many = Array.from({ length: 40 }, () => dueIn(harness, 500));
      const behind = dueIn(harness, 1000, other);
      await queue.push([...many, behind]);
      const passOver = [{ chain: instance.chain }];
      assertEquals(ids(await harness.wait(queue.pull(50, NEVER, { passOver }))), [behind.id]);
      assertEquals(ids(await pullAll(harness, queue, 40)), ids(many));
    },
  },
  {
    name: "what was handed out when it was due and comes back is not delayed again",
    async run(harness) {
      const queue = await harness.connect();
      const one = dueIn(harness, 1000);
      await queue.push([one]);
      await pullAll(harness, queue, 1);
      await queue.checkpoint([{ instanceId: one.id, records: [record(0)] }]);
      await queue.release([{ instanceId: one.id }]);
      assertEquals((await queue.get(one.id))?.state, "queued");
      const [claim] = await pullAll(harness, queue, 1);
      assertEquals([claim!.instance, claim!.progress], [one, [record(0)]]);
    },
  },
];
