/** A consumer that is killed at any moment: each end is told, each time under one id, and nothing else is. */
import { assertEquals } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { seededRandom } from "../../lib/model/mod.ts";
import { runs } from "../lanes.ts";
import { receiver } from "./receiver.ts";
import { folder, run, runJson, Running } from "./sequoia.ts";

const ROUNDS = runs(20);
const INSTANCES = 20 * ROUNDS;
const SECRET = `whsec_${btoa("s".repeat(32))}`;
const QUEUE = ["--queue", "sqlite:queue.db?lease=200ms"];

const work = (url: string) =>
  `import { chain, fn, workload } from "sequoia";
const one = chain("one", ({ call }) => void call(fn("f", { time: "1ms" })));
const bad = chain("bad", ({ call }) => void call(fn("no", { url: "http://127.0.0.1:1/", attempts: 1 })));
const callback = "${url}";
export default workload({ chains: [{ chain: one, callback }, { chain: bad, callback }] });`;

Deno.test(`${ROUNDS} kills of a consumer at any step leave no end untold`, async () => {
  const random = seededRandom("callbacks");
  await using ends = receiver(async (_, count) => {
    await new Promise((resolve) => setTimeout(resolve, random.next() * 30)); // so that kills come in between
    return count === 1 && random.next() < 0.2 ? 500 : 204;
  });
  await using at = await folder({ "work.ts": work(ends.url) });
  const options = { ...at, env: { CALLBACK_KEY: SECRET } };
  const consume = [
    "consume",
    ...QUEUE,
    "--callback-secret",
    "env:CALLBACK_KEY",
    "--limit",
    "16",
    "--out",
    "none",
  ];
  let rest = INSTANCES;
  for (let round = 0; round < ROUNDS; round++) {
    const some = Math.ceil(rest / (ROUNDS - round));
    rest -= some;
    await run(["produce", "work.ts", "--burst", String(some), "--count", String(some), ...QUEUE], options);
    await using consumer = new Running(consume, options);
    await consumer.says(/Consuming/);
    const killed = Promise.withResolvers<void>();
    setTimeout(killed.resolve, random.next() * 200); // the moment of the crash is what is drawn
    await killed.promise;
    consumer.signal("SIGKILL");
  }
  const tellers = () => new Set(ends.taken.map(({ body }) => JSON.parse(body).data.id as string));
  await using last = new Running(consume, options);
  await ends.until(() => tellers().size === INSTANCES);
  const untilSettled = async () => {
    while (
      ((await runJson(["queue", "status", ...QUEUE], at)) as { callbacks: { waiting: number } }).callbacks
        .waiting
    );
  };
  await untilSettled();
  last.signal("SIGTERM");
  assertEquals((await last.ended).code, 0);
  const idsOf = new Map<string, Set<string>>(), told = new Map<string, string>();
  for (const { id, body, headers } of ends.posts) {
    const { data } = new Webhook(SECRET).verify(body, headers) as { data: { id: string; outcome: string } };
    idsOf.set(data.id, (idsOf.get(data.id) ?? new Set()).add(id));
    told.set(data.id, data.outcome);
  }
  assertEquals([...idsOf.values()].filter((ids) => ids.size !== 1), [], "each end has one id");
  assertEquals(new Set([...idsOf.values()].flatMap((ids) => [...ids])).size, INSTANCES, "of its own");
  const depth = await runJson(["queue", "status", ...QUEUE], at) as Record<string, unknown>;
  const outcomes = [...told.values()],
    count = (outcome: string) => outcomes.filter((each) => each === outcome).length;
  assertEquals([count("completed"), count("failed")], [depth.completed, depth.failed]);
  assertEquals(depth.callbacks, { waiting: 0, givenUp: 0 });
});
