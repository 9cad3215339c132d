import { assert, assertEquals, assertMatch } from "@std/assert";
import { numbered, type Running, type Setup, World } from "../../tests/programs/world.ts";
import { linear, single } from "../../tests/scheduler/builders.ts";
import type { Policy } from "../policies/mod.ts";
import { PolicyError, policyOf } from "../policies/mod.ts";
import type { Command, ConsumerView } from "../queue/mod.ts";
import type { PauseChange } from "./in_force.ts";
import type { PolicyMaker } from "./in_force.ts";

const ABOUT = { host: "here", pid: 4711, version: "1.2.3" };
const SECOND_MS = 1000;

/** Later instances first. */
const LAST_FIRST: Policy = { rank: ({ instance }) => -Number(instance.slice(1)) };

/** Makes policies by their names: those of a test, and those that come with Sequoia. */
function makes(policies: Readonly<Record<string, Policy | Error>>): PolicyMaker {
  return ({ name }) => {
    const policy = policies[name] ?? policyOf(name);
    return policy instanceof Error ? Promise.reject(policy) : Promise.resolve(policy);
  };
}

/** A world with one consumer that runs one call at a time, each for a second, and what it says. */
class Scene {
  readonly world = new World(() => ({ runMs: SECOND_MS }));
  readonly said: string[] = [];
  readonly refused: string[] = [];

  start(setup: Setup = {}): Running {
    return this.world.start({
      about: ABOUT,
      policy: "fcfs",
      policyName: "fcfs",
      limits: { global: 1 },
      onSettings: (words) => void this.said.push(words),
      onRefused: ({ message }) => void this.refused.push(message),
      ...setup,
    });
  }

  async ask(...commands: readonly Command[]): Promise<void> {
    for (const command of commands) await this.world.queue.request(command);
    await this.world.clock.pass(5);
  }

  /** The policy of this name is to be in force; its id is its name. */
  async setPolicy(name: string): Promise<void> {
    await this.ask({ kind: "policy", policy: { id: name, name } });
  }

  async consumer(): Promise<ConsumerView> {
    return (await this.world.queue.consumers())[0]!;
  }

  /** The instances in the order in which their calls began. */
  get order(): string[] {
    return this.world.platform.keys().map((key) => key.split("/")[0]!);
  }
}

Deno.test("Consumer.run() goes by what the queue sets, from its first start on, until that is taken back", async () => {
  const scene = new Scene();
  await scene.world.push(single("f"), numbered(6));
  await scene.ask(
    { kind: "policy", policy: { id: "1", name: "last-first" } },
    { kind: "limit", limit: 2 },
  );
  const running = scene.start({ makePolicy: makes({ "last-first": LAST_FIRST }) });
  await scene.world.clock.pass(5);
  assertEquals(scene.order, ["i5", "i4"], "nothing starts under the consumer's own");
  assertEquals(scene.said, [
    "The queue's limit 2 is in force, not 1",
    "The queue's policy last-first is in force, not fcfs",
  ]);
  const { policy, limits, limit, settings } = await scene.consumer();
  const { revision } = await scene.world.queue.settings();
  assertEquals([policy, limits, limit, settings], ["last-first", { global: 2, fixed: false }, 2, {
    revision,
  }]);
  await scene.ask({ kind: "limit", limit: 2, fixed: true });
  assertEquals((await scene.consumer()).limits, { global: 2, fixed: true });
  await scene.ask({ kind: "reset" });
  assertEquals(scene.said.slice(2), [
    "The queue's limit 2,fixed is in force, not 1",
    "The limit 1 is in force again: the queue sets none",
    "The policy fcfs is in force again: the queue sets none",
  ]);
  await scene.world.clock.pass(SECOND_MS);
  assertEquals(scene.order.slice(2), ["i0"]);
  assertEquals((await scene.consumer()).policy, "fcfs");
  running.stop.abort();
  await scene.world.end(running);
});

Deno.test("Consumer.run() records each change of what is in force", async () => {
  const scene = new Scene();
  await scene.ask({ kind: "pause", pause: { function: "f" } }, { kind: "limit", limit: 2 });
  const running = scene.start();
  await scene.world.clock.pass(5);
  await scene.setPolicy("deadline");
  await scene.ask({ kind: "reset" });
  await scene.ask({ kind: "limit", ceilings: { functions: { f: 3 } } });
  assertEquals(scene.world.log.settings.map(({ setting, value }) => [setting, value]), [
    ["paused", "function f"],
    ["limit", "2"],
    ["policy", "deadline"],
    ["resumed", "function f"],
    ["limit", "1"],
    ["policy", "fcfs"],
    ["ceilings", "function=f:3"],
  ]);
  running.stop.abort();
  await scene.world.end(running);
});

