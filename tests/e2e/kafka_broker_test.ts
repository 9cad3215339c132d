/** A broker that is killed and comes back while consumers and a producer go on: they wait for it, and nothing is lost. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { runs } from "../lanes.ts";
import { kafkaTest, startBroker } from "../kafka/broker.ts";
import { Fleet } from "./fleet.ts";
import { checkTrial, FAN_AND_JOIN, figureWords, SteadyLoad } from "./kafka_load.ts";
import { callsGoOn, pause, serveRecorded } from "./recorded_calls.ts";
import { folder } from "./sequoia.ts";

const KILLS = runs(5);
/** The longest that the broker is up and down, in milliseconds, beside the time that it takes to start. */
const [UP_MS, DOWN_MS] = [2000, 1000];
const SEED = Deno.env.get("SEED") ?? String(Date.now());

/** All that our own processes say in this test. */
const OWN_LINES = [
  /^Consuming kafka:/,
  /^Submitted [\d,]+ to kafka:/,
  /^Completed [\d,]+, failed 0, cancelled 0/,
  /^warn: Cannot reach Kafka at \S+: .+\. Trying again until it answers$/,
  /^Kafka at \S+ answers again$/,
  /^(warn: )?Consumers? .+ (has|have) (joined the queue|left the queue|gone silent)/,
  /^(Waiting for the queue; r|R)unning [\d,]+ of [\d,]+[,;] /,
];

kafkaTest(
  `kafka: a broker that is killed ${KILLS} times under load loses nothing (SEED=${SEED})`,
  async (t) => {
    const random = seededRandom(SEED);
    await using broker = await startBroker();
    await using functions = serveRecorded(() => 2 + random.next() * 6);
    await using at = await folder({ "load.ts": FAN_AND_JOIN });
    const queue = `kafka://${broker.address}?lease=4s&partitions=6`;
    await using load = new SteadyLoad(queue, at);
    await using fleet = new Fleet({ queue, cwd: at.cwd, functions, limit: 48 });
    await Promise.all([1, 2, 3].map(() => fleet.start()));
    await callsGoOn(functions);
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(random.next() * UP_MS);
      await broker.kill();
      await pause(random.next() * DOWN_MS);
      await broker.start();
      await callsGoOn(functions);
    }
    const ended = await load.end();
    for (const life of fleet.alive) assertEquals((await fleet.leave(life)).code, 0, life.process.stderr);
    const figures = await checkTrial({
      address: broker.address,
      queue,
      fleet,
      calls: functions.calls,
      ended,
    });
    await t.step(figureWords(figures), () => {});
    for (const { stderr } of [load.process, ...fleet.lives.map(({ process }) => process)]) {
      for (const line of stderr.trim().split("\n")) {
        assert(line === "" || OWN_LINES.some((own) => own.test(line)), `it said "${line}"`);
      }
      assertMatch(stderr, /Cannot reach Kafka/);
      assertMatch(stderr, /answers again/);
    }
  },
);
