// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The queue on a real broker: beside a bare kafkajs loop, and beside sqlite. */
import { Buffer } from "node:buffer";
import {
  type Chain,
  chain,
  fn,
  type Instance,
  instanceMaker,
  NULL,
  realClock,
  seededRandom,
  systemRandom,
  writeJson,
} from "../lib/model/mod.ts";
import { openKafkaQueue } from "../lib/queue/kafka/mod.ts";
import type { Platform } from "../lib/platform/mod.ts";
import type { QueueDriver } from "../lib/queue/mod.ts";
import { encodeInstance } from "../lib/wire/mod.ts";
import { type Broker, brokerSkipReason, startBroker } from "../tests/kafka/broker.ts";
import { clientOf } from "../tests/kafka/client.ts";
import { delayedBench } from "./delayed_bench.ts";
import { type Figure, median } from "./figures.ts";
import { calls, startServer, workOff } from "./calls.ts";

const PARTITIONS = 6;
/** No consumer is taken for dead, whatever else the machine does. */
const LEASE_MS = 120_000;
const BATCH = 1000;
const ROUNDS = 3;
let prefixes = 0;

const single = chain("single", ({ call }) => void call(fn("only")));

function openOn({ address }: Broker, prefix: string): Promise<QueueDriver> {
  const options = { prefix, partitions: PARTITIONS, leaseMs: LEASE_MS };
  return openKafkaQueue({ brokers: [address], clock: realClock, random: systemRandom(), ...options });
}

/**
 * Measures the Kafka queue; nothing where no broker can be started.
 *
 * @param only begins the names of the parts that are wanted (Default: all)
 */
export async function kafkaBench(only?: string): Promise<Figure[]> {
  const reason = await brokerSkipReason();
  if (reason !== undefined) {
    console.log(`  skipped: ${reason}`);
    return [];
  }
  await using broker = await startBroker();
  const figures: Figure[] = [];
  for (
    const part of [
      produceFigures,
      latencyFigures,
      replayFigures,
      pastFigures,
      instantFigures,
      consumeFigures,
      delayedFigures,
    ]
  ) {
    if (only === undefined || part.name.startsWith(only)) figures.push(...await part(broker));
  }
  return figures;
}

const PRODUCED = 100_000;

function batches(of: Chain, count: number, seed: number | string): Instance[][] {
  const make = instanceMaker(seededRandom(seed));
  const all = Array.from({ length: count }, () => make({ chain: of }, realClock.nowMs()));
  return Array.from({ length: count / BATCH }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH));
}

/** The same bytes, under the same keys, to a topic like ours. */
async function bareProduce(broker: Broker, round: number): Promise<number> {
  const kafka = clientOf(broker);
  const admin = kafka.admin(), producer = kafka.producer({ idempotent: true, maxInFlightRequests: 5 });
  const topic = `bare${round}`;
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] });
  await producer.connect();
  const messages = batches(single, PRODUCED, round).map((batch) =>
    batch.map((instance) => ({ key: instance.id, value: Buffer.from(encodeInstance(instance)) }))
  );
  await producer.send({ topic, messages: messages[0]!.slice(0, 1) });
  const rate = await ratePerS(PRODUCED, async () => {
    for (const batch of messages) await producer.send({ topic, messages: batch });
  });
  await producer.disconnect();
  await admin.disconnect();
  return rate;
}

async function ourProduce(broker: Broker, round: number): Promise<number> {
  await using queue = await openOn(broker, `produce${round}.`);
  const all = batches(single, PRODUCED, round);
  await queue.push(all[0]!.slice(0, 1));
  return await ratePerS(PRODUCED, async () => {
    for (const batch of all) await queue.push(batch);
  });
}

