import fc from "fast-check";
import { delayedUntil, dueAt, type Instance, type NodeRecord } from "../../lib/model/mod.ts";
import {
  type Claim,
  type Filter,
  type Held,
  type InstanceState,
  type InstanceView,
  matches,
  type QueueDriver,
  QueueError,
} from "../../lib/queue/mod.ts";
import { retryOf } from "../../lib/queue/retried.ts";
import { assertEquals } from "@std/assert";
import type { QueueHarness } from "./contract_case.ts";
import { SCENE_SUBJECTS } from "./harness.ts";
import { instances, line, single } from "./samples.ts";
import { jsonTexts } from "../../lib/model/testing.ts";

const IDS = 12, CONSUMERS = 2;
/** The times until some of them are due, in milliseconds. */
const DUE_IN_MS = [0, 0, 3000, 30_000];
const POOL: readonly Instance[] = [
  ...instances(IDS / 2, { chain: single, labels: { tenant: "a" } }, "m1"),
  ...instances(IDS / 2, { chain: line, labels: { tenant: "b" } }, "m2"),
].map((each, i) => delayedUntil(each, each.submittedAtMs + DUE_IN_MS[i % DUE_IN_MS.length]!));
/** Instances that are due are queued within this time, in milliseconds. */
const WAKING_MS = 1500;

interface Item {
  readonly view: { -readonly [K in keyof InstanceView]: InstanceView[K] };
  holder?: number;
  cancel?: boolean;
}

/** A simple model of a queue's answers. */
class Model {
  items: Item[] = [];
  nowMs = -Infinity;
  /** The numbers of the claims that each consumer has had of each instance. */
  readonly #claims = Array.from({ length: CONSUMERS }, () => POOL.map((): number[] => []));

  of(i: number): Item | undefined {
    return this.items.find(({ view: { instance: { id } } }) => id === POOL[i]!.id);
  }

