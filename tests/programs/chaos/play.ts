import { assertEquals } from "@std/assert";
import { poisson, seededRandom } from "../../../lib/model/mod.ts";
import { Producer } from "../../../lib/produce/mod.ts";
import type { InstanceView } from "../../../lib/queue/mod.ts";
import { noRecorder } from "../../../lib/record/mod.ts";
import { altered } from "../altered.ts";
import { EventLog } from "../event_log.ts";
import { lateAnswers, type Running, World } from "../world.ts";
import { checkEndedOnce, checkEnds, checkNothingOpen, checkNothingTwice, checkOnce } from "./checks.ts";
import { type Blow, ENOUGH_MS, type Scene, scriptOf, workloadOf } from "./scene.ts";
import type { Process, Store } from "./stores.ts";
import { Taker } from "./taker.ts";
import { Watch } from "./watch.ts";

/** Plays a scene: two consumers work on what is produced, under blows, and a third one finishes what they have left. */
export async function play(scene: Scene, open: () => Promise<Store>): Promise<void> {
  await using store = await open();
  const stage = new Stage(scene, store, await store.connect());
  const ids = await stage.perform();
  assertEquals(ids.length, scene.count);
  const { calls } = stage.world.platform;
  const views = await stage.views();
  checkEnds(views, calls);
  checkEndedOnce(stage.logs);
  checkOnce(calls);
  if (!scene.blows.some(({ how }) => how === "expire" || how === "revoke")) {
    checkNothingOpen(views);
  }
  if (scene.blows.every(isGentle)) checkNothingTwice(calls);
  if (!scene.retry) return;
  await stage.retry([...views.values()]);
  checkEnds(await stage.views(), calls);
}

/** Whether it lets what is in flight end. */
function isGentle({ how, withinMs }: Blow): boolean {
  return how === "drain" || ((how === "revoke" || how === "cancel") && withinMs === ENOUGH_MS);
}

/** A consumer, and its process. */
interface Actor {
  readonly running: Running;
  readonly taker: Taker;
  readonly process: Process;
}

class Stage {
  readonly world: World;
  /** The log of each consumer. */
  logs: EventLog[] = [];
  readonly #scene: Scene;
  readonly #store: Store;
  readonly #watch: Watch;

  constructor(scene: Scene, store: Store, { queue }: Process) {
    this.#scene = scene;
    this.#store = store;
    this.world = new World(scriptOf(scene), { clock: store.clock, queue });
    this.#watch = new Watch(this.world);
  }

  /** @returns the ids of what was produced */
  async perform(): Promise<readonly string[]> {
    const { clock } = this.world;
    const produced = this.#produce();
    const actors = [await this.#enter(), await this.#enter()];
    for (const blow of this.#scene.blows) {
      await clock.pass(blow.afterMs);
      if (await this.#strike(actors[blow.who]!, blow)) actors[blow.who] = await this.#enter();
    }
    const ids = await clock.run(produced);
    for (const actor of actors) {
      actor.taker.stop();
      await this.#leave(actor, "drain");
    }
    await this.#finish();
    return ids;
  }

  #produce(): Promise<readonly string[]> {
    const { clock, queue } = this.world;
    const { seed, count } = this.#scene;
    const producer = new Producer({ queue, recorder: noRecorder, clock, ids: seededRandom(seed) });
    const load = {
      workload: workloadOf(this.#scene),
      arrivals: poisson(200),
      bounds: { count },
      seed,
      labels: {},
    };
    return producer.run(load, new AbortController().signal, true);
  }

  async #enter(untilEmpty = false): Promise<Actor> {
    const { limit, window, memoryKib, pullMs, writeMs } = this.#scene;
    const { platform } = this.world;
    const process = await this.#store.connect();
    const taker = new Taker(this.world);
    const recorder = new EventLog();
    this.logs.push(recorder);
    const running = this.world.start({
      recorder,
      window,
      memoryBytes: memoryKib * 1024,
      untilEmpty,
      about: { host: "chaos", pid: this.logs.length, version: "" }, // it shares with the others what is queued
      limits: { global: limit },
      connection: process.queue,
      clock: process.clock,
      platform: {
        name: platform.name,
        invoke: async (call, signal) => {
          const answer = await platform.invoke(call, signal);
          await process.awake();
          return answer;
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
      alter: (queue) => {
        const watched = altered(queue, this.#watch.alter(queue));
        const late = altered(watched, lateAnswers(this.world, pullMs, writeMs)(watched));
        return altered(late, taker.alter(late));
      },
    });
    return { running, taker, process };
  }

  /** @returns whether the consumer has ended */
  async #strike(actor: Actor, { how, withinMs }: Blow): Promise<boolean> {
    const { running, taker, process } = actor;
    switch (how) {
      case "revoke":
        await taker.revoke(running, withinMs);
        return false;
      case "cancel":
        await this.#cancel(withinMs === 0);
        return false;
      case "expire":
        process.hang();
        await this.world.clock.idle();
        return false;
      case "kill":
        this.world.kill(running);
        process.die();
        return true;
      default:
        await this.#leave(actor, how);
        return true;
    }
  }

  async #leave({ running }: Actor, how: "drain" | "stop"): Promise<void> {
    running[how].abort();
    await this.world.end(running);
    await this.world.clock.run(running.queue[Symbol.asyncDispose]());
  }

  /** Asks for the end of some of those that are there. */
  async #cancel(abort: boolean): Promise<void> {
    const { queue, clock } = this.world;
    const views = await Array.fromAsync(queue.list({ states: ["queued", "running"] }));
    const ids = views.map(({ instance: { id } }) => id).filter((id) => seededRandom(id).next() < 0.2);
    await clock.run(queue.request({ kind: "cancel", filter: { ids }, abort }));
  }

  /** Consumes what is left. */
  async #finish(): Promise<void> {
    const actor = await this.#enter(true);
    await this.world.end(actor.running);
    const { instances, running } = actor.running.consumer.stats();
    assertEquals([instances, running], [0, 0]);
    await this.world.clock.run(actor.running.queue[Symbol.asyncDispose]());
  }

  /** Tries again what has not been completed, to its end. */
  async retry(views: readonly InstanceView[]): Promise<void> {
    const failed = views.filter(({ instance: { parent }, state }) =>
      parent === undefined && state !== "completed"
    );
    const ids = new Set(failed.map(({ instance: { id } }) => id));
    this.#watch.retried(views.filter(({ instance: { id } }) => ids.has(id.split("/")[0]!)));
    this.logs = [];
    await this.world.clock.run(this.world.queue.request({ kind: "retry", filter: { ids: [...ids] } }));
    await this.views();
    await this.#finish();
    checkEndedOnce(this.logs);
  }

  async views(): Promise<ReadonlyMap<string, InstanceView>> {
    const views = await Array.fromAsync(this.world.queue.list({}));
    for (const view of views) this.#watch.look(view);
    return new Map(views.map((view) => [view.instance.id, view]));
  }
}
