import { PROTOCOLS, type Security, securityProperties } from "./security.ts";

/** The loopback ports of a broker: for clients, for the broker itself, and for its controller. */
export interface Ports {
  readonly client: number;
  readonly internal: number;
  readonly controller: number;
}

/** The settings with which a broker is started. */
export interface Settings {
  readonly folder: string;
  readonly ports: Ports;
  readonly security: Security;
  /** Win over the fixture's own. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Where the listeners are; the broker's own ones stay in plain text whatever the clients' one demands. */
function listeners(ports: Ports, security: Security): Record<string, string> {
  const [client, internal] = [
    `CLIENT://127.0.0.1:${ports.client}`,
    `INTERNAL://127.0.0.1:${ports.internal}`,
  ];
  const controller = `127.0.0.1:${ports.controller}`;
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${controller}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "INTERNAL",
    "listeners": `${client},${internal},CONTROLLER://${controller}`,
    "advertised.listeners": `${client},${internal}`,
    "listener.security.protocol.map": `CLIENT:${PROTOCOLS[security]},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
  };
}

/** One node is all there is, and tests do not wait. */
const FIXED: Readonly<Record<string, string>> = {
  "num.partitions": "1",
  "auto.create.topics.enable": "false",
  "default.replication.factor": "1",
  "offsets.topic.replication.factor": "1",
  "offsets.topic.num.partitions": "1",
  "transaction.state.log.replication.factor": "1",
  "transaction.state.log.min.isr": "1",
  "transaction.state.log.num.partitions": "1",
  "share.coordinator.state.topic.replication.factor": "1",
  "share.coordinator.state.topic.min.isr": "1",
  "num.network.threads": "2",
  "num.io.threads": "2",
  "group.initial.rebalance.delay.ms": "0",
  "group.min.session.timeout.ms": "500",
  // After a kill the controller refuses the broker until the session of its former life is over.
  "broker.session.timeout.ms": "3000",
  "broker.heartbeat.interval.ms": "500",
  // Compaction and retention within a second, of segments that are closed: topics say when (segment.ms).
  "log.cleaner.enable": "true",
  "log.cleaner.backoff.ms": "200",
  "log.cleaner.min.cleanable.ratio": "0.01",
  "log.cleaner.dedupe.buffer.size": "8388608", // bytes; the default is 128 MiB, a good part of the heap
  "log.initial.task.delay.ms": "500",
  "log.retention.check.interval.ms": "500",
  "log.segment.delete.delay.ms": "500",
};

/** The text of `server.properties`. */
export function serverProperties({ folder, ports, security, properties }: Settings): string {
  const all = {
    ...listeners(ports, security),
    "log.dirs": `${folder}/data`,
    ...FIXED,
    ...securityProperties(security, folder),
    ...properties,
  };
  return Object.entries(all).map(([name, value]) => `${name}=${value}\n`).join("");
}
