/** Callbacks, delivered by real consumers to a receiver that verifies them with the library of Standard Webhooks. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { receiver, SECRET } from "./receiver.ts";
import { folder, run, runJson, Running } from "./sequoia.ts";

const OTHER = `whsec_${btoa("o".repeat(32))}`;
const QUEUE = ["--queue", "sqlite:queue.db"];
const CONSUME = ["consume", "--out", "none", ...QUEUE];

const work = (callback = "") =>
  `import { chain, fn, workload } from "sequoia";
const hello = chain("hello", ({ call }) => void call(fn("greet", { time: "1ms" })), {
  output: "{% { 'n': args.n, 'made': 12345678901234567890 } %}",
});
const bad = chain("bad", ({ call }) => void call(fn("no", { url: "http://127.0.0.1:1/", attempts: 1 })));
export default workload({ chains: [{ chain: hello${callback} }, { chain: bad${callback} }] });`;

Deno.test("a submission's end is posted, signed, to its callback by whoever consumes, once it is taken", async () => {
  await using ends = receiver((_, count) => count === 1 ? 503 : 204);
  await using at = await folder({ "work.ts": work() });
  const options = { ...at, env: { CALLBACK_KEY: SECRET } };
  const produce = [
    "produce",
    "work.ts",
    "--chain",
    "hello",
    "--id",
    "order-17",
    "--arg",
    "n=1",
    "--label",
    "tenant=a",
  ];
  const produced = await run([...produce, "--callback", ends.url, ...QUEUE], at);
  assertEquals(produced.code, 0, produced.stderr);
  await using consumer = new Running([...CONSUME, "--callback-secret", "env:CALLBACK_KEY"], options);
  await ends.until(() => ends.taken.length === 1);
  assertEquals(new Set(ends.posts.map(({ id }) => id)).size, 1);
  const [{ body, headers }] = ends.taken as [typeof ends.taken[number]];
  const told = new Webhook(SECRET).verify(body, headers) as Record<string, unknown>;
  assertStringIncludes(body, '"output":{"n":1,"made":12345678901234567');
  const { data, timestamp, type } = told as { data: Record<string, string>; timestamp: string; type: string };
  assertEquals(type, "instance.completed");
  const { id, chain, outcome, labels, submittedAt, endedAt } = data;
  assertEquals({ id, chain, outcome, labels }, {
    ...{ id: "order-17", chain: "hello", outcome: "completed" },
    labels: { tenant: "a" } as unknown as string,
  });
  assert(submittedAt! <= endedAt! && endedAt === timestamp);
  await consumer.says(
    /A callback to http:\/\/127\.0\.0\.1:\d+ failed, and is tried again: answered with status 503/,
  );
  consumer.signal("SIGTERM");
  assertEquals((await consumer.ended).code, 0);
  const shown = await run(["queue", "show", "order-17", ...QUEUE], at);
  assertMatch(shown.stdout, /callback: completed, http:\/\/\S+: delivered .* ago, 2 attempts/);
});

Deno.test("a workload says where and which ends are told, and by which secret", async () => {
  await using ends = receiver(() => 204);
  const callback = `, callback: { url: "${ends.url}", on: ["failed"], secret: "env:OTHER_KEY" }`;
  await using at = await folder({ "work.ts": work(callback) });
  await run(["produce", "work.ts", "--burst", "10", "--count", "10", "--seed", "a", ...QUEUE], at);
  const { code, stderr } = await run(
    [...CONSUME, "--until-empty", "--secret", `env:OTHER_KEY=${ends.url}`],
    { ...at, env: { OTHER_KEY: OTHER } },
  );
  assertEquals(code, 0, stderr);
  const { failed, callbacks } = await runJson(["queue", "status", ...QUEUE], at) as {
    failed: number;
    callbacks: object;
  };
  assert(failed > 0);
  assertEquals(callbacks, { waiting: 0, givenUp: 0 });
  assertEquals(ends.posts.length, failed);
  for (const { body, headers } of ends.posts) {
    const { data } = new Webhook(OTHER).verify(body, headers) as {
      data: { outcome: string; reason: string };
    };
    assertEquals(data.outcome, "failed");
    assertMatch(data.reason, /connect/i);
  }
});

Deno.test("callbacks that cannot be signed or are refused wait, with the reason; those of the gone are given up", async () => {
  await using gone = receiver(() => 410);
  await using at = await folder({ "work.ts": work() });
  const produce = (id: string, ...args: string[]) =>
    run(["produce", "work.ts", "--chain", "hello", "--arg", "n=1", "--id", id, ...args, ...QUEUE], at);
  await produce("unsigned", "--callback", gone.url);
  await produce("secret", "--callback", gone.url, "--callback-secret", "env:HOME");
  await produce(
    "metadata",
    "--callback",
    "http://169.254.169.254/latest",
    "--callback-secret",
    "env:CALLBACK_KEY",
  );
  await produce("gone", "--callback", gone.url, "--callback-secret", "env:CALLBACK_KEY");
  const consume = [...CONSUME, "--until-empty", "--secret", "env:CALLBACK_KEY"];
  const { code, stderr } = await run(consume, { ...at, env: { CALLBACK_KEY: SECRET } });
  assertEquals(code, 0, stderr);
  const list = await run(["queue", "callbacks", "--json", ...QUEUE], at);
  const callbacks = list.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const byId = new Map(callbacks.map(({ instance, state, failure }) => [instance, `${state}: ${failure}`]));
  assertMatch(
    byId.get("unsigned")!,
    /^waiting: no secret signs it\. Start a consumer with --callback-secret/,
  );
  assertMatch(
    byId.get("secret")!,
    /^waiting: secret-refused: the secret of the callback is env:HOME, which no --secret/,
  );
  assertMatch(byId.get("metadata")!, /^waiting: url-refused: 169\.254\.169\.254 is /);
  assertMatch(byId.get("gone")!, /^given-up: answered with status 410/);
  assertEquals(gone.posts.length, 1);
  const { stdout } = await run(["queue", "status", ...QUEUE], at);
  assertMatch(
    stdout,
    /callbacks +3 {2}wait for delivery\ncallbacks +1 {2}given up, see sequoia queue callbacks/,
  );
});

Deno.test("a callback that cannot be is refused where it is written", async () => {
  await using at = await folder({ "work.ts": work(', callback: "file:///etc/passwd"'), "good.ts": work() });
  const produced = await run(["produce", "work.ts", ...QUEUE], at);
  assertEquals(produced.code, 2);
  assertStringIncludes(
    produced.stderr,
    'the callback of chain "hello" cannot be used: its url "file:///etc/passwd"',
  );
  const args: [string[], RegExp][] = [
    [["--callback", "example.com"], /--callback: .*is not absolute/],
    [["--callback-on", "failed"], /--callback-on is about --callback URL/],
    [["--callback", "https://h/", "--callback-on", "faild"], /Cannot read "faild" as ends/],
    [["--callback", "https://h/", "--callback-secret", SECRET], /Cannot read that as the name of a secret/],
  ];
  for (const [wrong, words] of args) {
    const { code, stderr } = await run(["produce", "good.ts", ...wrong, ...QUEUE], at);
    assertEquals(code, 2);
    assertMatch(stderr, words);
    assert(!stderr.includes(SECRET));
  }
});

Deno.test("queue callbacks --retry has what was given up be posted after all, under its id", async () => {
  let isGone = true;
  await using ends = receiver(() => isGone ? 410 : 204);
  await using at = await folder({ "work.ts": work() });
  const options = { ...at, env: { CALLBACK_KEY: SECRET } };
  const consume = () => run([...CONSUME, "--until-empty", "--callback-secret", "env:CALLBACK_KEY"], options);
  const callbacks = (...args: readonly string[]) => run(["queue", "callbacks", ...args, ...QUEUE], at);
  for (const id of ["a", "b"]) {
    const produce = ["produce", "work.ts", "--chain", "hello", "--arg", "n=1", "--id", id];
    await run([...produce, "--callback", ends.url, ...QUEUE], at);
  }
  await consume();
  assertEquals(ends.posts.length, 2);
  assertMatch(
    (await callbacks("a")).stdout,
    /^a {2}completed {2}\S+ {2}given up .* after 1 attempt: .*410\n$/,
  );

  for (
    const [args, words] of [
      [["--retry"], "name callbacks, or instances, or --all"],
      [["--all"], "--all goes with --retry"],
      [["--retry", "--all", "--waiting"], "--retry takes no --waiting"],
    ] as const
  ) {
    const { code, stderr } = await callbacks(...args);
    assertEquals(code, 2);
    assertStringIncludes(stderr, words);
  }
  const { code, stdout, stderr } = await callbacks("--retry", "a", "none");
  assertEquals([code, stdout], [1, "Retried 1 callback\n"]);
  assertStringIncludes(stderr, "Cannot retry callbacks of none: none was given up");
  assertStringIncludes((await callbacks("--waiting")).stdout, "waits for a consumer");
  isGone = false;
  await consume();
  assertEquals(await runJson(["queue", "callbacks", "--retry", "--all", ...QUEUE], at), { reached: 1 });
  await consume();
  assertEquals(ends.taken.length, 2);
  assertEquals(new Set(ends.posts.map(({ id }) => id)).size, 2);
  const { callbacks: left } = await runJson(["queue", "status", ...QUEUE], at) as { callbacks: object };
  assertEquals(left, { waiting: 0, givenUp: 0 });
});
