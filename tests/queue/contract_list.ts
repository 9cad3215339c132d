import { type Filter, QueueError } from "../../lib/queue/mod.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { type ContractCase, pullAll } from "./contract_case.ts";
import { ids, instances, line, record, result, single } from "./samples.ts";

/** Looking: get and list. */
export const listCases: readonly ContractCase[] = [
  {
    name: "get answers undefined for an id it does not know",
    async run(harness) {
      const queue = await harness.connect();
      assertEquals(await queue.get("unknown"), undefined);
    },
  },
  {
    name: "list gives what each part of a filter means, oldest first",
    async run(harness) {
      const queue = await harness.connect();
      const a = instances(3, { chain: single, labels: { tenant: "acme", "odd \"key'.[0]": "1" } }, "a");
      const b = instances(3, { chain: line, labels: { tenant: "bolt" } }, "b");
      const c = instances(2, line, "c");
      await queue.push([...a, ...b, ...c]);
      await pullAll(harness, queue, 4);
      const endedAtMs = harness.clock.nowMs();
      await queue.finish([
        result(a[0]!.id, endedAtMs),
        result(a[1]!.id, endedAtMs, { outcome: "failed", reason: "no" }),
      ]);
      const list = async (filter: Filter) => ids(await Array.fromAsync(queue.list(filter)));
      assertEquals(await list({}), ids([...a, ...b, ...c]));
      assertEquals(await list({ ids: [c[1]!.id, a[0]!.id, "unknown", c[1]!.id] }), ids([a[0]!, c[1]!]));
      assertEquals(await list({ states: ["queued"] }), ids([b[1]!, b[2]!, ...c]));
      assertEquals(await list({ states: ["running", "failed", "failed"] }), ids([a[1]!, a[2]!, b[0]!]));
      assertEquals(await list({ chain: "line" }), ids([...b, ...c]));
      assertEquals(await list({ labels: { tenant: "acme" } }), ids(a));
      assertEquals(await list({ labels: { tenant: "acme", "odd \"key'.[0]": "1" } }), ids(a));
      assertEquals(await list({ labels: { tenant: "acme", other: "x" } }), []);
      assertEquals(await list({ labels: {} }), ids([...a, ...b, ...c]));
      assertEquals(
        await list({ chain: "line", labels: { tenant: "bolt" }, states: ["queued"] }),
        ids(b.slice(1)),
      );
      assertEquals(await list({ limit: 2 }), ids(a.slice(0, 2)));
      assertEquals(await list({ chain: "line", limit: 1 }), ids(b.slice(0, 1)));
      for (const none of [{ ids: [] }, { states: [] }, { chain: "other" }, { limit: 0 }]) {
        assertEquals(await list(none), []);
      }
    },
  },
  {
    name: "list goes through more than a page, while the queue is written to",
    async run(harness) {
      const queue = await harness.connect();
      const batch = instances(2500);
      await queue.push(batch);
      const seen: string[] = [];
      for await (const { instance } of queue.list({ states: ["queued", "cancelled"] })) {
        seen.push(instance.id);
        if (seen.length === 1500) await queue.request({ kind: "cancel", filter: { ids: [batch[2000]!.id] } });
      }
      assertEquals(seen, ids(batch));
    },
  },
  {
    name: "pages go through a list in either direction, and what is submitted meanwhile moves nothing",
    async run(harness) {
      const queue = await harness.connect();
      const a = instances(7, { chain: single, labels: { tenant: "acme" } }, "a");
      const b = instances(6, { chain: line, labels: { tenant: "bolt" } }, "b");
      const late = instances(1, { chain: single, labels: { tenant: "acme" } }, "late");
      await queue.push([...a, ...b]);
      await pullAll(harness, queue, 2);
      await queue.finish([result(a[0]!.id, harness.clock.nowMs(), { outcome: "failed", reason: "no" })]);
      const all = async (filter: Filter, limit: number, newestFirst = false) => {
        const seen: string[] = [];
        let after: string | undefined;
        while (true) {
          const { lines, next } = await queue.page(filter, {
            limit,
            newestFirst,
            ...after !== undefined && { after },
          });
          seen.push(...lines.map(({ id }) => id));
          assertEquals(lines.length <= limit, true);
          if (next === undefined) return seen;
          if (newestFirst) await queue.push(late);
          after = next;
        }
      };
      assertEquals(await all({}, 4), ids([...a, ...b]));
      assertEquals(await all({ chain: "line" }, 4, true), ids(b).reverse());
      assertEquals(
        await all({ states: ["queued"], labels: { tenant: "acme" } }, 3),
        ids([...a.slice(2), ...late]),
      );
      assertEquals(await all({ states: ["failed"] }, 1), ids(a.slice(0, 1)));
      assertEquals(await all({ ids: [b[2]!.id, a[3]!.id] }, 10, true), ids([b[2]!, a[3]!]));
      assertEquals(await all({ states: [] }, 10), []);
      const { lines: [line0] } = await queue.page({ states: ["failed"] }, { limit: 10 });
      const { id, chain, state, labels, reason } = line0!;
      assertEquals({ id, chain, state, labels, reason }, {
        id: a[0]!.id,
        chain: "single",
        state: "failed",
        labels: { tenant: "acme" },
        reason: "no",
      });
      for (const after of ["x", "", "1.2.3.4.5", "-1", "1e3", "99999999999999999"]) {
        await assertRejects(() => queue.page({}, { limit: 1, after }), QueueError, "Cannot go on from");
      }
    },
  },
  {
    name: "another connection sees what was written",
    async run(harness) {
      const [writer, reader] = [await harness.connect(), await harness.connect()];
      const [instance] = instances(1, line);
      await writer.push([instance!]);
      await pullAll(harness, writer, 1);
      await writer.checkpoint([{ instanceId: instance!.id, records: [record(0, "seen")] }]);
      const view = { instance: instance!, state: "running" as const, progress: [record(0, "seen")] };
      assertEquals(await harness.wait(reader.get(instance!.id)), view);
      assertEquals(await harness.wait(Array.fromAsync(reader.list({}))), [view]);
    },
  },
];
