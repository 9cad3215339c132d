/** A consumer that is killed at any moment: each end is delivered, always under one id, and nothing else is. */
import { assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { runs } from "../lanes.ts";
import { assertToldByOneId, SECRET, shakyReceiver, tellersOf } from "./receiver.ts";
import { killAtAnyMoment } from "./kill.ts";
import { folder, run, runJson, Running } from "./sequoia.ts";

const ROUNDS = runs(20);
const INSTANCES = 20 * ROUNDS;
const QUEUE = ["--queue", "sqlite:queue.db?lease=200ms"];

const work = (url: string) =>
  `import { chain, fn, workload } from "sequoia";
const one = chain("one", ({ call }) => void call(fn("f", { time: "1ms" })));
const bad = chain("bad", ({ call }) => void call(fn("no", { url: "http://127.0.0.1:1/", attempts: 1 })));
const callback = "${url}";
export default workload({ chains: [{ chain: one, callback }, { chain: bad, callback }] });`;

Deno.test(`${ROUNDS} kills of a consumer at any step leave no end untold`, async () => {
  const random = seededRandom("callbacks");
  await using ends = shakyReceiver(random, 30);
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
    await killAtAnyMoment(consume, options, random, 200);
  }
  await using last = new Running(consume, options);
  await ends.until(() => tellersOf(ends).size === INSTANCES);
  const waiting = async () =>
    (await runJson(["queue", "status", ...QUEUE], at) as { callbacks: { waiting: number } }).callbacks
      .waiting;
  while (await waiting() > 0);
  last.signal("SIGTERM");
  assertEquals((await last.ended).code, 0);
  const told = assertToldByOneId(ends.posts);
  assertEquals(told.size, INSTANCES);
  const depth = await runJson(["queue", "status", ...QUEUE], at) as Record<string, unknown>;
  const count = (outcome: string) => [...told.values()].filter((each) => each === outcome).length;
  assertEquals([count("completed"), count("failed")], [depth.completed, depth.failed]);
  assertEquals(depth.callbacks, { waiting: 0, givenUp: 0 });
});