async function produceFigures(broker: Broker): Promise<Figure[]> {
  const bare: number[] = [], ours: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await bareProduce(broker, round));
    ours.push(await ourProduce(broker, round));
  }
  return [
    { name: "bare kafkajs loop, batches of 1,000", value: median(bare), unit: "messages/s" },
    { name: "push, in batches of 1,000", value: median(ours), unit: "instances/s" },
    { name: "push ÷ bare loop", value: median(ours) / median(bare), unit: "", atLeast: 0.6 },
  ];
}

const PROBES = 300;
const PROBE_EVERY_MS = 20;

/** From the call of push to the claim, one instance at a time on an idle queue. */
async function latencyFigures(broker: Broker): Promise<Figure[]> {
  const prefix = `latency${++prefixes}.`;
  await using producer = await openOn(broker, prefix);
  await using consumer = await openOn(broker, prefix);
  const never = new AbortController().signal;
  const latencies: number[] = [];
  for (const instance of batches(single, BATCH, "latency")[0]!.slice(0, PROBES)) {
    const startMs = realClock.nowMs();
    const pulled = consumer.pull(1, never);
    await producer.push([instance]);
    await pulled;
    latencies.push(realClock.nowMs() - startMs);
    await realClock.until(startMs + PROBE_EVERY_MS);
  }
  const sorted = latencies.slice(PROBES / 10).sort((a, b) => a - b); // the first ones find the group being joined
  const percentile = (p: number) => sorted[Math.ceil(sorted.length * p) - 1]!;
  return [
    { name: "submit → start, idle, p50", value: percentile(0.5), unit: "ms", atMost: 20 },
    { name: "submit → start, idle, p99", value: percentile(0.99), unit: "ms", atMost: 60 },
  ];
}

const UNFINISHED = 100_000;

/** Measures the time to take over 100,000 instances that another consumer has begun. */
async function replayFigures(broker: Broker): Promise<Figure[]> {
  const prefix = `replay${++prefixes}.`;
  const line = chain("line", ({ call }) => void call(fn("second"), { after: call(fn("first")) }));
  const never = new AbortController().signal;
  {
    await using queue = await openOn(broker, prefix);
    for (const batch of batches(line, UNFINISHED, "replay")) await queue.push(batch);
    for (let done = 0; done < UNFINISHED;) {
      const claims = await queue.pull(BATCH, never);
      const records = [{ node: 0, state: "ok", attempts: 1, output: writeJson({ first: "done" }) } as const];
      await queue.checkpoint(claims.map(({ instance: { id } }) => ({ instanceId: id, records })));
      done += claims.length;
    }
  }
  const startMs = realClock.nowMs();
  await using queue = await openOn(broker, prefix);
  for (let done = 0; done < UNFINISHED;) done += (await queue.pull(10_000, never)).length;
  return [
    {
      name: "replay of 100,000 unfinished instances",
      value: (realClock.nowMs() - startMs) / 1000,
      unit: "s",
      atMost: 10,
    },
  ];
}

const PASSED = 1_000_000;
const FEW = 5;

/** Measures the time and memory to reach instances behind 1,000,000 that are passed over. */
async function pastFigures(broker: Broker): Promise<Figure[]> {
  const prefix = `past${++prefixes}.`, never = new AbortController().signal;
  const other = chain("other", ({ call }) => void call(fn("only")));
  const pushFew = (queue: QueueDriver, seed: string) =>
    queue.push(batches(other, BATCH, seed)[0]!.slice(0, FEW));
  {
    await using queue = await openOn(broker, prefix);
    const make = instanceMaker(seededRandom("past"));
    for (let pushed = 0; pushed < PASSED; pushed += BATCH) {
      await queue.push(Array.from({ length: BATCH }, () => make({ chain: single }, realClock.nowMs())));
    }
    await pushFew(queue, "few");
  }
  await using queue = await openOn(broker, prefix);
  const [first] = await queue.pull(1, never);
  const passOver = [{ chain: first!.instance.chain }];
  const heapBefore = Deno.memoryUsage().heapUsed;
  const few = async () => {
    const startMs = realClock.nowMs();
    for (let got = 0; got < FEW;) got += (await queue.pull(FEW, never, { passOver })).length;
    return (realClock.nowMs() - startMs) / 1000;
  };
  const readS = await few();
  await pushFew(queue, "later");
  const laterS = await few();
  const heapMb = (Deno.memoryUsage().heapUsed - heapBefore) / 2 ** 20;
  return [
    {
      name: "past 1,000,000 that are passed over, when they are read first",
      value: readS,
      unit: "s",
      atMost: 2,
    },
    { name: "past 1,000,000 that are passed over, when they are known", value: laterS, unit: "s", atMost: 2 },
    { name: "heap for 1,000,000 that are passed over", value: heapMb, unit: "MB", atMost: 150 },
  ];
}

