import { assert, assertEquals } from "@std/assert";
import type { Kafka, SASLOptions } from "kafkajs";
import { answers } from "./answers.ts";
import { type Broker, kafkaTest, startBroker, USERS } from "./broker.ts";
import { clientOf } from "./client.ts";
import { CuttableSockets } from "./cut.ts";

async function makeTopic(client: Kafka, topic: string): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic }] });
  await admin.disconnect();
}

async function write(client: Kafka, topic: string, value: string): Promise<void> {
  const producer = client.producer();
  try {
    await producer.connect();
    await producer.send({ topic, messages: [{ value }] });
  } finally {
    await producer.disconnect();
  }
}

/** The first message of a topic. */
async function read(client: Kafka, topic: string): Promise<string> {
  const consumer = client.consumer({ groupId: crypto.randomUUID() });
  const { promise, resolve } = Promise.withResolvers<string>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: ({ message }) => Promise.resolve(resolve(String(message.value))) });
  const value = await promise;
  await consumer.disconnect();
  return value;
}

/** Sends a message from end to end. */
async function exercise(client: Kafka, topic: string): Promise<void> {
  await makeTopic(client, topic);
  await write(client, topic, "hello");
  assertEquals(await read(client, topic), "hello");
}

/** The type or name of the error that something fails with, at the root: kafkajs wraps it once per retry loop. */
async function refusal(work: Promise<void>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (thrown) {
    let error = thrown as Error;
    while (error.cause instanceof Error) error = error.cause;
    return "type" in error ? String(error.type) : error.name;
  }
}

const whereIs = ({ address, caPem }: Pick<Broker, "address" | "caPem">) => {
  const { hostname, port } = new URL(`tcp://${address}`);
  return { hostname, port: Number(port), caPem };
};

kafkaTest("a killed broker that is started again has what was written", async () => {
  await using broker = await startBroker();
  await exercise(clientOf(broker), "letters");
  await broker.kill();
  assert(!await answers(whereIs(broker)));
  await broker.start();
  assertEquals(await read(clientOf(broker), "letters"), "hello");
});

kafkaTest("a broker with logins lets users in by their passwords, and to what they may do", async () => {
  await using broker = await startBroker({ security: "sasl" });
  const as = (username: string, password: string, mechanism: string) =>
    clientOf(broker, { sasl: { mechanism, username, password } as SASLOptions });
  for (const mechanism of ["plain", "scram-sha-256", "scram-sha-512"]) {
    await exercise(as("admin", USERS.admin, mechanism), mechanism);
    const bobs = write(as("bob", USERS.bob, mechanism), mechanism, "from bob");
    assertEquals(await refusal(bobs), "TOPIC_AUTHORIZATION_FAILED", mechanism);
    const stranger = write(as("admin", "guess", mechanism), mechanism, "from a stranger");
    assertEquals(await refusal(stranger), "KafkaJSSASLAuthenticationError", mechanism);
  }
});

kafkaTest("a broker with TLS serves those who trust its certificate", async () => {
  await using broker = await startBroker({ security: "tls" });
  await exercise(clientOf(broker, { ssl: { ca: [broker.caPem!] } }), "letters");
  const wary = clientOf(broker, { ssl: true, retry: { retries: 0 } });
  assertEquals(await refusal(makeTopic(wary, "other")), "KafkaJSConnectionError");
});

kafkaTest("a client whose network is cut comes back when it is mended", async () => {
  await using broker = await startBroker();
  const sockets = new CuttableSockets();
  const client = clientOf(broker, { socketFactory: sockets.socketFactory });
  await makeTopic(client, "letters");
  const producer = client.producer();
  await producer.connect();
  sockets.cut();
  const impatient = clientOf(broker, { socketFactory: sockets.socketFactory, retry: { retries: 0 } });
  assertEquals(await refusal(write(impatient, "letters", "lost")), "KafkaJSConnectionError");
  const sent = producer.send({ topic: "letters", messages: [{ value: "late" }] });
  sockets.restore();
  await sent;
  await producer.disconnect();
  assertEquals(await read(client, "letters"), "late");
});

kafkaTest("a broker dies with the process that started it", async () => {
  const script = new URL("child_broker.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", script];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { address, folder } = JSON.parse((await lines.read()).value ?? "");
  assert(await answers(whereIs({ address })));
  child.kill("SIGKILL");
  await child.status;
  await lines.cancel();
  for (let tries = 0; tries < 100 && await answers(whereIs({ address })); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50)); // its end is told to nobody
  }
  assert(!await answers(whereIs({ address })));
  await Deno.remove(folder, { recursive: true });
});
