import { BEAT_MS, type ConsumerRecord, type QueueDriver } from "../../lib/queue/mod.ts";
import { assert, assertEquals } from "@std/assert";
import type { ContractCase, QueueHarness } from "./contract_case.ts";

/** A record of a consumer on some machine. */
export function recordOf(host: string, rest: Partial<ConsumerRecord> = {}): ConsumerRecord {
  return {
    host,
    pid: 4711,
    version: "1.2.3",
    policy: "fair-share",
    limits: { global: 20, functions: { f: 2 } },
    instances: 7,
    running: 3,
    ready: 4,
    callsPerS: 2.5,
    throttled: 1,
    ...rest,
  };
}

/** Lets a consumer beat until the scope ends. */
async function beating(harness: QueueHarness, queue: QueueDriver, record: ConsumerRecord) {
  const stop = new AbortController();
  const beat = async () => {
    while (!stop.signal.aborted) {
      await queue.beat(record);
      await harness.clock.until(harness.clock.nowMs() + BEAT_MS, stop.signal);
    }
  };
  await harness.wait(queue.beat(record));
  const beats = beat();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await harness.wait(beats);
    },
  };
}

const hostsOf = async (harness: QueueHarness, queue: QueueDriver) =>
  (await harness.wait(queue.consumers())).map(({ host }) => host);

/** Which consumers a queue shows. */
export const consumerCases: readonly ContractCase[] = [
  {
    name: "consumers shows what each has written of itself lately, oldest first, until it ends",
    async run(harness) {
      const [admin, a, b] = [await harness.connect(), await harness.connect(), await harness.connect()];
      assertEquals(await harness.wait(admin.consumers()), []);
      await using _a = await beating(harness, a, recordOf("a"));
      {
        const part = { from: 0.25, to: 1 };
        await using _b = await beating(harness, b, recordOf("b", { part, limit: 15 }));
        const [first, second, ...others] = await harness.wait(admin.consumers());
        const { id, beatAgoMs, ...record } = second!;
        assertEquals([first!.host, record, others], ["a", recordOf("b", { part, limit: 15 }), []]);
        assert(id !== first!.id && beatAgoMs >= 0 && beatAgoMs <= 2 * BEAT_MS);
        assertEquals(await hostsOf(harness, a), ["a", "b"], "consumers see themselves");
      }
      await harness.wait(b[Symbol.asyncDispose]());
      assertEquals(await hostsOf(harness, admin), ["a"]);
      await using _again = await beating(harness, a, recordOf("a2"));
      const pause = harness.clock.until(harness.clock.nowMs() + 2 * BEAT_MS);
      await harness.wait(pause);
      const [only] = await harness.wait(admin.consumers());
      assert(["a", "a2"].includes(only!.host), "a record takes the place of the former one");
    },
  },
];