/** Instances that start later. */
function delayedFigures(broker: Broker): Promise<Figure[]> {
  return delayedBench((run) => {
    const prefix = `delayed${++prefixes}.`;
    return run({
      address: `kafka://${broker.address}?prefix=${prefix}`,
      open: () => openOn(broker, prefix),
    });
  });
}

/** Zero-work functions through the whole consumer, from Kafka and from sqlite in turn. */
async function consumeFigures(broker: Broker): Promise<Figure[]> {
  await using server = await startServer();
  const f = fn("f", { url: server.url });
  const one = chain("one", ({ call }) => void call(f));
  const fan = chain("fan", ({ call }) => {
    const start = call(f, { name: "start" });
    for (let i = 0; i < 7; i++) call(f, { name: `f${i}`, after: start });
  });
  const folder = await Deno.makeTempDir({ dir: ".", prefix: ".bench-" });
  const rates: Record<"sqliteOne" | "kafkaOne" | "sqliteFan" | "kafkaFan", number[]> = {
    sqliteOne: [],
    kafkaOne: [],
    sqliteFan: [],
    kafkaFan: [],
  };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (
        const [of, sqlite, kafka] of [[one, "sqliteOne", "kafkaOne"], [fan, "sqliteFan", "kafkaFan"]] as const
      ) {
        rates[sqlite].push(await calls(of, folder));
        await using queue = await openOn(broker, `consume${++prefixes}.`);
        rates[kafka].push(await calls(of, folder, { queue }));
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const of = (name: keyof typeof rates) => median(rates[name]);
  return [
    { name: "consume, chains of one function", value: of("kafkaOne"), unit: "calls/s", atLeast: 6000 },
    { name: "consume, fans of seven", value: of("kafkaFan"), unit: "calls/s" },
    { name: "kafka ÷ sqlite, one function", value: of("kafkaOne") / of("sqliteOne"), unit: "", atLeast: 0.6 },
    { name: "kafka ÷ sqlite, fans", value: of("kafkaFan") / of("sqliteFan"), unit: "", atLeast: 0.6 },
  ];
}

const QUEUED = 10_000;

/** Functions that answer at once, in the process: what the queue and the scheduler cost by themselves. */
const instant: Platform = {
  name: "instant",
  invoke: () => Promise.resolve({ outcome: { kind: "ok", output: NULL }, status: 200, cold: false }),
  async [Symbol.asyncDispose]() {},
};

async function instantFigures(broker: Broker): Promise<Figure[]> {
  const folder = await Deno.makeTempDir({ dir: ".", prefix: ".bench-" });
  const rates: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await using queue = await openOn(broker, `instant${++prefixes}.`);
      rates.push(await workOff(queue, { of: single, instances: QUEUED, folder, platform: instant }));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const name = "consume, functions in the process, 10,000 queued";
  return [{ name, value: median(rates), unit: "calls/s", atLeast: 6000 }];
}

async function ratePerS(count: number, work: () => Promise<void>): Promise<number> {
  const startMs = realClock.nowMs();
  await work();
  return count / (realClock.nowMs() - startMs) * 1000;
}

if (import.meta.main) {
  for (const { name, value } of await kafkaBench(Deno.args[0])) {
    console.log(name, value);
  }
}
