import { assertEquals, assertThrows } from "@std/assert";
import { parseQueueAddress } from "../../address.ts";
import type { KafkaAddressOptions } from "./address.ts";
import { QueueError } from "../../errors.ts";

function optionsOf(query: string, env = {}, login = ""): KafkaAddressOptions {
  const address = parseQueueAddress(`kafka://${login}h${query}`, env);
  if (address.kind !== "kafka") throw new Error(`it is of the kind ${address.kind}`);
  return address.options;
}

function brokersOf(hosts: string): readonly string[] {
  const address = parseQueueAddress(`kafka://${hosts}`);
  if (address.kind !== "kafka") throw new Error(`it is of the kind ${address.kind}`);
  return address.brokers;
}

Deno.test("a kafka address names brokers, with their ports or without", () => {
  assertEquals(brokersOf("h"), ["h:9092"]);
  assertEquals(brokersOf("a.example.net:1,b-2, c_3:65535/"), [
    "a.example.net:1",
    "b-2:9092",
    "c_3:65535",
  ]);
  assertEquals(brokersOf("[::1],[fe80::1%eth0]:9093"), ["[::1]:9092", "[fe80::1%eth0]:9093"]);
  assertEquals(parseQueueAddress("KAFKA://h:09092").kind, "kafka");
});

Deno.test("a kafka address has options", () => {
  assertEquals(
    optionsOf(
      "?group=night%20run&prefix=acme.&partitions=12&replication=3&lease=6s&keep=1h&compression=gzip&linger=0ms&client=a+b",
    ),
    {
      group: "night run",
      prefix: "acme.",
      partitions: 12,
      replication: 3,
      leaseMs: 6000,
      keepMs: 3_600_000,
      compression: "gzip",
      lingerMs: 0,
      client: "a+b",
    },
  );
  assertEquals(optionsOf("?&group=a&&group=b&"), { group: "b" });
});

Deno.test("a kafka address says who logs in", () => {
  const sasl = { mechanism: "scram-sha-512", user: "alice@x", password: "p:w+/ ü" } as const;
  const login = "alice%40x:p:w+%2F%20%C3%BC@";
  assertEquals(optionsOf("?sasl=scram-sha-512", {}, login), { sasl });
  assertEquals(optionsOf("?sasl=scram-sha-512&user=alice@x&password=p:w+/%20ü"), { sasl });
});

Deno.test("ssl=true, or a file for it, turns TLS on", () => {
  assertEquals(optionsOf("?ssl=true"), { tls: {} });
  assertEquals(optionsOf("?ssl=false"), {});
  assertEquals(optionsOf("?ca=ca.pem"), { tls: { ca: "ca.pem" } });
  assertEquals(optionsOf("?ssl=true&cert=c.pem&key=k.pem"), { tls: { cert: "c.pem", key: "k.pem" } });
});

Deno.test("variables say what the address leaves out", () => {
  const env = {
    SEQUOIA_KAFKA_USER: "alice",
    SEQUOIA_KAFKA_PASSWORD: "secret",
    SEQUOIA_KAFKA_SASL: "plain",
    SEQUOIA_KAFKA_SSL: "true",
    SEQUOIA_KAFKA_CA: "ca.pem",
    SEQUOIA_KAFKA_CERT: "",
    SEQUOIA_KAFKA_CLIENT: "night",
  };
  const sasl = { mechanism: "plain", user: "alice", password: "secret" } as const;
  assertEquals(optionsOf("", env), { client: "night", tls: { ca: "ca.pem" }, sasl });
  assertEquals(optionsOf("?sasl=scram-sha-256&ssl=false&client=day", env, "bob:other@"), {
    client: "day",
    sasl: { mechanism: "scram-sha-256", user: "bob", password: "other" },
  });
  assertEquals(optionsOf("?user=carol&ca=b.pem", env), {
    client: "night",
    tls: { ca: "b.pem" },
    sasl: { ...sasl, user: "carol" },
  });
});

