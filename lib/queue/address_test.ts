import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { addressWords, parseQueueAddress, QUEUE_FORMS, QUEUE_HELP, QUEUE_VARIABLES } from "./address.ts";
import { QUEUE_KINDS, queueKind } from "./kinds.ts";
import { QueueError } from "./errors.ts";

Deno.test("parseQueueAddress() reads the kinds of queue", () => {
  assertEquals(parseQueueAddress("memory:"), { kind: "memory" });
  assertEquals(parseQueueAddress(" sqlite:.sequoia/queue.db "), {
    kind: "sqlite",
    path: ".sequoia/queue.db",
    options: {},
  });
  assertEquals(parseQueueAddress("SQLITE:C:\\a b@c\\q.db?keep=2h&lease=500ms"), {
    kind: "sqlite",
    path: "C:\\a b@c\\q.db",
    options: { leaseMs: 500, keepMs: 7_200_000 },
  });
  assertEquals(parseQueueAddress("sqlite:/q?keep=0ms"), {
    kind: "sqlite",
    path: "/q",
    options: { keepMs: 0 },
  });
  assertEquals(parseQueueAddress("kafka://localhost"), {
    kind: "kafka",
    brokers: ["localhost:9092"],
    options: {},
  });
});

Deno.test("parseQueueAddress() puts the home folder in for the ~ of a file, and leaves other names alone", () => {
  const path = (text: string, env = {}) => {
    const address = parseQueueAddress(text, env);
    return address.kind === "sqlite" && address.path;
  };
  assertEquals(path("sqlite:~/q.db?keep=1h", { HOME: "/home/ann" }), "/home/ann/q.db");
  assertEquals(path("sqlite:~/q.db", { USERPROFILE: "C:\\Users\\ann" }), "C:\\Users\\ann/q.db");
  assertEquals(path("sqlite:~q.db", { HOME: "/home/ann" }), "~q.db");
  assertEquals(path("sqlite:a/~/q.db", { HOME: "/home/ann" }), "a/~/q.db");
  assertThrows(() => path("sqlite:~/q.db"), QueueError, "the variable HOME is not set. Write the whole path");
});

Deno.test("parseQueueAddress() says what is wrong, and what to write", () => {
  const wrong: Readonly<Record<string, string>> = {
    "": "does not say of which kind",
    "queue.db": "sqlite:PATH",
    "redis://localhost": 'no queues of the kind "redis"',
    "kafak://localhost": "Did you mean kafka?",
    "sqllite:q.db": "Did you mean sqlite?",
    "memory:x": "Write memory:",
    "sqlite:": "names no file",
    "sqlite:?lease=5s": "names no file",
    "sqlite::memory:": "Write memory:",
    "sqlite:q.db?leese=5s": "Did you mean lease?",
    "sqlite:q.db?x=1": "lease and keep",
    "sqlite:q.db?lease": "Write lease=VALUE",
    "sqlite:q.db?lease=5": "250ms, 5s",
    "sqlite:q.db?lease=1ms": "too short",
    "sqlite:q.db?keep=-1s": "keep is no duration",
    "sqlite:q.db?group=a": 'there is no option "group"',
    "sqlite:q\0.db": "no file can have this name",
  };
  for (const [text, part] of Object.entries(wrong)) {
    const error = assertThrows(() => parseQueueAddress(text), QueueError, part);
    assertEquals(error.code, "bad-address");
  }
});

Deno.test("addressWords() shows all but passwords, and what may be one", () => {
  const shown: Readonly<Record<string, string>> = {
    "memory:": "memory:",
    "sqlite:C:\\a@b\\q.db?lease=5s": "sqlite:C:\\a@b\\q.db?lease=5s",
    "kafka://h:9092,[::1]:9093/?group=a&ssl=true": "kafka://h:9092,[::1]:9093/?group=a&ssl=true",
    "kafka://::1": "kafka://::1",
    "kafka://alice@h?client=a@b": "kafka://alice@h?client=a@b",
    "kafka://alice:pw@h:1?sasl=plain": "kafka://alice:***@h:1?sasl=plain",
    "kafka://h?user=alice&password=pw&ssl=true": "kafka://h?user=alice&password=***&ssl=true",
    "kafka://h?p%61ssword=pw": "kafka://h?p%61ssword=***",
    // written wrongly
    "kafka://alice:p@w@h": "kafka://alice:***@h",
    "kafka://alice:p?w@h?ssl=true": "kafka://alice:***",
    "kafka://alice:1?2=3@h": "kafka://alice:***",
    "kafka://alice:pw": "kafka://alice:***",
    "kafka://h,alice:pw,more": "kafka://h,alice:***",
    "kafka://h?passwort=pw": "kafka://h?passwort=***",
    "kafka://h?password=p&w&x=y&ssl=true": "kafka://h?password=***&ssl=true",
    "kafka://h?pw": "kafka://h?***",
    "kafka:alice:pw@h": "kafka:***@h",
    "alice:pw@h:9092": "alice:***@h:9092",
    "kafak://alice:pw@h:9092": "kafak://***@h:9092",
  };
  for (const [text, words] of Object.entries(shown)) assertEquals(addressWords(text), words);
});

