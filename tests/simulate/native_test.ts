/** The local platform runs chains as the simulation without Sequoia does: call by call, at the same instants. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Chain, chain, constant, fn, type Instance, seededRandom } from "../../lib/model/mod.ts";
import { type ChainCallEnd, ChainHost, FunctionRunner, Turns } from "../../lib/platform/mod.ts";
import { parseProfile, Provider, successorMode } from "../../lib/provider/mod.ts";
import { Simulation } from "../../lib/simulate/mod.ts";
import { EventLog } from "../programs/event_log.ts";
import { VirtualClock } from "../programs/virtual_clock.ts";
import { instanceOf } from "../scheduler/builders.ts";

/** One call, in whole microseconds from the start of all. */
type CallRow = readonly [
  instance: string,
  node: string,
  queuedUs: number,
  startUs: number,
  runUs: number,
  providerQueuedUs: number,
  status: number,
];

interface Outcome {
  readonly calls: readonly CallRow[];
  /** By instance, why it was dropped; "" if it completed. */
  readonly ends: Readonly<Record<string, string>>;
}

const us = (ms: number) => Math.round(ms * 1000);

function sorted(calls: CallRow[]): CallRow[] {
  return calls.toSorted(([a, b], [c, d]) => `${a}/${b}` < `${c}/${d}` ? -1 : 1);
}

function simulated(instances: readonly Instance[], profile: string, startMs: number): Outcome {
  const log = new EventLog();
  const simulation = new Simulation({
    arrivals: instances.map((instance) => ({
      instance,
      takenAtMs: instance.submittedAtMs,
      course: (node: number) => ({ runMs: (instance.chain.nodes[node]!.fn.time as { ms: number }).ms }),
      durableMs: () => 0,
      called: () => {
        throw new Error("no chain calls another");
      },
    })),
    profile: parseProfile(profile),
    random: seededRandom(1),
    recorder: log,
    startMs,
  });
  while (simulation.advance(1000));
  return {
    calls: sorted(log.attempts.map((event): CallRow => {
      const { instance, node, queuedMs, startedAtMs, runMs, providerQueuedMs = 0, status } = event;
      // a refusal takes a millisecond to be heard in virtual time
      if (status === 429) return [instance, node, 0, 0, 0, 0, status];
      const times = [queuedMs, startedAtMs - startMs, runMs, providerQueuedMs] as const;
      return [instance, node, ...times.map(us) as [number, number, number, number], status];
    })),
    ends: Object.fromEntries(log.ends.map(({ instance, reason = "" }) => [instance, reason])),
  };
}

async function served(
  instances: readonly Instance[],
  profileText: string,
  clock: VirtualClock,
): Promise<Outcome> {
  const profile = parseProfile(profileText), random = seededRandom(1), stop = new AbortController().signal;
  const turns = new Turns(new Provider(profile, random), clock);
  const runner = new FunctionRunner({
    turns,
    clock,
    random,
    functions: new Map(),
    speed: profile.speed,
    stop,
  });
  const host = new ChainHost({ turns, runner, clock, successors: successorMode(profile), stop });
  const startMs = clock.nowMs(), calls: CallRow[] = [], ends: Record<string, string> = {};
  const run = async (instance: Instance): Promise<void> => {
    await clock.until(instance.submittedAtMs);
    const atMs = clock.nowMs();
    const told = (end: ChainCallEnd) => {
      const node = instance.chain.nodes[end.node]!.name;
      const { queuedMs, runMs, providerQueuedMs = 0, status } = end;
      if (status === 429) return calls.push([instance.id, node, 0, 0, 0, 0, status]);
      const times = [queuedMs, atMs + end.atMs - startMs, runMs, providerQueuedMs] as const;
      calls.push([instance.id, node, ...times.map(us) as [number, number, number, number], status]);
    };
    ends[instance.id] = await host.run(instance, told) ?? "";
  };
  await clock.run(Promise.all(instances.map(run)));
  await clock.pass(10_000); // functions whose callers have given up
  assertEquals(clock.timers, 0);
  return { calls: sorted(calls), ends };
}