Deno.test("Consumer.run() tells of pauses, those too that are there at its start, and of their ends, once each", async () => {
  const scene = new Scene(), told: PauseChange[] = [];
  await scene.ask({ kind: "pause", pause: { function: "f" } });
  const running = scene.start({ onPauses: (change) => void told.push(change) });
  await scene.world.clock.pass(5);
  await scene.ask({ kind: "pause", pause: { chain: "a" } }, { kind: "limit", limit: 2 });
  await scene.ask({ kind: "resume", pause: { function: "f" } });
  assertEquals(told, [
    { paused: [{ function: "f" }], resumed: [] },
    { paused: [{ chain: "a" }], resumed: [] },
    { paused: [], resumed: [{ function: "f" }] },
  ]);
  running.stop.abort();
  await scene.world.end(running);
});

Deno.test("Consumer.run() goes on under the limits that it has when the queue sets one that is none", async () => {
  const scene = new Scene();
  await scene.world.push(single("f"), numbered(8));
  const running = scene.start({ limits: { global: 1, functions: { f: 4 } } });
  await scene.ask({ kind: "limit", limit: 3 });
  assertEquals(running.consumer.stats().running, 3);
  await scene.ask({ kind: "limit", limit: 0 });
  assertEquals([scene.refused.length, running.consumer.stats().limit], [1, 3]);
  assertMatch((await scene.consumer()).settings?.error ?? "", /^Cannot limit what runs in all to 0/);
  await scene.ask({ kind: "limit", limit: 5 });
  assertEquals(running.consumer.stats().running, 4, "its other limits stay in force");
  assertEquals((await scene.consumer()).settings?.error, undefined);
  running.stop.abort();
  await scene.world.end(running);
});

Deno.test("Consumer.run() goes by the queue's ceilings and floors, and refuses floors that cannot be met, with the numbers", async () => {
  const scene = new Scene();
  await scene.world.push(single("bulk"), numbered(20));
  await scene.world.push(single("mine"), ["m1", "m2", "m3"]);
  const limits = { global: 3, fixed: true, functions: { bulk: 3 } };
  const running = scene.start({ limits });
  await scene.world.clock.pass(SECOND_MS / 2); // the first calls are in flight
  assertEquals(scene.order, ["i0", "i1", "i2"]);
  await scene.ask({ kind: "limit", ceilings: { chains: { mine: 2 } }, floors: { chains: { mine: 2 } } });
  await scene.world.clock.pass(SECOND_MS);
  assertEquals(scene.order.slice(3), ["m1", "m2", "i3"]);
  assertEquals((await scene.consumer()).limits, {
    ...{ ...limits, functions: {}, chains: { mine: 2 }, labels: {} },
    floors: { chains: { mine: 2 } },
  });
  await scene.ask({ kind: "limit", limit: 3, fixed: true });
  await scene.ask({ kind: "limit", limit: 1 });
  assertMatch(
    (await scene.consumer()).settings?.error ?? "",
    /^Cannot reserve 2 slots \(chain mine 2\): the limit is 1/,
  );
  await scene.ask({ kind: "reset" });
  assertEquals(scene.said, [
    "The queue's ceilings chain=mine:2 are in force, not function=bulk:3",
    "The queue's floors chain=mine:2 are in force, not none",
    "The queue's limit 3,fixed is in force, the same as the consumer's own",
    "The limit 3,fixed is in force again: the queue sets none",
    "The ceilings function=bulk:3 are in force again: the queue sets none",
    "The queue sets no floors any more",
  ]);
  assertEquals((await scene.consumer()).limits, limits);
  running.stop.abort();
  await scene.world.end(running);
});

const BROKEN: Readonly<Record<string, (isBroken: () => boolean) => Policy>> = {
  "rank throws": (isBroken) => ({
    rank: () => {
      if (isBroken()) throw new Error("oops");
      return 0;
    },
  }),
  "rank answers NaN": (isBroken) => ({ rank: () => isBroken() ? NaN : 0 }),
  "group throws": (isBroken) => ({
    group: ({ instance }) => {
      if (isBroken()) throw new Error("oops");
      return instance;
    },
  }),
  "weight answers 0": (isBroken) => ({ group: ({ instance }) => instance, weight: () => isBroken() ? 0 : 1 }),
};

