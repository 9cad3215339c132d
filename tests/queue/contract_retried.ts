import { assert, assertEquals } from "@std/assert";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import { type ContractCase, pullAll, type QueueHarness } from "./contract_case.ts";
import { family } from "./contract_called.ts";
import { asSubmitted, instances, line, record, result } from "./samples.ts";

/** Retries all that can be, and returns the interval in which that was asked for: drivers may round down to milliseconds. */
async function retryAll(
  { clock, wait }: QueueHarness,
  queue: QueueDriver,
  from?: string,
): Promise<readonly [fromMs: number, toMs: number]> {
  const fromMs = Math.floor(clock.wallMs());
  await wait(queue.request({ kind: "retry", filter: {}, ...from !== undefined && { from } }));
  return [fromMs, clock.wallMs()];
}

function assertWithin(
  atMs: readonly number[] | undefined,
  within: readonly (readonly [fromMs: number, toMs: number])[],
): void {
  assertEquals(atMs?.length, within.length);
  within.forEach(([fromMs, toMs], i) =>
    assert(atMs![i]! >= fromMs && atMs![i]! <= toMs, `${atMs} in ${within}`)
  );
}

/** Instants of retries. */
export const retriedCases: readonly ContractCase[] = [
  {
    name: "an instance has the instants of its retries, for each that takes it and after its end",
    async run(harness) {
      const [queue, other] = [await harness.connect(), await harness.connect()];
      const [instance] = instances(1, line), failed = { outcome: "failed", reason: "x" } as const;
      await queue.push([instance!]);
      const [first] = await pullAll(harness, queue, 1);
      assertEquals(first!.instance.retriedAtMs, undefined);
      const end = (consumer: QueueDriver) =>
        consumer.finish([
          result(instance!.id, harness.clock.nowMs(), {
            ...failed,
            records: [record(0), record(1, null, "failed")],
          }),
        ]);
      await end(queue);
      await harness.wait(harness.clock.until(harness.clock.nowMs() + 50));
      const within = [await retryAll(harness, other)];
      await pullAll(harness, queue, 1);
      await harness.lose(queue);
      const [again] = await pullAll(harness, other, 1);
      assertWithin(again!.instance.retriedAtMs, within);
      assertEquals(asSubmitted(again!.instance), instance!);
      await end(other);
      assertWithin((await queue.get(instance!.id))?.instance.retriedAtMs, within);
      await harness.wait(harness.clock.until(harness.clock.nowMs() + 50));
      within.push(await retryAll(harness, other, "second"));
      const [last] = await pullAll(harness, other, 1);
      assertWithin(last!.instance.retriedAtMs, within);
      assertEquals(last!.instance.generations, [0, 1, 1]);
    },
  },
  {
    name: "what was called has the instant of its caller's retry, but for what is completed",
    async run(harness) {
      const queue = await harness.connect();
      const { root, child, other, grandchild } = await family(harness, queue);
      const endedAtMs = harness.clock.nowMs(),
        failed = { outcome: "failed", reason: "x", records: [] } as const;
      await queue.finish([result(other.id, endedAtMs, { records: [] })]);
      for (const { id } of [grandchild, child]) await queue.finish([result(id, endedAtMs, failed)]);
      await queue.finish([result(root.id, endedAtMs, { ...failed, records: [record(0), record(2)] })]);
      const within = [await retryAll(harness, queue)];
      const [claim] = await pullAll(harness, queue, 1);
      assertWithin(claim!.instance.retriedAtMs, within);
      const of = new Map(claim!.children?.map(({ instance }) => [instance.id, instance.retriedAtMs]));
      assertEquals([...of.keys()].toSorted(), [child, grandchild, other].map(({ id }) => id).toSorted());
      assertWithin(of.get(child.id), within);
      assertWithin(of.get(grandchild.id), within);
      assertEquals(of.get(other.id), undefined);
    },
  },
];