  push(indices: readonly number[]): void {
    for (const i of indices) {
      const instance = POOL[i]!;
      if (!this.of(i)) this.items.push({ view: { instance, state: this.#begins(instance), progress: [] } });
    }
  }

  #begins(instance: Instance): InstanceState {
    return instance.dueAtMs !== undefined && instance.dueAtMs > this.nowMs ? "delayed" : "queued";
  }

  /** Queues what is due. */
  wake(nowMs: number): void {
    this.nowMs = nowMs;
    for (const { view } of this.items) {
      if (view.state === "delayed") view.state = this.#begins(view.instance);
    }
  }

  pull(holder: number, max: number): Item[] {
    const taken = this.items.filter(({ view }) => view.state === "queued").slice(0, max);
    for (const item of taken) [item.holder, item.view.state] = [holder, "running"];
    return taken;
  }

  claimed(holder: number, claims: readonly Claim[]): void {
    for (const { instance, number } of claims) {
      this.#claims[holder]![POOL.findIndex(({ id }) => id === instance.id)]!.push(number);
    }
  }

  /** An instance under a claim: the last one, one before, or none in particular. */
  held(holder: number, i: number, under: Under): Held {
    const { id: instanceId } = POOL[i]!;
    const numbers = this.#claims[holder]![i]!;
    const claim = under === "last" ? numbers.at(-1) : under === "before" ? numbers.at(-2) : undefined;
    return claim === undefined ? { instanceId } : { instanceId, claim };
  }

  #heldBy(holder: number, i: number, { claim }: Held): Item | undefined {
    const item = this.of(i);
    const isNow = claim === undefined || claim === this.#claims[holder]![i]!.at(-1);
    return isNow && item?.holder === holder ? item : undefined;
  }

  write(holder: number, i: number, held: Held, records: readonly NodeRecord[]): Item | undefined {
    const item = this.#heldBy(holder, i, held);
    if (item === undefined) return undefined;
    const kept = item.view.progress.filter((old) => !records.some((record) => sameOf(record, old)));
    item.view.progress = [...kept, ...records].sort((a, b) =>
      a.node - b.node || (a.item ?? -1) - (b.item ?? -1)
    );
    return item;
  }

  end(item: Item, state: InstanceState): void {
    item.view.state = state;
    delete item.holder;
    delete item.cancel;
  }

  release(holder: number, indices: readonly number[], held: readonly Held[]): void {
    const items = indices.map((i, at) => this.#heldBy(holder, i, held[at]!));
    this.#giveUp(items.filter((item) => item !== undefined));
  }

  lose(holder: number): void {
    this.#giveUp(this.items.filter((item) => item.holder === holder));
  }

  leave(holder: number): void {
    this.lose(holder);
    for (const numbers of this.#claims[holder]!) numbers.length = 0;
  }

  #giveUp(items: readonly Item[]): void {
    for (const item of items) this.end(item, item.cancel ? "cancelled" : "queued");
  }

  request(kind: "cancel" | "retry" | "purge", filter: Filter, atMs: number): number {
    const states =
      { cancel: ["delayed", "queued", "running"], retry: ["failed", "cancelled"], purge: ENDED }[kind];
    const meant = this.items.filter(({ view }) => states.includes(view.state) && matches(filter, view))
      .slice(0, filter.limit ?? Infinity);
    if (kind === "purge") this.items = this.items.filter((item) => !meant.includes(item));
    for (const item of meant) {
      if (kind === "retry") {
        const { instance, isForgotten } = retryOf(item.view.instance, item.view.progress, { atMs })!;
        item.view.instance = instance;
        item.view.progress = item.view.progress.filter((record) => !isForgotten(record));
        this.end(item, this.#begins(instance));
      } else if (kind === "cancel" && item.view.state === "running") item.cancel = true;
      else if (kind === "cancel") this.end(item, "cancelled");
    }
    return meant.length;
  }
}

function sameOf(a: NodeRecord, b: NodeRecord): boolean {
  return a.node === b.node && a.item === b.item;
}

const ENDED: readonly string[] = ["completed", "failed", "cancelled"];

interface Real {
  readonly harness: QueueHarness;
  readonly consumers: QueueDriver[];
}

type Step = (model: Model, real: Real) => Promise<void>;

const index = fc.nat(IDS - 1);
const consumer = fc.nat(CONSUMERS - 1);
const under = fc.constantFrom("last", "before", "any");
type Under = typeof under extends fc.Arbitrary<infer T> ? T : never;
const recordOf = fc.record({
  node: fc.nat(4),
  state: fc.constantFrom("ok", "failed", "skipped", "started"),
  attempts: fc.nat(9),
  output: jsonTexts,
  item: fc.constantFrom(0, 1, 9999),
}, { noNullPrototype: true, requiredKeys: ["node", "state", "attempts", "output"] }) as fc.Arbitrary<
  NodeRecord
>;
const records = fc.uniqueArray(recordOf, { maxLength: 3, comparator: sameOf });
const filter = fc.record({
  ids: fc.array(index.map((i) => POOL[i]!.id), { maxLength: 4 }),
  states: fc.subarray(
    ["delayed", "queued", "running", "completed", "failed", "cancelled"] as InstanceState[],
  ),
  chain: fc.constantFrom("single", "line"),
  labels: fc.constantFrom({ tenant: "a" }, { tenant: "b" }),
  limit: fc.nat(5),
}, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<Filter>;

async function lostOf(writing: Promise<void>): Promise<readonly string[]> {
  try {
    await writing;
    return [];
  } catch (error) {
    if (error instanceof QueueError && error.code === "lease-lost") return error.ids;
    throw error;
  }
}

const push = fc.array(index, { maxLength: 6 }).map((indices): Step => async (model, { consumers }) => {
  model.push(indices);
  await consumers[0]!.push(indices.map((i) => POOL[i]!));
});

const pull = fc.tuple(consumer, fc.integer({ min: 1, max: 4 })).map(
  ([c, max]): Step => async (model, real) => {
    const expected = model.pull(c, max).map(({ view }) => ({
      instance: view.instance,
      progress: view.progress,
    }));
    if (expected.length === 0) return; // it would wait
    const { signal } = new AbortController();
    const claims = await real.harness.wait(real.consumers[c]!.pull(max, signal));
    assertEquals(claims.map(({ instance, progress }) => ({ instance, progress })), expected);
    model.claimed(c, claims);
  },
);

const checkpoint = fc.tuple(consumer, index, under, records).map(
  ([c, i, under, records]): Step => async (model, real) => {
    const held = model.held(c, i, under);
    const lost = model.write(c, i, held, records) ? [] : [POOL[i]!.id];
    const writing = real.consumers[c]!.checkpoint([{ ...held, records }]);
    assertEquals(await lostOf(writing), lost);
  },
);

const outcome = fc.constantFrom("completed" as const, "failed" as const, "cancelled" as const);
const finish = fc.tuple(consumer, fc.uniqueArray(index, { maxLength: 4 }), under, records, outcome, jsonTexts)
  .map(
    ([c, indices, under, records, outcome, output]): Step => async (model, real) => {
      const held = indices.map((i) => model.held(c, i, under));
      const lost = indices.filter((i, at) => {
        const item = model.write(c, i, held[at]!, records);
        if (item) model.end(item, outcome);
        return !item;
      });
      const endedAtMs = real.harness.clock.nowMs();
      const writing = real.consumers[c]!.finish(
        held.map((each) => ({ ...each, records, outcome, endedAtMs, output })),
      );
      assertEquals(await lostOf(writing), lost.map((i) => POOL[i]!.id));
    },
  );

const request = fc.tuple(fc.constantFrom("cancel" as const, "retry" as const, "purge" as const), filter).map(
  ([kind, filter]): Step => async (model, { harness, consumers }) => {
    const expected = model.request(kind, filter, harness.clock.wallMs());
    assertEquals(await consumers[1]!.request({ kind, filter }), expected);
  },
);

const list = filter.map((filter): Step => async (model, { consumers }) => {
  const expected = model.items.filter(({ view }) => matches(filter, view)).slice(0, filter.limit ?? Infinity);
  const listed = await Array.fromAsync(consumers[0]!.list(filter));
  assertEquals(listed.map(plain), expected.map(({ view }) => plain(view)));
});

const leave = consumer.map((c): Step => async (model, real) => {
  model.leave(c);
  await real.harness.wait(real.consumers[c]![Symbol.asyncDispose]());
  real.consumers[c] = await consumerOf(real.harness);
});

const lose = consumer.map((c): Step => async (model, real) => {
  model.lose(c);
  await real.harness.lose(real.consumers[c]!);
});

const release = fc.tuple(consumer, fc.uniqueArray(index, { maxLength: 6 }), under).map(
  ([c, indices, under]): Step => async (model, { consumers }) => {
    const held = indices.map((i) => model.held(c, i, under));
    model.release(c, indices, held);
    await consumers[c]!.release(held);
  },
);

function plain({ instance, state, progress }: InstanceView) {
  return { id: instance.id, state, progress };
}

/** A consumer that looks after the queue from now on. */
async function consumerOf(harness: QueueHarness): Promise<QueueDriver> {
  const consumer = await harness.connect();
  await consumer.pull(1, AbortSignal.abort());
  return consumer;
}

const pass = fc.constantFrom(1000, 5000).map((ms): Step => async (_, { harness }) => {
  await harness.wait(harness.clock.until(harness.clock.nowMs() + ms));
});

/** Lets time pass until everything that is due is queued, and nothing falls due at that instant. */
async function settle(model: Model, { harness: { clock, wait } }: Real): Promise<void> {
  const isOpen = ({ dueAtMs = -Infinity }: Instance) => Math.abs(clock.wallMs() - dueAtMs) < WAKING_MS;
  while (POOL.some(isOpen)) await wait(clock.until(clock.nowMs() + WAKING_MS));
  model.wake(clock.wallMs());
}

async function same(model: Model, { consumers }: Real): Promise<void> {
  const views = await Array.fromAsync(consumers[0]!.list({}));
  assertEquals(views.map(plain), model.items.map(({ view }) => plain(view)));
  const count = (state: InstanceState) => model.items.filter(({ view }) => view.state === state).length;
  const { oldestSubmittedAtMs, nextDueAtMs = Infinity, ...depth } = await consumers[1]!.depth();
  assertEquals(depth, {
    delayed: count("delayed"),
    queued: count("queued"),
    running: count("running"),
    completed: count("completed"),
    failed: count("failed"),
    cancelled: count("cancelled"),
  });
  const oldest = model.items.find(({ view }) => view.state === "queued" || view.state === "running");
  assertEquals(oldestSubmittedAtMs, oldest && dueAt(oldest.view.instance));
  const delayed = model.items.filter(({ view }) => view.state === "delayed");
  assertEquals(nextDueAtMs, Math.min(...delayed.map(({ view }) => dueAt(view.instance))));
}

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: push },
    { weight: 6, arbitrary: pull },
    { weight: 4, arbitrary: checkpoint },
    { weight: 4, arbitrary: finish },
    { weight: 3, arbitrary: request },
    { weight: 2, arbitrary: list },
    { weight: 1, arbitrary: leave },
    { weight: 1, arbitrary: lose },
    { weight: 2, arbitrary: release },
    { weight: 1, arbitrary: pass },
  ),
  { maxLength: 40, size: "max" },
);

for (const { name, open, share } of SCENE_SUBJECTS) {
  Deno.test(`${name} queue: answers as a naive model does, whatever is asked of it`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        await using harness = await open();
        const consumers = [];
        for (let c = 0; c < CONSUMERS; c++) consumers.push(await consumerOf(harness));
        const [model, real] = [new Model(), { harness, consumers }];
        for (const step of steps) {
          await settle(model, real);
          await step(model, real);
          await settle(model, real);
          await same(model, real);
        }
      }),
      { numRuns: 300 * share },
    );
  });
}
