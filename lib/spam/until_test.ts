import { assert, assertEquals } from "@std/assert";
import { ScriptedPlatform } from "../../tests/programs/scripted_platform.ts";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { BROKEN, single, THROTTLED } from "../../tests/scheduler/builders.ts";
import { type Arrivals, every, type Outcome, poisson, ramp, seededRandom } from "../model/mod.ts";
import { instancesOf } from "../produce/mod.ts";
import { noRecorder } from "../record/mod.ts";
import { parseCondition } from "./condition.ts";
import { Spammer } from "./spammer.ts";
import { type Turning, Until } from "./until.ts";

const never = new AbortController().signal;

interface Reply {
  readonly runMs: number;
  readonly outcome?: Outcome;
}

/** A load on a platform, and where it turned. */
async function turning(
  condition: string,
  { arrivals, forMs, reply, windowMs = 5000 }: {
    readonly arrivals: Arrivals;
    readonly forMs: number;
    /** By the time since the start. */
    readonly reply: (atMs: number) => Reply;
    readonly windowMs?: number;
  },
): Promise<{ readonly turning: Turning | undefined; readonly started: number; readonly tookMs: number }> {
  const clock = new VirtualClock(), startMs = clock.nowMs();
  const platform = new ScriptedPlatform(clock, () => reply(clock.nowMs() - startMs));
  const turned = new AbortController();
  const conditions = [parseCondition(condition)];
  const until = new Until({ conditions, windowMs, onTrue: () => turned.abort() });
  const spammer = new Spammer({ platform, recorder: noRecorder, clock, until });
  const load = {
    workload: { chains: [{ chain: single("f") }] },
    arrivals,
    bounds: { forMs },
    seed: "s",
    labels: {},
  };
  await clock.run(spammer.run(instancesOf(load, seededRandom("ids"), clock, turned.signal), never));
  until.look(clock.nowMs(), true);
  assertEquals(clock.timers, 0);
  return { turning: until.turning, started: spammer.stats().chains.started, tookMs: clock.nowMs() - startMs };
}

/** Servers with a line before them, each call of 100 ms: they hold ten calls a second each. */
function servers(count: number): (atMs: number) => Reply {
  const free = new Array<number>(count).fill(0);
  return (atMs) => {
    const first = free.indexOf(Math.min(...free));
    free[first] = Math.max(atMs, free[first]!) + 100;
    return { runMs: free[first]! - atMs };
  };
}

/** Places, each for a call of 100 ms; calls beyond are refused. */
function places(count: number): (atMs: number) => Reply {
  const busy = new Array<number>(count).fill(0);
  return (atMs) => {
    const free = busy.findIndex((untilMs) => untilMs <= atMs);
    if (free < 0) return { runMs: 1, outcome: THROTTLED };
    busy[free] = atMs + 100;
    return { runMs: 100 };
  };
}

Deno.test("Until finds the rate at which a platform with a hidden limit gets slow, and ends the load there", async () => {
  const growth = 5, forMs = 60_000; // a second more each second, from 10
  for (const limit of [8, 20]) {
    const load = { arrivals: ramp(10, { to: 10 + growth * 60, over: forMs }), forMs, reply: servers(limit) };
    const { turning: found, tookMs } = await turning("latency_ms.p99 > 500", load);
    // Beyond ten times the limit the line grows with the square of the time: it is half a second long after this.
    const mostS = Math.sqrt(10 * limit / growth) + 5;
    assert(
      found!.perS > 9.5 * limit && found!.perS < 10.5 * limit + growth * mostS,
      `${limit}: ${found!.perS}/s`,
    );
    assertEquals(found!.toMs - found!.fromMs, 5000);
    assert(found!.value > 500 && tookMs < found!.toMs + 3000, `${tookMs} ms`);
  }
});

Deno.test("Until finds the rate at which a platform refuses a part of the calls", async () => {
  const load = { arrivals: ramp(10, { to: 500, over: "100s" }), forMs: 100_000, reply: places(20) };
  const { turning: found } = await turning("throttledShare > 10%", load);
  // Erlang's formula B: of 20 places a tenth is refused at an offered load of 17.6, 176 calls a second.
  assert(Math.abs(found!.perS - 176) < 30, `${found!.perS}/s`);
  assertEquals(found!.throttled / found!.calls, found!.value);
});

Deno.test("Until sees calls that never end, by how long they have been under way", async () => {
  const load = {
    arrivals: every(20),
    forMs: 60_000,
    reply: (atMs: number) => ({ runMs: atMs < 20_000 ? 50 : 300_000 }),
  };
  const { turning: found, started } = await turning("latency_ms.p50 > 2000", load);
  assert(found!.fromMs >= 15_000 && found!.toMs <= 25_000, JSON.stringify(found));
  assert(started < 50 * 28, `${started} calls were started`);
});

Deno.test("Until waits for the end of calls where a figure may still rise above what is asked", async () => {
  const load = {
    arrivals: every(100),
    forMs: 30_000,
    reply: (atMs: number) => ({ runMs: atMs < 15_000 ? 2000 : 10 }),
  };
  const { turning: found } = await turning("latency_ms.max < 100", load);
  assertEquals([found!.fromMs, found!.toMs, Math.round(found!.value)], [15_000, 20_000, 10]);
});

Deno.test("Until finds nothing where no window is like that, and takes failures for none that went well", async () => {
  const calm = { arrivals: poisson(50), forMs: 20_000, reply: () => ({ runMs: 100 }) };
  assertEquals((await turning("latency_ms.max > 101", calm)).turning, undefined);
  const broken = { ...calm, reply: () => ({ runMs: 5000, outcome: BROKEN }) };
  assertEquals((await turning("latency_ms.p50 < 10", broken)).turning, undefined);
  const { turning: found } = await turning("failedShare > 99%", broken);
  assertEquals([found!.fromMs, found!.value], [0, 1]);
});

Deno.test("Until looks at windows of the length that it is given", async () => {
  const load = {
    arrivals: every(10),
    forMs: 20_000,
    reply: (atMs: number) => ({ runMs: atMs < 9000 ? 10 : 700 }),
  };
  const { turning: found } = await turning("latency_ms.p99 > 500", { ...load, windowMs: 1000 });
  assertEquals([found!.fromMs, found!.toMs, found!.perS], [8200, 9200, 100]);
});
