/** Instances that start later, through consumers of a queue on Kafka that are killed at any moment. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  chain,
  delayedUntil,
  fn,
  instanceMaker,
  realClock,
  seededRandom,
  wallAheadMs,
} from "../../lib/model/mod.ts";
import { openQueue } from "../../lib/queue/mod.ts";
import { runs } from "../lanes.ts";
import { kafkaTests } from "../kafka/broker.ts";
import { sharedBroker } from "../kafka/shared.ts";
import { Fleet } from "./fleet.ts";
import { kafkaFolder } from "./kafka.ts";
import { pause, serveRecorded } from "./recorded_calls.ts";
import { folder, run, runJson } from "./sequoia.ts";

const ROUNDS = runs(12);
/** The time of a round, and the latest time of the kill in it, in milliseconds. */
const [ROUND_MS, LATEST_MS] = [1500, 1200];
/** Instances that fall due in a round, and the longest until they have ended after the last one, in milliseconds. */
const [PER_ROUND, LONGEST_MS] = [300, 120_000];
/** Most calls at once, of all consumers. */
const LIMIT = 48;
const SEED = Deno.env.get("SEED") ?? String(Date.now());
const single = chain("single", ({ call }) => void call(fn("f")));

kafkaTests("kafka: delayed instances", () => {
  const shared = sharedBroker();

  Deno.test(`kafka: delayed instances start once and never early through ${ROUNDS} kills of consumers (SEED=${SEED})`, async (t) => {
    const random = seededRandom(SEED), make = instanceMaker(random);
    await using functions = serveRecorded(() => 2 + random.next() * 6);
    await using at = await folder({});
    const address = `kafka://${shared.broker.address}?lease=1s&partitions=6`;
    await using queue = await openQueue(address, { clock: realClock });
    await using fleet = new Fleet({ queue: address, cwd: at.cwd, functions, limit: LIMIT });
    await Promise.all([1, 2, 3].map(() => fleet.start()));
    const startMs = realClock.wallMs() + 1000;
    const all = Array.from({ length: ROUNDS * PER_ROUND }, () => {
      const nowMs = realClock.wallMs();
      return delayedUntil(make({ chain: single }, nowMs), startMs + random.next() * ROUNDS * ROUND_MS);
    });
    await queue.push(all);
    for (let round = 0; round < ROUNDS; round++) {
      const end = pause(ROUND_MS);
      await pause(random.next() * LATEST_MS);
      await fleet.kill(fleet.alive[Math.floor(random.next() * 3)]!);
      await fleet.start();
      await end;
    }
    const lateMs = performance.now() + LONGEST_MS;
    for (let depth = await queue.depth(); depth.completed < all.length; depth = await queue.depth()) {
      assert(performance.now() < lateMs, `some are lost: ${JSON.stringify(depth)}\n${fleet.said}`);
      await pause(200);
    }
    const calls = Map.groupBy(functions.calls, ({ instance }) => instance), aheadMs = wallAheadMs(realClock);
    assertEquals(calls.size, all.length, "each was called, and nothing else");
    const offsetMs = aheadMs + realClock.nowMs() - performance.now();
    for (const { id, dueAtMs } of all) {
      const earlyMs = dueAtMs! - (calls.get(id)![0]!.startMs + offsetMs);
      assert(earlyMs <= 1, `${id} started ${earlyMs} ms early`);
    }
    const repeated = [...calls.values()].filter(({ length }) => length > 1).length;
    assert(repeated <= ROUNDS * LIMIT, `${repeated} were called again: more than was in flight`);
    assertEquals((await queue.depth()).delayed, 0);
    await t.step(
      `${all.length} instances, ${functions.calls.length} calls, ${repeated} called again`,
      () => {},
    );
  });

  Deno.test("kafka: what is delayed is listed, counted, shown and cancelled, and consume --until-empty waits for it", async () => {
    const QUICK = `import { chain, fn } from "sequoia";
export default chain("quick", ({ call }) => void call(fn("quick", { time: "1ms" })));`;
    await using at = await kafkaFolder(shared.broker, { "quick.ts": QUICK });
    await run(["produce", "quick.ts", "--burst", "3", "--at", "2990-01-01T00:00Z"], at);
    assertEquals((await runJson(["queue", "status"], at) as { delayed: number }).delayed, 3);
    assertStringIncludes((await run(["queue", "list"], at)).stdout, "due in ");
    const { stdout } = await run(["queue", "cancel", "--state", "delayed"], at);
    assertStringIncludes(stdout, "Cancelled 3 instances");
    await run(["produce", "quick.ts", "--id", "one", "--in", "2s"], at);
    assertEquals((await runJson(["queue", "show", "one"], at) as { state: string }).state, "delayed");
    const consumed = await run(["consume", "--until-empty", "--out", "none"], at);
    assertEquals(consumed.code, 0, consumed.stderr);
    assertEquals(
      (await runJson(["queue", "show", "one"], at) as { state: string }).state,
      "completed",
      consumed.stderr,
    );
  });
});
