/** Logins, rights and certificates of a queue on Kafka, through the real command line. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type AclEntry,
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  ResourcePatternTypes,
} from "kafkajs";
import { type Broker, kafkaTests, USERS } from "../kafka/broker.ts";
import { clientOf } from "../kafka/client.ts";
import { sharedBroker } from "../kafka/shared.ts";
import { assertFails, type KafkaFolder, kafkaFolder, quietly } from "./kafka.ts";
import { type Ran, run, type RunOptions } from "./sequoia.ts";

const OK = `import { chain, constant, fn } from "sequoia";
export default chain("ok", ({ call }) => { call(fn("f", { time: constant("1ms") })); });`;

type User = keyof typeof USERS;

/** The queue's address for a user, whose password is in the environment. */
function as(user: User, at: KafkaFolder, sasl = "plain", password: string = USERS[user]): RunOptions {
  const variables = { SEQUOIA_KAFKA_USER: user, SEQUOIA_KAFKA_SASL: sasl, SEQUOIA_KAFKA_PASSWORD: password };
  return { cwd: at.cwd, env: { SEQUOIA_QUEUE: at.address, ...variables } };
}

/** Runs a command whose output must not hold a password, whether it is in the environment or in the address. */
async function secretly(args: readonly string[], at: RunOptions, secret: string): Promise<Ran> {
  const ran = await run(args, at);
  assert(!`${ran.stdout}${ran.stderr}`.includes(secret), "the password is shown");
  return ran;
}

type Rights =
  readonly (readonly [type: AclResourceTypes, name: string, operations: readonly AclOperationTypes[]])[];

const { READ, WRITE, CREATE, DESCRIBE, DELETE, DESCRIBE_CONFIGS } = AclOperationTypes;
const { TOPIC, GROUP, TRANSACTIONAL_ID } = AclResourceTypes;

/** The rights that docs/kafka.md says a consumer needs, of all that begins with the prefix. */
const ALL: Rights = [
  [TOPIC, "", [READ, WRITE, CREATE, DELETE, DESCRIBE, DESCRIBE_CONFIGS]],
  [GROUP, "", [READ, DESCRIBE]],
  [TRANSACTIONAL_ID, "", [WRITE]],
];

/** The longest until a broker knows of rights, and the time between two questions, in milliseconds. */
const [KNOWN_MS, POLL_MS] = [10_000, 20];

/**
 * Gives bob rights to what begins with a prefix, and waits until the broker lists them as it checks them: the
 * controller answers once it has written them, and the broker reads that only later.
 */
