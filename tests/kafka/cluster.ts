/** Several brokers as one cluster; each may die: every partition has a copy on all of them. */
import { type Broker, newBroker } from "./broker.ts";
import { freePorts } from "./ports.ts";

/** The nodes of a cluster; they end with its scope. */
export interface Cluster extends AsyncDisposable {
  readonly nodes: readonly Broker[];
  /** Where clients find it: all nodes, joined by commas. */
  readonly address: string;
}

/** A write stands on two of three nodes before it is confirmed, and an election takes a second or two. */
const PROPERTIES: Readonly<Record<string, string>> = {
  "default.replication.factor": "3",
  "min.insync.replicas": "2",
  "offsets.topic.replication.factor": "3",
  "transaction.state.log.replication.factor": "3",
  "transaction.state.log.min.isr": "2",
  "replica.lag.time.max.ms": "3000",
  "controller.quorum.election.timeout.ms": "500",
  "controller.quorum.fetch.timeout.ms": "1000",
};

/** Starts three brokers, and waits until all answer; dispose of them, as by `await using`. */
export async function startCluster(): Promise<Cluster> {
  const ports = [1, 2, 3].map(() => freePorts());
  const voters = ports.map(({ controller }, i) => `${i + 1}@127.0.0.1:${controller}`).join(",");
  await using stack = new AsyncDisposableStack();
  const nodes: Broker[] = [];
  for (const [i, own] of ports.entries()) {
    const properties = { ...PROPERTIES, "node.id": `${i + 1}`, "controller.quorum.voters": voters };
    nodes.push(stack.use(await newBroker({ ports: own, properties })));
  }
  await Promise.all(nodes.map((node) => node.start()));
  const all = stack.move();
  return {
    nodes,
    address: nodes.map(({ address }) => address).join(","),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  };
}