for (const [what, policyThat] of Object.entries(BROKEN)) {
  Deno.test(`Consumer.run() goes on under the policy before when one of the queue fails later: ${what}`, async () => {
    const scene = new Scene();
    let isBroken = false;
    const makePolicy = makes({ "last-first": LAST_FIRST, bad: policyThat(() => isBroken) });
    await scene.world.push(linear("line", 3), numbered(3));
    const running = scene.start({ makePolicy });
    await scene.world.clock.pass(1); // it starts with i0
    await scene.setPolicy("last-first");
    await scene.setPolicy("bad");
    assertEquals([(await scene.consumer()).policy, scene.refused], ["bad", []]);
    isBroken = true;
    await scene.world.clock.pass(SECOND_MS);
    const { policy, settings } = await scene.consumer();
    assertEquals(policy, "last-first");
    assertMatch(settings?.error ?? "", /^Cannot schedule: the policy's .*\. Going on under last-first$/);
    assertEquals(scene.refused, [settings!.error!]);
    const { policy: set, failedPolicy } = await scene.world.queue.settings();
    assertEquals([set?.id, failedPolicy?.id, failedPolicy?.by], ["last-first", "bad", "here 4711"]);
    await scene.world.clock.pass(20 * SECOND_MS);
    assertEquals(scene.world.log.outcomes(), { i0: "completed", i1: "completed", i2: "completed" });
    assertEquals(scene.order.slice(0, 3), ["i0", "i2", "i2"], "i0 had started; then the last one is first");
    const later = scene.start({ makePolicy });
    await scene.world.clock.pass(5);
    assertEquals((await scene.world.queue.consumers()).map((each) => each.policy), [
      "last-first",
      "last-first",
    ]);
    for (const each of [running, later]) {
      each.stop.abort();
      await scene.world.end(each);
    }
  });
}

Deno.test("Consumer.run() goes on under the policy before when that of the queue fails at once, or cannot be loaded", async () => {
  const scene = new Scene();
  await scene.world.push(single("f"), numbered(3));
  const running = scene.start({
    makePolicy: makes({ nan: { rank: () => NaN }, gone: new Error("it cannot be loaded") }),
  });
  for (const [name, reason] of [["nan", /rank answered NaN/], ["gone", /it cannot be loaded/]] as const) {
    await scene.setPolicy(name);
    const { policy, settings } = await scene.consumer();
    assertEquals(policy, "fcfs");
    assertMatch(settings?.error ?? "", reason);
    const { policy: set, failedPolicy } = await scene.world.queue.settings();
    assertEquals([set, failedPolicy?.name], [undefined, name]);
  }
  running.stop.abort();
  await scene.world.end(running);
});

Deno.test("Consumer.run() refuses a policy that it may not run, and leaves it to the others", async () => {
  const scene = new Scene();
  await scene.world.push(single("f"), numbered(3));
  const refusal = new PolicyError("not-allowed", "Cannot go by ./mine.ts: not here");
  const refusing = scene.start({ makePolicy: makes({ "./mine.ts": refusal }) });
  const taking = scene.start({ makePolicy: makes({ "./mine.ts": LAST_FIRST }) });
  await scene.setPolicy("./mine.ts");
  const consumers = await scene.world.queue.consumers();
  assertEquals(consumers.map(({ policy, settings }) => [policy, settings?.error]), [
    ["fcfs", refusal.message],
    ["./mine.ts", undefined],
  ]);
  const { policy, failedPolicy } = await scene.world.queue.settings();
  assertEquals([policy?.name, failedPolicy], ["./mine.ts", undefined]);
  for (const each of [refusing, taking]) {
    each.stop.abort();
    await scene.world.end(each);
  }
});

for (const node of ["n0", "n1"]) {
  Deno.test(`Consumer.run() goes on under the default when its own policy ranks ${node} with NaN`, async () => {
    const scene = new Scene();
    await scene.world.push(linear("line", 2), numbered(3));
    const running = scene.start({
      policy: { rank: (task) => task.node === node ? NaN : 0 },
      policyName: "./mine.ts",
      untilEmpty: true,
    });
    await scene.world.end(running);
    assertEquals(scene.world.log.outcomes(), { i0: "completed", i1: "completed", i2: "completed" });
    assertEquals(scene.refused.length, 1);
    assertMatch(scene.refused[0]!, /rank answered NaN .* Going on under running-first$/);
  });
}

Deno.test("Consumer.run() takes only the last of policies that are set while one is being loaded", async () => {
  const scene = new Scene();
  const loaded: string[] = [];
  const slow = Promise.withResolvers<void>();
  const running = scene.start({
    makePolicy: async ({ name }) => {
      loaded.push(name);
      if (name === "slow") await slow.promise;
      return policyOf("fcfs");
    },
  });
  for (const name of ["slow", "a", "b"]) await scene.setPolicy(name);
  slow.resolve();
  await scene.world.clock.pass(5);
  assertEquals(loaded, ["slow", "b"]);
  await scene.world.clock.pass(SECOND_MS);
  assertEquals((await scene.consumer()).policy, "b");
  assert(scene.refused.length === 0);
  running.stop.abort();
  await scene.world.end(running);
});
