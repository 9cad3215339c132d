import { Consumer } from "../../lib/consume/mod.ts";
import type { Answer, Call, Platform } from "../../lib/platform/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import { noRecorder } from "../../lib/record/mod.ts";
import { assertEquals } from "@std/assert";
import { makeScheduler, OK } from "../scheduler/builders.ts";
import type { ContractCase, QueueHarness } from "./contract.ts";
import { ids, instances, result, single } from "./samples.ts";

const COUNT = 20;

/** Consumers that were silent for too long, judged by the calls that they make. */
export const lostCases: readonly ContractCase[] = [
  {
    name: "a consumer that lost its lease makes no call of what it lost, and goes on with the rest",
    async run(harness) {
      const [late, heir] = [await harness.connect(), await harness.connect()];
      const platform = new FirstHangs();
      const consumer = new Consumer({
        queue: late,
        scheduler: makeScheduler("fcfs", { global: 1 }),
        platform,
        recorder: noRecorder,
        clock: harness.clock,
        window: COUNT, // nothing more is pulled before it has dropped what it lost
      });
      const batch = instances(COUNT);
      await late.push(batch);
      const drain = new AbortController();
      const running = consumer.run(drain.signal, new AbortController().signal);
      await harness.wait(platform.calledFor(1));
      const completed = completeAll(harness, heir);
      await harness.lose(late);
      platform.release();
      await harness.wait(completed);
      await harness.wait(heir[Symbol.asyncDispose]());
      const [own] = instances(1, single, "own");
      await late.push([own!]);
      await harness.wait(platform.calledFor(2));
      drain.abort();
      await harness.wait(running);
      assertEquals(platform.calls, ids([batch[0]!, own!]));
      assertEquals((await late.depth()).completed, COUNT + 1);
    },
  },
];

/** Ends whatever it gets, until it has ended all. */
async function completeAll(harness: QueueHarness, queue: QueueDriver): Promise<void> {
  for (let completed = 0; completed < COUNT;) {
    const claims = await queue.pull(COUNT, new AbortController().signal);
    await queue.finish(ids(claims).map((id) => result(id, harness.clock.nowMs())));
    completed += claims.length;
  }
}

/** A platform that answers at once, but its first call only when it is let. */
class FirstHangs implements Platform {
  readonly name = "first hangs";
  /** The instances that were called. */
  readonly calls: string[] = [];
  readonly #hanging = Promise.withResolvers<void>();
  readonly #waiting: { readonly count: number; resolve(): void }[] = [];

  release(): void {
    this.#hanging.resolve();
  }

  /** Resolves when there have been so many calls. */
  calledFor(count: number): Promise<void> {
    if (this.calls.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  async invoke({ instance }: Call): Promise<Answer> {
    this.calls.push(instance.id);
    const count = this.calls.length;
    for (const each of this.#waiting) if (count >= each.count) each.resolve();
    if (count === 1) await this.#hanging.promise;
    return { outcome: OK, status: 200, cold: false };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
