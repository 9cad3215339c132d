import { assertEquals } from "@std/assert";
import { systemRandom } from "../../../model/mod.ts";
import { idle, VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import type { Cluster } from "./kafkajs.ts";
import { Link, Reachability } from "./link.ts";

/** A cluster that knows no topic before it has answered a question about some. */
class SlowCluster {
  readonly asked: { answer(): void }[] = [];
  #isKnown = false;

  isConnected(): boolean {
    return true;
  }

  async addMultipleTargetTopics(): Promise<void> {
    const answered = Promise.withResolvers<void>();
    this.asked.push({ answer: answered.resolve });
    await answered.promise;
    this.#isKnown = true;
  }

  findTopicPartitionMetadata(): { partitionId: number; leader: number }[] {
    if (!this.#isKnown) {
      throw Object.assign(new Error("Topic metadata not loaded"), { name: "KafkaJSTopicMetadataNotLoaded" });
    }
    return [0, 1, 2].map((partitionId) => ({ partitionId, leader: 1 }));
  }

  async disconnect(): Promise<void> {}
}

Deno.test("Link tells how topics are divided though its connections are made again meanwhile", async () => {
  const clock = new VirtualClock(), made: SlowCluster[] = [];
  const options = { brokers: ["127.0.0.1:1"], clientId: "test", clock, random: systemRandom() };
  const link = new Link(options, new Reachability(options), new AbortController().signal, () => {
    const cluster = new SlowCluster();
    made.push(cluster);
    return cluster as unknown as Cluster;
  });
  const told = link.use(["orders"]);
  let failures = 0;
  const other = link.run("do something else", () => {
    if (failures++ < 3) throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    return Promise.resolve();
  });
  await idle();
  await clock.run(other);
  assertEquals(made.length, 2, "the connections are made again");
  made[0]!.asked[0]!.answer();
  assertEquals([...await told], [["orders", 3]]);
});
