/** AWS Lambda through the real command line, before a server that checks every signature. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type AttemptEvent, readRunLog } from "../../lib/record/mod.ts";
import { KEYS, lambdaServer, serviceFailure } from "../aws/lambda_server.ts";
import { folder, run, runJson } from "./sequoia.ts";

const CHAIN = `import { chain, fn } from "sequoia";
const of = (name: string, more = {}) => fn(name, { url: \`lambda:us-east-1:\${name}:prod\`, ...more });
export default chain("photo", ({ call }) => {
  const resized = call(of("resize"));
  call(of("notify", { background: true }), { after: resized });
  call(of("index"), { after: resized, args: { size: "{% inputs.resize.size %}" } });
});`;

async function attemptsOf(at: { cwd: string }): Promise<AttemptEvent[]> {
  const attempts: AttemptEvent[] = [];
  for await (const event of readRunLog(`${at.cwd}/run.json`).events) {
    if (event.type === "attempt") attempts.push(event);
  }
  return attempts;
}

Deno.test("sequoia consume runs chains on AWS Lambda, with keys from a profile, through throttles", async () => {
  let throttles = 0;
  await using server = lambdaServer(({ name, mode }) => {
    if (mode === "Event") return new Response(null, { status: 202 });
    if (name === "resize" && throttles++ < 5) {
      return serviceFailure(429, "TooManyRequestsException", { Reason: "ConcurrentInvocationLimitExceeded" });
    }
    return Response.json({ size: 3 }, {
      headers: { "x-amz-log-result": btoa("REPORT Init Duration: 100.00 ms") },
    });
  });
  const { secret } = KEYS.AKIDEXAMPLE;
  await using at = await folder({
    "w.ts": CHAIN,
    "credentials": `[shop]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = ${secret}\n`,
  });
  const env = {
    AWS_PROFILE: "shop",
    AWS_SHARED_CREDENTIALS_FILE: `${at.cwd}/credentials`,
    AWS_ACCESS_KEY_ID: "",
    AWS_ENDPOINT_URL_LAMBDA: server.endpoint,
  };
  await run(["produce", "w.ts", "--burst", "10", "--count", "10"], at);
  const ran = await run(["consume", "--until-empty", "--json"], { ...at, env });
  assertEquals(JSON.parse(ran.stdout), {
    completed: 10,
    failed: 0,
    cancelled: 0,
    shed: 0,
    throttled: 5,
    retried: 0,
  });
  assertEquals(server.refused(), 0);
  const counts = (of: string) => server.invocations.filter(({ name }) => name === of).length;
  assertEquals([counts("resize"), counts("notify"), counts("index")], [15, 10, 10]);
  assert(server.invocations.every(({ qualifier }) => qualifier === "prod"));
  const index = server.invocations.find(({ name }) => name === "index")!.event as { args: unknown };
  assertEquals(index.args, { size: 3 });
  const attempts = await attemptsOf(at);
  assert(attempts.every(({ platform }) => platform === "aws-lambda"));
  assertEquals(attempts.filter(({ cold }) => cold).length, 20);
  const throttled = attempts.find(({ outcome }) => outcome === "throttled");
  assertEquals(throttled?.reason, "TooManyRequestsException: ConcurrentInvocationLimitExceeded");
  const written = ran.stdout + ran.stderr + await Deno.readTextFile(`${at.cwd}/run.json`);
  assert(!written.includes(secret), "the secret is shown nowhere");
});

Deno.test("sequoia consume has functions without a URL on an attached region, and ends if it may not go there", async () => {
  await using server = lambdaServer(() => Response.json(1), { region: "eu-central-1" });
  await using at = await folder({
    "w.ts":
      `import { chain, fn } from "sequoia"; export default chain("c", ({ call }) => { call(fn("work")); });`,
  });
  await run(["produce", "w.ts", "--burst", "5", "--count", "5"], at);
  const consume = ["consume", "--until-empty", "--platform", "aws=lambda:eu-central-1,limit=2"];
  const none = {
    HOME: at.cwd,
    AWS_ACCESS_KEY_ID: "",
    AWS_PROFILE: "",
    AWS_ENDPOINT_URL_LAMBDA: server.endpoint,
  };
  const without = await run(consume, { ...at, env: none });
  assertEquals(without.code, 1);
  assertStringIncludes(
    without.stderr,
    "sequoia: Cannot use AWS Lambda: there are no credentials. Set AWS_ACCESS_KEY_ID",
  );
  const wrong = await run(consume, {
    ...at,
    env: { ...none, AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "wrong" },
  });
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.stderr, "sequoia: Cannot use AWS Lambda: InvalidSignatureException");
  const right = { ...none, AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: KEYS.AKIDEXAMPLE.secret };
  const done = await runJson(consume, { ...at, env: right }) as { completed: number; failed: number };
  assertEquals([done.completed, done.failed], [5, 0], "nothing was lost to the wrong key");
  assert((await attemptsOf(at)).every(({ platform }) => platform === "aws"));
  const spam = await runJson(["spam", "lambda:eu-central-1:work", "--batch", "3", "--out", "none"], {
    ...at,
    env: right,
  });
  assertEquals((spam as { calls: { ok: number } }).calls.ok, 3);
});

Deno.test("sequoia consume has functions in the background taken by the local platform", async () => {
  await using at = await folder({
    "w.ts": `import { chain, constant, fn } from "sequoia";
const slow = fn("slow", { background: true, time: constant("10s") });
export default chain("c", ({ call }) => { call(fn("after", { time: constant("1ms") }), { after: call(slow) }); });`,
  });
  await run(["produce", "w.ts", "--burst", "2", "--count", "2"], at);
  const consume = ["consume", "--until-empty"];
  assertEquals((await runJson(consume, at) as { completed: number }).completed, 2);
  const slow = (await attemptsOf(at)).filter((attempt) => attempt.function === "slow");
  assertEquals(slow.map(({ status }) => status), [202, 202]);
});