async function allow(broker: Broker, prefix: string, rights: Rights): Promise<void> {
  const sasl = { mechanism: "plain", username: "admin", password: USERS.admin } as const;
  const admin = clientOf(broker, { sasl }).admin();
  await admin.connect();
  const acl = rights.flatMap(([resourceType, name, operations]) =>
    operations.map((operation): AclEntry => ({
      resourceType,
      resourceName: `${prefix}${name}`,
      resourcePatternType: ResourcePatternTypes.PREFIXED,
      principal: "User:bob",
      host: "*",
      operation,
      permissionType: AclPermissionTypes.ALLOW,
    }))
  );
  await admin.createAcls({ acl });
  const untilMs = performance.now() + KNOWN_MS;
  while (!(await Promise.all(acl.map((right) => isKnown(admin, right)))).every(Boolean)) {
    assert(performance.now() < untilMs, `the broker does not list bob's rights ${KNOWN_MS / 1000} s after`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await admin.disconnect();
}

/** Whether a broker lists a right. */
async function isKnown(admin: Admin, right: AclEntry): Promise<boolean> {
  const { resources } = await admin.describeAcls(right);
  return resources.some(({ acls }) => acls.length > 0);
}

const consume = () => ["consume", "--until-empty", "--out", "none"];
const DENIED = (doing: string) =>
  new RegExp(
    `^sequoia: Cannot ${doing}: Kafka at \\S+ does not let this user do it \\(.*\\)\\. See the rights `,
  );

kafkaTests("a queue on Kafka with logins", () => {
  const shared = sharedBroker({ security: "sasl" });

  Deno.test("users log in by any mechanism; a wrong password is refused at once and never shown", async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK });
    for (const sasl of ["plain", "scram-sha-256", "scram-sha-512"]) {
      const { code, stderr } = await secretly(["produce", "ok.ts"], as("admin", at, sasl), USERS.admin);
      assertEquals(code, 0, stderr);
      for (const command of [["produce", "ok.ts"], ["queue", "status"]]) {
        assertFails(
          await secretly(command, as("admin", at, sasl, "hush-hush"), "hush-hush"),
          /^sequoia: Cannot read the topics: Kafka at \S+ does not let this user in \(.*\)\. Check user, password and sasl$/,
        );
      }
    }
    const address = (password: string) =>
      at.address.replace("//", `//admin:${password}@`).concat("&sasl=plain");
    for (const password of [USERS.admin, "hush-hush"]) {
      const queue = ["--queue", address(password), "--log-level", "debug"];
      await secretly(["produce", "ok.ts", ...queue], at, password);
      await secretly(["queue", "status", ...queue], at, password);
      await secretly(["report", address(password), "--log-level", "debug"], at, password);
    }
  });

  Deno.test("whoever does not log in is told that it may be that", async () => {
    await using at = await kafkaFolder(shared.broker);
    const { code, stderr } = await run(["queue", "status", "--queue-timeout", "1s"], at);
    assertEquals(code, 1);
    assertMatch(stderr, /Closed connection \(it may want TLS: ssl=true, or a login: sasl\), for \d s\. /);
  });

  Deno.test("a user without rights is told what it may not do", async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK });
    const bob = as("bob", at), pending = `${at.prefix}pending_queue`;
    const hidden = DENIED(`look for the topic ${pending}`);
    assertFails(await secretly(["queue", "status"], bob, USERS.bob), hidden);
    assertFails(await secretly(["produce", "ok.ts"], bob, USERS.bob), hidden);
    await quietly(["produce", "ok.ts"], as("admin", at));
    assertFails(await secretly(["queue", "status"], bob, USERS.bob), hidden, []);
    await allow(shared.broker, at.prefix, [[TOPIC, "", [READ, DESCRIBE_CONFIGS]]]);
    await quietly(["queue", "status"], bob);
    assertFails(
      await run(["produce", "ok.ts", "--log-level", "warn"], bob),
      DENIED(`(begin to write|write to ${pending})`),
    );
    await allow(shared.broker, at.prefix, [[TOPIC, "", [WRITE]]]);
    await quietly(["produce", "ok.ts"], bob);
    const refused = async () => await run([...consume(), "--log-level", "warn"], bob);
    assertFails(await refused(), DENIED(`join the group ${at.prefix}sequoia`));
    await allow(shared.broker, at.prefix, [[GROUP, "", [READ]]]);
    assertFails(await refused(), DENIED("take a partition"));
  });

  Deno.test("the rights that docs/kafka.md lists are enough for everything", async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK });
    await allow(shared.broker, at.prefix, ALL);
    const bob = as("bob", at);
    await quietly(["produce", "ok.ts", "--burst", "5100", "--count", "5100", "--partitions", "1"], bob);
    await quietly(consume(), bob); // deletes what is over
    await quietly(["produce", "ok.ts", "--id", "last"], bob);
    await quietly(["queue", "pause", "--all"], bob);
    await quietly(["queue", "resume", "--all"], bob);
    assertEquals(await quietly(["queue", "cancel", "last"], bob), "Cancelled 1 instance\n");
    assertEquals(await quietly(["queue", "purge", "last"], bob), "Purged 1 instance\n");
    assertEquals(await quietly(["queue", "dead"], bob), "");
  });
});

kafkaTests("a queue on Kafka by TLS", () => {
  const shared = sharedBroker({ security: "tls" });

  Deno.test("a certificate is trusted by its authority, and refused at once without it", async () => {
    await using at = await kafkaFolder(shared.broker, { "ok.ts": OK, "ca.pem": shared.broker.caPem! });
    const queue = (options: string) => ["--queue", `${at.address}&${options}`];
    await quietly(["produce", "ok.ts", ...queue("ca=ca.pem")], at);
    await quietly([...consume(), ...queue("ssl=true&ca=ca.pem")], at);
    assertFails(
      await run(["queue", "status", ...queue("ssl=true")], at),
      /^sequoia: Cannot read the topics: .* and this client do not trust each other \(.*self-signed.*\)\. .* by ca=FILE, /,
    );
    assertFails(
      await run(["queue", "status", ...queue("ca=missing.pem")], at),
      /^sequoia: Cannot read the certificate file missing\.pem: .*\. Name a PEM file$/,
    );
    const { code, stderr } = await run(["queue", "status", "--queue-timeout", "1s"], at);
    assertEquals(code, 1);
    assertMatch(stderr, /Closed connection \(it may want TLS: ssl=true, or a login: sasl\)/);
    assertFails(
      await run(["queue", "status", ...queue("ca=ca.pem&sasl=plain&user=bob&password=hush-hush")], at),
      /^sequoia: .* expects nobody to log in there\. Leave out user, password and sasl/,
    );
  });
});