Deno.test("a kafka address that cannot be used says what is wrong, and what to write", () => {
  const wrong: Readonly<Record<string, string>> = {
    "kafka:localhost:9092": "no // stands behind kafka:. Write kafka://HOST:9092",
    "kafka:": "no // stands",
    "kafka://": "lacks the name of a broker",
    "kafka://?group=a": "lacks the name of a broker",
    "kafka://a,,b": "lacks the name of a broker",
    "kafka://:9092": "the name of a broker holds",
    "kafka://h:0": "no number from 1 to 65535",
    "kafka://h:65536": "no number from 1 to 65535",
    "kafka://h:9o92": "no number from 1 to 65535",
    "kafka://h:": "no number from 1 to 65535",
    "kafka://[::1]9092": "no number from 1 to 65535",
    "kafka://::1": "[::1]:9092",
    "kafka://h/topic": "a path stands behind the brokers",
    "kafka://h:9092/topic": "a path stands behind the brokers",
    "kafka://a b": "the name of a broker holds",
    "kafka://h?grop=a": "Did you mean group?",
    "kafka://h?acks=1": "It may have group, prefix",
    "kafka://h?group": "Write group=VALUE",
    "kafka://h?group=": "Write group=VALUE",
    "kafka://h?group=%zz": "a % in it as %25",
    "kafka://h?group=a%0ab": "group is no name",
    "kafka://h?prefix=a/b": "no topic's name can start with this prefix",
    "kafka://h?partitions=0": "from 1 to 10000",
    "kafka://h?partitions=10001": "from 1 to 10000",
    "kafka://h?partitions=1.5": "from 1 to 10000",
    "kafka://h?replication=x": "from 1 to 32767",
    "kafka://h?lease=499ms": "Write 500ms or longer",
    "kafka://h?lease=5": "250ms, 5s",
    "kafka://h?keep=-1s": "keep is no duration",
    "kafka://h?linger=1.1s": "Write 1s or less",
    "kafka://h?compression=lz4": "Choose from none, gzip",
    "kafka://h?ssl=yes": "Choose from true, false",
    "kafka://h?ssl=false&ca=ca.pem": "ca is for TLS, which ssl turns off",
    "kafka://h?cert=c.pem": "there is a cert and no key. Write key=FILE",
    "kafka://h?key=k.pem": "there is a key and no cert. Write cert=FILE",
    "kafka://alice:pw@h": "there is a user and no sasl",
    "kafka://alice@h?sasl=plain": "there is a sasl and no password. Set SEQUOIA_KAFKA_PASSWORD",
    "kafka://h?sasl=plain": "there is a sasl and no user",
    "kafka://h?password=pw": "there is a password and no user",
    "kafka://alice:pw@h?sasl=scram": "Choose from plain, scram-sha-256, scram-sha-512",
    "kafka://alice:pw@h?sasl=plain&user=bob": "it says its user twice",
    "kafka://alice:pw@h?sasl=plain&password=x": "it says its password twice",
    "kafka://:pw@h?sasl=plain": "its user is empty",
    "kafka://alice:@h?sasl=plain": "its password is empty",
    "kafka://alice:100%@h?sasl=plain": "Write % as %25",
    "kafka://alice:p%00w@h?sasl=plain": "password holds a NUL",
    "kafka://alice:p/w@h?sasl=plain": "Write / as %2F",
    "kafka://alice:p?w@h?sasl=plain": "? as %3F",
    "kafka://h?user=alice&password=p&w": "Write a & in a value as %26",
  };
  for (const [text, part] of Object.entries(wrong)) {
    const error = assertThrows(() => parseQueueAddress(text), QueueError, part);
    assertEquals(error.code, "bad-address");
  }
});

Deno.test("what is wrong with a variable is said with its name, and without its value", () => {
  const wrong: readonly (readonly [env: Record<string, string>, part: string])[] = [
    [{ SEQUOIA_KAFKA_SSL: "secret" }, "SEQUOIA_KAFKA_SSL has a value that it cannot have. Choose from true"],
    [{ SEQUOIA_KAFKA_PASSWORD: "secret" }, "there is a SEQUOIA_KAFKA_PASSWORD and no user"],
    [
      { SEQUOIA_KAFKA_USER: "a", SEQUOIA_KAFKA_PASSWORD: "b", SEQUOIA_KAFKA_SASL: "secret" },
      "SEQUOIA_KAFKA_SASL has a value that it cannot have",
    ],
    [{ SEQUOIA_KAFKA_SSL: "false", SEQUOIA_KAFKA_CA: "secret" }, "SEQUOIA_KAFKA_CA is for TLS, which"],
    [{ SEQUOIA_KAFKA_CLIENT: "secret\n" }, "SEQUOIA_KAFKA_CLIENT is no name"],
  ];
  for (const [env, part] of wrong) {
    const { message } = assertThrows(() => parseQueueAddress("kafka://h", env), QueueError, part);
    assertEquals(message.includes("secret"), false, message);
  }
});