/** Texts that look like addresses, more or less. */
const pieces = fc.array(
  fc.constantFrom(
    ..."kafka:// sqlite: memory: / // : @ , ? & = % # [ ] [::1] localhost h 9092 99999 user password lease"
      .split(
        " ",
      ),
    ..."keep=1h group= partitions=8 ssl=true ssl=false ca=x cert=x sasl=plain sasl= linger=0ms lease=1s"
      .split(
        " ",
      ),
  ).chain((piece) => fc.oneof(fc.constant(piece), fc.string({ maxLength: 4, unit: "binary" }))),
  { maxLength: 14 },
).map((parts) => parts.join(""));

const environment = fc.dictionary(
  fc.constantFrom(
    ..."USER PASSWORD SASL SSL CA CERT KEY CLIENT".split(" ").map((name) => `SEQUOIA_KAFKA_${name}`),
  ),
  fc.oneof(fc.constantFrom("", "true", "false", "plain"), fc.string({ unit: "binary" })),
);

Deno.test("parseQueueAddress() throws nothing but QueueErrors, whatever it is given", () => {
  const any = fc.oneof(fc.string({ unit: "binary" }), pieces, pieces.map((text) => `kafka://${text}`));
  fc.assert(
    fc.property(any, environment, (text, env) => {
      addressWords(text);
      try {
        parseQueueAddress(text, env);
      } catch (error) {
        if (!(error instanceof QueueError) || error.code !== "bad-address") throw error;
      }
    }),
    { numRuns: 3000 },
  );
});

/** No word of a message is part of it, and none of its parts, too. */
const SECRET = "Zq7#Zq7";

/** The words for an address, and its error with the causes, if it has any. */
function shownFor(text: string, env = {}): string {
  const said = [addressWords(text)];
  try {
    parseQueueAddress(text, env);
  } catch (error) {
    for (let at = error; at instanceof Error; at = at.cause) said.push(at.message);
  }
  return said.join("\n");
}

Deno.test("a password is never shown, whatever stands in and around it, and however badly it is written", () => {
  const around = fc.string({ maxLength: 6, unit: fc.constantFrom(..."a1:/?#@&=%.+,[] é") });
  const password = fc.tuple(around, around).map((ends) => ends.join(SECRET));
  const options = fc.constantFrom("", "?ssl=true", "?group=a@b&leese=1s", "?sasl=plain", "?lease=1", "?x");
  const scheme = fc.constantFrom("kafka://", "KAFKA://", "kafak://", "kafka:", "");
  const host = fc.constantFrom("h", "h:9092", "h:99999", "[::1]:1", "h1,h2:1", "a b");
  fc.assert(
    fc.property(
      scheme,
      fc.constantFrom("alice", ""),
      password,
      fc.boolean(),
      host,
      options,
      (scheme, user, password, isEncoded, host, options) => {
        const written = isEncoded ? encodeURIComponent(password) : password;
        const before = shownFor(`${scheme}${user}:${written}@${host}${options}`);
        assert(!before.includes("Zq7"), before);
        const behind = shownFor(`kafka://${host}?user=${user}&password=${written}&sasl=plain`);
        assert(!behind.includes("Zq7"), behind);
        const variable = shownFor(`kafka://${host}${options}`, { SEQUOIA_KAFKA_PASSWORD: password });
        assert(!variable.includes("Zq7"), variable);
      },
    ),
    { numRuns: 3000 },
  );
});

Deno.test("each kind of queue reads its own example, and is in the help unless it is for tests", () => {
  for (const kind of QUEUE_KINDS) {
    assertEquals(parseQueueAddress(kind.example).kind, kind.scheme);
    assertEquals(queueKind(kind.scheme.toUpperCase()), kind);
    const isShown = QUEUE_HELP.some(([form]) => form.startsWith(kind.form));
    assertEquals(isShown, kind.help.length > 0);
    assertEquals(QUEUE_FORMS.includes(kind.form), isShown);
  }
  assertEquals(new Set(QUEUE_VARIABLES).size, QUEUE_VARIABLES.length);
  assert(QUEUE_VARIABLES.every((name) => name.startsWith("SEQUOIA_")));
});
