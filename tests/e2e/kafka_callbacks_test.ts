/** Callbacks of a queue on Kafka: consumers that are killed at any moment leave no end untold. */
import { assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { kafkaTest, startBroker } from "../kafka/broker.ts";
import { runs } from "../lanes.ts";
import { assertToldByOneId, SECRET, shakyReceiver, tellersOf } from "./receiver.ts";
import { folder, run, Running } from "./sequoia.ts";

const ROUNDS = runs(6), INSTANCES = 10 * ROUNDS;

const work = (url: string) =>
  `import { chain, fn, workload } from "sequoia";
const one = chain("one", ({ call }) => void call(fn("f", { time: "1ms" })));
export default workload({ chains: [{ chain: one, callback: "${url}" }] });`;

kafkaTest(`kafka: ${ROUNDS} kills of a consumer at any step leave no end untold`, async () => {
  const random = seededRandom("kafka callbacks");
  await using ends = shakyReceiver(random, 100);
  await using broker = await startBroker();
  await using at = await folder({ "work.ts": work(ends.url) });
  const queue = ["--queue", `kafka://${broker.address}?lease=6s&partitions=2`];
  const options = { ...at, env: { CALLBACK_KEY: SECRET } };
  const consume = ["consume", ...queue, "--callback-secret", "env:CALLBACK_KEY", "--out", "none"];
  for (let round = 0; round < ROUNDS; round++) {
    const some = String(INSTANCES / ROUNDS), before = ends.posts.length;
    await run(["produce", "work.ts", "--burst", some, "--count", some, ...queue], options);
    await using consumer = new Running(consume, options);
    const posts = 1 + Math.floor(random.next() * 6); // the number of posts at which it is killed is what is drawn
    await ends.until(() => ends.posts.length >= before + posts);
    consumer.signal("SIGKILL");
  }
  await using last = new Running(consume, options);
  await ends.until(() => tellersOf(ends).size === INSTANCES);
  last.signal("SIGTERM");
  assertEquals((await last.ended).code, 0);
  assertEquals(assertToldByOneId(ends.posts).size, INSTANCES);
});
