/** A cluster of three brokers that die once each: the others lead their partitions, and nothing is lost. */
import { assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { kafkaTest } from "../kafka/broker.ts";
import { startCluster } from "../kafka/cluster.ts";
import { Fleet } from "./fleet.ts";
import { checkTrial, FAN_AND_JOIN, figureWords, SteadyLoad } from "./kafka_load.ts";
import { callsGoOn, pause, serveRecorded } from "./recorded_calls.ts";
import { folder } from "./sequoia.ts";

/** The longest that all brokers are up before one dies, in milliseconds. */
const UP_MS = 2000;
const SEED = Deno.env.get("SEED") ?? String(Date.now());

kafkaTest(
  `kafka: three brokers that are killed one after the other lose nothing (SEED=${SEED})`,
  async (t) => {
    const random = seededRandom(SEED);
    await using cluster = await startCluster();
    await using functions = serveRecorded(() => 2 + random.next() * 6);
    await using at = await folder({ "load.ts": FAN_AND_JOIN });
    const queue = `kafka://${cluster.address}?lease=4s&partitions=6`;
    await using load = new SteadyLoad(queue, at);
    await using fleet = new Fleet({ queue, cwd: at.cwd, functions, limit: 48 });
    await Promise.all([1, 2].map(() => fleet.start()));
    await callsGoOn(functions);
    for (const node of cluster.nodes) {
      await pause(random.next() * UP_MS);
      await node.kill();
      await callsGoOn(functions);
      await node.start();
      await callsGoOn(functions);
    }
    const ended = await load.end();
    for (const life of fleet.alive) assertEquals((await fleet.leave(life)).code, 0, life.process.stderr);
    const { address } = cluster.nodes[0]!;
    const figures = await checkTrial({ address, queue, fleet, calls: functions.calls, ended });
    await t.step(figureWords(figures), () => {});
  },
);
