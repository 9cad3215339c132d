import { assert, assertEquals } from "@std/assert";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { single } from "../../tests/scheduler/builders.ts";
import {
  type Arrivals,
  burst,
  every,
  type Instance,
  poisson,
  seededRandom,
  trace,
  type WorkloadChain,
  writeJson,
} from "../model/mod.ts";
import { instancesOf, type Load } from "./load.ts";

const never = new AbortController().signal;

function loadOf(arrivals: Arrivals, parts: Partial<Load> = {}, ...chains: WorkloadChain[]): Load {
  const workload = { chains: chains.length > 0 ? chains : [{ chain: single("f") }] };
  return { workload, arrivals, bounds: {}, seed: "s", labels: {}, ...parts };
}

interface Arrived {
  readonly instance: Instance;
  /** From the start to the intended time, and to when it was handed out. */
  readonly offsetMs: number;
  readonly handedMs: number;
}

async function arrived(load: Load, ids = "ids", signal = never): Promise<Arrived[]> {
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const all: Arrived[] = [];
  const take = async () => {
    for await (const batch of instancesOf(load, seededRandom(ids), clock, signal)) {
      const handedMs = clock.nowMs() - startMs;
      all.push(
        ...batch.map((instance) => ({ instance, offsetMs: instance.submittedAtMs - startMs, handedMs })),
      );
    }
  };
  await clock.run(take());
  assertEquals(clock.timers, 0);
  return all;
}

Deno.test("instancesOf() hands out each instance at its time", async () => {
  const all = await arrived(loadOf(trace([0, 10, 10, 25.5, 1000])));
  assertEquals(all.map(({ offsetMs }) => offsetMs), [0, 10, 10, 25.5, 1000]);
  assertEquals(all.map(({ handedMs }) => handedMs), [0, 10, 10, 25.5, 1000]);
});

Deno.test("instancesOf() gives the same chains at the same offsets for the same seed, under other ids", async () => {
  const chains = ["a", "b", "c"].map((name) => ({ chain: single(name) }));
  const load = (seed: string) => loadOf(poisson(50), { seed, bounds: { count: 200 } }, ...chains);
  const words = (all: Arrived[]) => all.map(({ instance, offsetMs }) => `${instance.chain.name} ${offsetMs}`);
  const [one, same, other] = [
    await arrived(load("x"), "1"),
    await arrived(load("x"), "2"),
    await arrived(load("y"), "1"),
  ];
  assertEquals(words(one), words(same));
  assert(words(one).join() !== words(other).join());
  const ids = [...one, ...same].map(({ instance }) => instance.id);
  assertEquals(new Set(ids).size, 400);
});

Deno.test("instancesOf() draws chains by their shares", async () => {
  const shares = { rare: 1, common: 6, usual: 3, none: 0 };
  const chains = Object.entries(shares).map(([name, share]) => ({ chain: single(name), share }));
  const count = 5000;
  const all = await arrived(loadOf(burst(count), {}, ...chains));
  let chiSquare = 0;
  for (const [name, share] of Object.entries(shares)) {
    const seen = all.filter(({ instance }) => instance.chain.name === name).length;
    if (share === 0) assertEquals(seen, 0);
    else chiSquare += (seen - count * share / 10) ** 2 / (count * share / 10);
  }
  assert(chiSquare < 13.8, `${chiSquare} has less than one chance in a thousand with 2 degrees of freedom`);
});

Deno.test("instancesOf() draws chains that have no share as equals, if there are no others", async () => {
  const chains = ["table", "part"].map((name) => ({ chain: single(name), share: 0 }));
  const names = (await arrived(loadOf(burst(100), {}, ...chains))).map(({ instance }) => instance.chain.name);
  assertEquals(new Set(names), new Set(["table", "part"]));
});

Deno.test("instancesOf() ends by count, or by time", async () => {
  const counted = await arrived(loadOf(every("1s", 4), { bounds: { count: 10 } }));
  assertEquals(counted.map(({ offsetMs }) => offsetMs / 1000), [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
  const timed = await arrived(loadOf(every("1s"), { bounds: { forMs: 2000 } }));
  assertEquals(timed.map(({ offsetMs }) => offsetMs), [0, 1000, 2000]);
  assertEquals(await arrived(loadOf(every("1s"), { bounds: { count: 0 } })), []);
});

Deno.test("instancesOf() hands a large burst out in parts, all at their intended time", async () => {
  const all = await arrived(loadOf(burst(2500)));
  assertEquals(all.length, 2500);
  assert(all.every(({ offsetMs, handedMs }) => offsetMs === 0 && handedMs === 0));
});

Deno.test("instancesOf() ends early when it is aborted, also before it begins", async () => {
  assertEquals(await arrived(loadOf(poisson(5)), "ids", AbortSignal.abort()), []);
  const clock = new VirtualClock();
  const controller = new AbortController();
  clock.after(2500, () => controller.abort());
  let count = 0;
  const take = async () => {
    for await (const batch of instancesOf(loadOf(every("1s")), seededRandom(1), clock, controller.signal)) {
      count += batch.length;
    }
  };
  const startMs = clock.nowMs();
  await clock.run(take());
  assertEquals([count, clock.nowMs() - startMs, clock.timers], [3, 2500, 0]);
});

Deno.test("instancesOf() keeps the intended times when whoever takes them is slow", async () => {
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const offsets: number[] = [];
  const take = async () => {
    for await (
      const batch of instancesOf(
        loadOf(every("10ms"), { bounds: { count: 100 } }),
        seededRandom(1),
        clock,
        never,
      )
    ) {
      offsets.push(...batch.map(({ submittedAtMs }) => submittedAtMs - startMs));
      await clock.until(clock.nowMs() + 95);
    }
  };
  await clock.run(take());
  assertEquals(offsets, Array.from({ length: 100 }, (_, i) => i * 10));
});

Deno.test("instancesOf() gives labels, weight, priority and deadline", async () => {
  const entry: WorkloadChain = {
    chain: single("f"),
    labels: { tenant: "a", tier: "gold" },
    weight: 3,
    priority: 2,
    deadlineMs: 500,
  };
  const [{ instance } = { instance: undefined }] = await arrived(
    loadOf(burst(1), { labels: { tenant: "b" } }, entry),
  );
  assertEquals(instance!.labels, { tenant: "b", tier: "gold" });
  assertEquals([instance!.weight, instance!.priority], [3, 2]);
  assertEquals(instance!.deadlineMs, instance!.submittedAtMs + 500);
});

Deno.test("instancesOf() gives arguments, and names instances by what they are", async () => {
  const entry: WorkloadChain = { chain: single("f"), labels: { tenant: "a", tier: "gold" } };
  const idOf: Load["idOf"] = ({ chain, args, labels, index }) =>
    Promise.resolve(`${chain}-${args}-${labels.tenant}-${labels.tier}-${index}`);
  const all = await arrived(
    loadOf(trace([0, 0, 5]), { labels: { tenant: "b" }, args: writeJson(7), idOf }, entry),
  );
  assertEquals(all.map(({ instance }) => instance.id), ["f-7-b-gold-0", "f-7-b-gold-1", "f-7-b-gold-2"]);
  assertEquals(all.map(({ instance }) => instance.args), [writeJson(7), writeJson(7), writeJson(7)]);
  assertEquals(all.map(({ offsetMs }) => offsetMs), [0, 0, 5]);
  const [plain] = await arrived(loadOf(burst(1)));
  assertEquals("args" in plain!.instance, false);
});