const PROFILES = [
  "ideal",
  "hard-limit,limit=5,cold=20ms",
  "hard-limit,limit=2,cold=0ms,queue=4",
  "ramp,limit=9,burst=3,ramp=600,cold=7ms,allocation=2",
  "background,limit=4,cold=11ms",
  "background,limit=3,backgroundqueue=5,cold=0ms,httpfirst=no",
  "collapse,limit=4,cold=5ms,collapseafter=0ms,overload=1",
  "ibm,limit=4,cold=13ms",
];

/**
 * The root of 4n + 3, which is never a square (these leave 0 or 1 when they are divided by 4), so it is irrational. Two times
 * of this kind do not differ by whole milliseconds, as time-outs and cold starts take: no two things happen at one instant,
 * in which the order would be a matter of chance.
 */
const irrational = (n: number) => Math.sqrt(4 * n + 3);

/** A chain for one instance. Each node of each instance has its own time: not even two calls that begin together end so. */
function ofOwnTimes(shape: Shape, instance: number): Chain {
  const { name, after, first, timeout } = shape;
  return chain(name, ({ call }) => {
    after.forEach((before, i) => {
      const options = {
        time: constant(irrational(first + 27 * i + 253 * instance)),
        ...timeout !== undefined && { timeout: timeout + 7 * i },
      };
      call(fn(`n${i}`, options), { after: before.map((b) => `n${b}`) });
    });
  });
}

interface Shape {
  readonly name: string;
  readonly after: readonly (readonly number[])[];
  /** The first node's time is the {@linkcode irrational} number of this, in milliseconds. */
  readonly first: number;
  readonly timeout?: number;
}

const FAN: Shape = { name: "fan", after: [[], [0], [0], [0], [1, 2, 3]], first: 1750 };
const SHAPES: readonly Shape[] = [
  { name: "line", after: [[], [0], [1]], first: 1250 },
  FAN,
  { name: "slow", after: [[], [], [0, 1], [1]], first: 7502, timeout: 150 },
];

Deno.test("the local platform runs chains as the simulation without Sequoia says, call by call", async () => {
  const arrivals = fc.array(fc.tuple(fc.nat(400), fc.nat(SHAPES.length - 1)), {
    minLength: 1,
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(arrivals, fc.constantFrom(...PROFILES), async (list, profile) => {
      const startMs = 0, clock = new VirtualClock({ startMs }); // where doubles tell a picosecond: instants do not fall together
      const instances = list.toSorted(([a], [b]) => a - b).map(([ms, shape], i) =>
        instanceOf(ofOwnTimes(SHAPES[shape]!, i), `i${i}`, { submittedAtMs: startMs + ms + irrational(i) })
      ).toSorted((a, b) => a.submittedAtMs - b.submittedAtMs);
      const expected = simulated(instances, profile, startMs);
      assertEquals(await served(instances, profile, clock), expected);
    }),
    {
      numRuns: 300,
      examples: [
        // an instance came at the very instant of another one's time-out
        [[[94, 0], [0, 0], [93, 2], [242, 0], [0, 2], [93, 0], [93, 0], [176, 0]], PROFILES[2]!],
        // an instance came less than a microsecond before a call ended
        [[[11, 2], [11, 2], [11, 0], [11, 0], [265, 0], [11, 0]], PROFILES[2]!],
      ],
    },
  );
});

Deno.test("a hard limit drops chains mid-way, and so many as simulated", async () => {
  const clock = new VirtualClock(), startMs = clock.nowMs();
  const instances = Array.from(
    { length: 100 },
    (_, i) => instanceOf(ofOwnTimes(FAN, i), `i${i}`, { submittedAtMs: startMs + i * Math.sqrt(50) }),
  );
  const profile = "hard-limit,limit=30,cold=20ms";
  const outcome = await served(instances, profile, clock);
  assertEquals(outcome, simulated(instances, profile, startMs));
  const dropped = Object.values(outcome.ends).filter((reason) => reason !== "");
  assert(dropped.length > 20 && dropped.length < 100, `${dropped.length} of 100 dropped`);
  assert(dropped.some((reason) => reason.startsWith("node n1") || reason.startsWith("node n2")), "mid-way");
});
