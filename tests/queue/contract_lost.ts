import { Consumer } from "../../lib/consume/mod.ts";
import type { Answer, Call, Platform } from "../../lib/platform/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import { noRecorder } from "../../lib/record/mod.ts";
import { assertEquals } from "@std/assert";
import { makeScheduler, OK } from "../scheduler/builders.ts";
import type { ContractCase, QueueHarness } from "./contract_case.ts";
import { ids, instances, result, single } from "./samples.ts";

const COUNT = 20;
/** The interval between checks whether all has ended, in milliseconds. */
const LOOK_MS = 50;

/** Consumers that were silent for too long, judged by the calls that they make. */
export const lostCases: readonly ContractCase[] = [
  {
    name: "a consumer that lost its lease makes no call of what it lost, and goes on with the rest",
    async run(harness) {
      const [late, heir] = [await harness.connect(), await harness.connect()];
      const ended = new Set<string>(), over = new AbortController();
      const platform = new FirstHangs(ended);
      const consumer = new Consumer({
        queue: late,
        scheduler: makeScheduler("fcfs", { global: 1 }),
        platform,
        recorder: noRecorder,
        clock: harness.clock,
        window: COUNT, // nothing more is pulled before it has dropped what it lost
      });
      await late.push(instances(COUNT));
      const drain = new AbortController();
      const running = consumer.run(drain.signal, new AbortController().signal);
      await harness.wait(platform.calledFor(1));
      const inherited = endAll(harness, heir, ended, over.signal);
      await harness.lose(late);
      platform.release();
      // A driver that divides its queue may have given some of it back to the late one meanwhile.
      while ((await harness.wait(late.depth())).completed < COUNT) {
        await harness.wait(harness.clock.until(harness.clock.nowMs() + LOOK_MS));
      }
      over.abort();
      await harness.wait(inherited);
      await harness.wait(heir[Symbol.asyncDispose]());
      const before = platform.calls.length;
      const [own] = instances(1, single, "own");
      await late.push([own!]);
      await harness.wait(platform.calledFor(before + 1));
      drain.abort();
      await harness.wait(running);
      assertEquals(platform.calledInVain, []);
      assertEquals(platform.calls.at(-1), own!.id);
      if (ended.size === COUNT) assertEquals(platform.calls.length, 2, "all of it had ended elsewhere");
      assertEquals((await late.depth()).completed, COUNT + 1);
    },
  },
];

/** Ends whatever it gets, and notes what has ended. */
async function endAll(
  harness: QueueHarness,
  queue: QueueDriver,
  ended: Set<string>,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    const claims = ids(await queue.pull(COUNT, over));
    await queue.finish(claims.map((id) => result(id, harness.clock.nowMs())));
    for (const id of claims) ended.add(id);
  }
}

/** A platform that answers at once, but its first call only when it is let. */
class FirstHangs implements Platform {
  readonly name = "first hangs";
  /** The instances that were called. */
  readonly calls: string[] = [];
  /** Those of them that had ended before. */
  readonly calledInVain: string[] = [];
  readonly #ended: ReadonlySet<string>;
  readonly #hanging = Promise.withResolvers<void>();
  readonly #waiting: { readonly count: number; resolve(): void }[] = [];

  constructor(ended: ReadonlySet<string>) {
    this.#ended = ended;
  }

  release(): void {
    this.#hanging.resolve();
  }

  /** Resolves when there have been this number of calls. */
  calledFor(count: number): Promise<void> {
    if (this.calls.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  async invoke({ instance }: Call): Promise<Answer> {
    this.calls.push(instance.id);
    if (this.#ended.has(instance.id)) this.calledInVain.push(instance.id);
    const count = this.calls.length;
    for (const each of this.#waiting) if (count >= each.count) each.resolve();
    if (count === 1) await this.#hanging.promise;
    return { outcome: OK, status: 200, cold: false };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
