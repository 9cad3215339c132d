/** Callbacks of a queue on Kafka: consumers that are killed at any moment leave no end untold. */
import { assertEquals } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { seededRandom } from "../../lib/model/mod.ts";
import { kafkaTest, startBroker } from "../kafka/broker.ts";
import { runs } from "../lanes.ts";
import { receiver } from "./receiver.ts";
import { folder, run, Running } from "./sequoia.ts";

const ROUNDS = runs(6), INSTANCES = 10 * ROUNDS;
const SECRET = `whsec_${btoa("s".repeat(32))}`;

const work = (url: string) =>
  `import { chain, fn, workload } from "sequoia";
const one = chain("one", ({ call }) => void call(fn("f", { time: "1ms" })));
export default workload({ chains: [{ chain: one, callback: "${url}" }] });`;

kafkaTest(`kafka: ${ROUNDS} kills of a consumer at any step leave no end untold`, async () => {
  const random = seededRandom("kafka callbacks");
  await using ends = receiver(async (_, count) => {
    await new Promise((resolve) => setTimeout(resolve, random.next() * 100)); // so that kills come in between
    return count === 1 && random.next() < 0.2 ? 500 : 204;
  });
  await using broker = await startBroker();
  await using at = await folder({ "work.ts": work(ends.url) });
  const queue = ["--queue", `kafka://${broker.address}?lease=6s&partitions=2`];
  const options = { ...at, env: { CALLBACK_KEY: SECRET } };
  const consume = ["consume", ...queue, "--callback-secret", "env:CALLBACK_KEY", "--out", "none"];
  const tellers = () => new Set(ends.taken.map(({ body }) => JSON.parse(body).data.id as string));
  for (let round = 0; round < ROUNDS; round++) {
    const some = String(INSTANCES / ROUNDS), before = ends.posts.length;
    await run(["produce", "work.ts", "--burst", some, "--count", some, ...queue], options);
    await using consumer = new Running(consume, options);
    const posts = 1 + Math.floor(random.next() * 6); // the number of posts at which it is killed is what is drawn
    await ends.until(() => ends.posts.length >= before + posts);
    consumer.signal("SIGKILL");
  }
  await using last = new Running(consume, options);
  await ends.until(() => tellers().size === INSTANCES);
  last.signal("SIGTERM");
  assertEquals((await last.ended).code, 0);
  const idsOf = new Map<string, Set<string>>();
  for (const { id, body, headers } of ends.posts) {
    const { data } = new Webhook(SECRET).verify(body, headers) as { data: { id: string } };
    idsOf.set(data.id, (idsOf.get(data.id) ?? new Set()).add(id));
  }
  assertEquals([...idsOf.values()].filter((ids) => ids.size !== 1), [], "each end has one id");
  assertEquals(idsOf.size, INSTANCES);
});
