/** Rates of several consumers together, in virtual time: what their platforms saw. */
import { assert } from "@std/assert";
import { chosen } from "../../tests/lanes.ts";
import { Group, type GroupOptions, mostIn } from "../../tests/programs/consumer_group.ts";
import { numbered } from "../../tests/programs/world.ts";
import { single } from "../../tests/scheduler/builders.ts";
import type { StartRate } from "../scheduler/mod.ts";

/** Deaths show within this time, in milliseconds: until then what limits are divided by is as it was. */
const FOLLOWED_MS = 2000;

interface Setting extends Omit<GroupOptions, "limits"> {
  readonly rate: StartRate;
  /** Limits beside the rate. */
  readonly limits?: GroupOptions["limits"];
  /** Whether it is a rate of the function. (Default: it is one of all) */
  readonly isOfFunction?: boolean;
}

const MINUTE = { perMs: 60_000 }, SECOND = { perMs: 1000 };
const SETTINGS: Readonly<Record<string, Setting>> = {
  "20 a second": { rate: { starts: 20, ...SECOND } },
  "50 a second, one at a time": { rate: { starts: 50, ...SECOND, burst: 1 } },
  "300 a minute": { rate: { starts: 300, ...MINUTE } },
  "a limit of 1, 120 a minute": {
    rate: { starts: 120, ...MINUTE },
    limits: { global: 1, fixed: true },
    runMs: 20,
  },
  "a limit of 1, 20 a second": {
    rate: { starts: 20, ...SECOND },
    limits: { global: 1, fixed: true },
    runMs: 20,
  },
  "a limit of 2, 120 a minute": { rate: { starts: 120, ...MINUTE }, limits: { global: 2, fixed: true } },
  "a limit of 2, 5 a second": {
    rate: { starts: 5, ...SECOND },
    limits: { global: 2, fixed: true },
    runMs: 100,
  },
  "a limit of 5, 600 a minute": { rate: { starts: 600, ...MINUTE }, limits: { global: 5, fixed: true } },
  "a function limit of 1, 120 a minute of it": {
    rate: { starts: 120, ...MINUTE },
    limits: { functions: { f: 1 } },
    isOfFunction: true,
    runMs: 100,
  },
  "10 a second of a function, 20 of all": {
    rate: { starts: 10, ...SECOND },
    limits: { global: 5, fixed: true, rate: { starts: 20, ...SECOND } },
    isOfFunction: true,
    runMs: 50,
  },
};

/** Those with windows that are longer than a death goes unnoticed. */
const LONG = Object.entries(SETTINGS).filter(([, { rate }]) => rate.perMs > FOLLOWED_MS);

/** Three consumers with a backlog, under a rate and other limits. */
class Scene {
  readonly group: Group;
  readonly rate: StartRate;

  constructor({ rate, limits, isOfFunction = false, ...options }: Setting) {
    const rates = isOfFunction ? { functionRates: { f: rate } } : { rate };
    this.group = new Group({ limits: { ...limits, ...rates }, ...options });
    this.rate = rate;
  }

  async begin(): Promise<void> {
    const { world, world: { clock } } = this.group;
    await clock.run(world.push(single("f"), numbered(4 * Math.max(this.rate.starts, 400))));
    for (let i = 0; i < 3; i++) this.group.join();
  }

  /** Lets some time pass. @returns the part of the rate that was started then */
  async part(ms: number): Promise<number> {
    const { clock } = this.group.world, fromMs = clock.nowMs();
    await clock.pass(ms);
    const started = this.group.starts().filter((atMs) => atMs >= fromMs && atMs < fromMs + ms).length;
    return started / (this.rate.starts * ms / this.rate.perMs);
  }

  /** @throws {AssertionError} if a window has more starts than the rate */
  async end(): Promise<void> {
    await this.group.end();
    const { rate: { perMs, starts } } = this, most = mostIn(perMs, this.group.starts());
    assert(most <= starts, `${most} of ${starts} in a window`);
  }
}

for (const [name, setting] of chosen(Object.entries(SETTINGS))) {
  Deno.test(`Consumer.run() has at least 95 % of a rate started together with others: ${name}`, async () => {
    const scene = new Scene(setting), { perMs } = setting.rate;
    await scene.begin();
    await scene.part(perMs);
    const part = await scene.part(Math.max(20_000, perMs));
    assert(part >= 0.95, `${part} of the rate`);
    await scene.end();
  });
}

for (const [name, setting] of chosen(LONG)) {
  Deno.test(`Consumer.run() has at least 90 % of a rate started in the window after a join and a death: ${name}`, async () => {
    const scene = new Scene(setting), { perMs } = setting.rate, { group } = scene;
    await scene.begin();
    const first = await scene.part(perMs);
    group.join();
    const joined = await scene.part(perMs);
    group.kill(group.members[1]!);
    const died = await scene.part(perMs);
    assert(Math.min(first, joined, died) >= 0.9, `${[first, joined, died]} of the rate`);
    await scene.end();
  });
}

Deno.test("Consumer.run() has all of a rate started by whoever has work, though others have none", async () => {
  const scene = new Scene({ rate: { starts: 60, ...MINUTE } }), { world } = scene.group, { clock } = world;
  for (let i = 0; i < 3; i++) scene.group.join();
  await clock.pass(1000);
  const { running } = scene.group.members[0]!;
  await clock.run(world.push(single("f"), numbered(200)));
  await clock.pass(100);
  for (const { running } of scene.group.members.slice(1)) running.drain.abort();
  const part = await scene.part(60_000);
  assert(part >= 0.98, `${part} of the rate`);
  running.stop.abort();
});

Deno.test("Consumer.run() keeps to a rate though it is started again and again, and killed", async () => {
  for (const isKilled of [false, true]) {
    const scene = new Scene({ rate: { starts: 100, ...MINUTE } }), { group } = scene;
    const { world, world: { clock } } = group;
    await clock.run(world.push(single("f"), numbered(1000)));
    const fromMs = clock.nowMs();
    for (let i = 0; i < 40; i++) {
      const member = group.join();
      await clock.pass(4000);
      if (isKilled) group.kill(member);
      else {
        member.running.drain.abort();
        await world.end(member.running);
        await member.running.queue[Symbol.asyncDispose]();
        member.endMs = clock.nowMs();
      }
    }
    const starts = group.starts(), minutes = (clock.nowMs() - fromMs) / 60_000;
    assert(mostIn(60_000, starts) <= 100, `${mostIn(60_000, starts)} starts in a minute`);
    // of one that is killed, what it had been granted counts as started: here one start of seven
    assert(starts.length >= (isKilled ? 75 : 95) * minutes, `${starts.length} starts in ${minutes} minutes`);
  }
});
