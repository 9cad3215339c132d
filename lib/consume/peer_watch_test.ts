import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { recordOf } from "../../tests/queue/contract_consumers.ts";
import { World } from "../../tests/programs/world.ts";
import type { ConsumerView } from "../queue/mod.ts";
import { type PeerNews, PeerWatch } from "./peer_watch.ts";
import { peerNotes } from "./peer_words.ts";

const OWN = { host: "own", pid: 1, key: "k0" };

function view(name: string, beatAgoMs = 300, isLeaving = false): ConsumerView {
  const quota = {
    key: `k-${name}`,
    keeps: {},
    short: [],
    borrows: [],
    sureMs: 1250,
    capacity: 10,
    isLeaving,
  };
  return { ...recordOf(name), id: name, beatAgoMs, quota };
}

/** A watch, and what it tells. */
class Scene {
  readonly clock = new VirtualClock();
  readonly told: PeerNews[] = [];
  readonly watch: PeerWatch;

  constructor(consumers: () => Promise<readonly ConsumerView[]> = () => Promise.resolve([])) {
    const onNews = (news: PeerNews) => void this.told.push(news);
    this.watch = new PeerWatch({ queue: { consumers }, clock: this.clock, own: OWN, onNews });
  }

  /** Looks a second later; returns the events with their words. */
  async look(...others: readonly ConsumerView[]): Promise<string[]> {
    await this.clock.pass(1000);
    this.watch.look([{ ...view("own"), quota: { ...view("own").quota!, key: "k0" } }, ...others]);
    return this.told.splice(0).flatMap(peerNotes).map(([event, words]) => `${event}: ${words}`);
  }
}

Deno.test("PeerWatch.look() tells who comes, who ends, and who goes silent", async () => {
  const scene = new Scene();
  assertEquals(await scene.look(), []);
  assertEquals(await scene.look(view("a"), view("b"), view("c")), [
    "consumers-joined: Consumers a 4711, b 4711, c 4711 have joined the queue; 4 in all, with this one",
  ]);
  assertEquals(await scene.look(view("a"), view("b"), view("c", 3000)), []);
  assertEquals(await scene.look(view("a"), view("b", 300, true)), [
    "consumers-lost: Consumer c 4711 has gone silent: killed, stopped or cut off. Others go on with the work; " +
    "3 in all, with this one",
  ]);
  assertEquals(await scene.look(view("d")), [
    "consumers-joined: Consumer d 4711 has joined the queue; 2 in all, with this one",
    "consumers-left: Consumers a 4711, b 4711 have left the queue; 2 in all, with this one",
  ]);
  assertEquals(await scene.look(), ["consumers-left: Consumer d 4711 has left the queue; this one is alone"]);
});

Deno.test("PeerWatch.look() tells no more than once a second, and names few of many", async () => {
  const scene = new Scene();
  const many = Array.from({ length: 50 }, (_, i) => view(`h${i}`));
  assertEquals(await scene.look(...many), [
    "consumers-joined: Consumers h0 4711, h1 4711, h2 4711, 47 more have joined the queue; 51 in all, with this one",
  ]);
  for (let i = 0; i < 9; i++) {
    await scene.clock.pass(100);
    scene.watch.look(i % 2 === 0 ? [] : many);
  }
  assertEquals(scene.told, []);
});

Deno.test("PeerWatch.run() looks once a second, and does not know itself by its process for another", async () => {
  let looks = 0;
  const self = { ...recordOf("own", { pid: 1 }), id: "x", beatAgoMs: 0 };
  const scene = new Scene(() => Promise.resolve(++looks < 3 ? [self] : [self, view("a")]));
  const over = new AbortController();
  const running = scene.watch.run(over.signal);
  await scene.clock.pass(1500);
  assertEquals([looks, scene.told.length], [2, 0]);
  await scene.clock.pass(3000);
  assertEquals(scene.told.map(({ joined, all }) => [joined.length, all]), [[1, 2]]);
  over.abort();
  await scene.clock.run(running);
});

for (const isDivided of [false, true]) {
  Deno.test(`Consumer.run() tells of others${isDivided ? ", where the queue divides itself among them, too" : ""}`, async () => {
    const world = new World(), told: PeerNews[] = [];
    const about = { host: "own", pid: 1, version: "1" };
    const consumers = () =>
      Promise.resolve([{ ...recordOf("own", { pid: 1 }), id: "x", beatAgoMs: 0 }, view("a")]);
    const alter = () => ({ isDivided, consumers });
    const running = world.start({ about, alter, onPeers: (news) => void told.push(news) });
    await world.clock.pass(3000);
    assertEquals(told.map(({ joined, all }) => [joined.map(({ id }) => id), all]), [[["a"], 2]]);
    running.stop.abort();
    await world.end(running);
  });
}
