/** Consumers of a queue on Kafka that are killed at any moment lose nothing, and repeat nothing but what was in flight. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { runs } from "../lanes.ts";
import { kafkaTest, startBroker } from "../kafka/broker.ts";
import { Fleet } from "./fleet.ts";
import { checkTrial, FAN_AND_JOIN, figureWords, SteadyLoad } from "./kafka_load.ts";
import { pause, serveRecorded } from "./recorded_calls.ts";
import { folder } from "./sequoia.ts";

const ROUNDS = runs(20);
/** The shortest time of a round, in milliseconds, and the latest time of the kill in it. */
const [ROUND_MS, LATEST_MS] = [2000, 1200];
/** Most calls at once, of all consumers. */
const LIMIT = 48;
const SEED = Deno.env.get("SEED") ?? String(Date.now());

kafkaTest(`kafka: ${ROUNDS} kills of a consumer out of three lose nothing (SEED=${SEED})`, async (t) => {
  const random = seededRandom(SEED);
  await using broker = await startBroker();
  await using functions = serveRecorded(() => 2 + random.next() * 6);
  await using at = await folder({ "load.ts": FAN_AND_JOIN });
  const queue = `kafka://${broker.address}?lease=1s&partitions=6`;
  await using load = new SteadyLoad(queue, at);
  await using fleet = new Fleet({ queue, cwd: at.cwd, functions, limit: LIMIT });
  await Promise.all([1, 2, 3].map(() => fleet.start()));
  for (let round = 0; round < ROUNDS; round++) {
    const end = pause(ROUND_MS);
    await pause(random.next() * LATEST_MS);
    await fleet.kill(fleet.alive[Math.floor(random.next() * 3)]!);
    await fleet.start();
    await end;
  }
  const ended = await load.end();
  for (const life of fleet.alive) {
    const { code, stderr } = await fleet.leave(life);
    assertEquals(code, 0, stderr);
  }
  const figures = await checkTrial({ address: broker.address, queue, fleet, calls: functions.calls, ended });
  assert(figures.instances > 200 * ROUNDS * ROUND_MS / 1000 / 2, "there was a load");
  assert(figures.repeated <= ROUNDS * LIMIT, `${figures.repeated} were repeated: more than was in flight`);
  await t.step(figureWords(figures), () => {});
});
