import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type Handler,
  KEYS,
  lambdaServer,
  type LambdaServerOptions,
  serviceFailure,
} from "../../../tests/aws/lambda_server.ts";
import { type Clock, type FunctionOptions, NULL, readJson, realClock, writeJson } from "../../model/mod.ts";
import { Credentials } from "./credentials.ts";
import { type LambdaOptions, LambdaPlatform } from "./lambda.ts";
import { PlatformError } from "../platform.ts";
import { callOf, never } from "../testing.ts";
import { parseUrlPattern } from "../guard/url_pattern.ts";

const URL_OF_F = "lambda:us-east-1:f";
const OWN = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: KEYS.AKIDEXAMPLE.secret };

/** Credentials out of variables, which may change. */
function credentialsOf(variables: Record<string, string>, clock: Clock = realClock): Credentials {
  return new Credentials({
    clock,
    variable: (name) => variables[name],
    readFile: () => Promise.resolve(undefined),
  });
}

/** A platform before a server; both end with the scope. */
function lambda(
  handler: Handler,
  { server = {}, variables = OWN, ...options }: Partial<LambdaOptions> & {
    server?: LambdaServerOptions;
    variables?: Record<string, string>;
  } = {},
) {
  const at = lambdaServer(handler, server);
  const { clock = realClock } = options;
  const credentials = credentialsOf(variables, clock);
  const platform = new LambdaPlatform({ clock, credentials, endpoint: at.endpoint, ...options });
  return {
    ...at,
    platform,
    invoke: (spec: FunctionOptions = {}) => platform.invoke(callOf({ url: URL_OF_F, ...spec }), never),
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await at[Symbol.asyncDispose]();
    },
  };
}

Deno.test("LambdaPlatform.invoke() invokes a function by a request whose signature AWS would take", async () => {
  await using at = lambda(() => Response.json({ files: 3 }));
  assertEquals(await at.invoke(), {
    outcome: { kind: "ok", output: writeJson({ files: 3 }) },
    status: 200,
    cold: false,
  });
  await at.invoke({ url: "lambda:us-east-1:f:prod", payload: "args" });
  await at.invoke({ url: "lambda:us-east-1:f:$LATEST", background: true });
  assertEquals(at.refused(), 0);
  const [first, second, third] = at.invocations;
  assertEquals([first!.name, first!.qualifier, first!.mode], ["f", null, "RequestResponse"]);
  assertEquals((first!.event as { node: string }).node, "n");
  assertEquals(second, { name: "f", qualifier: "prod", mode: "RequestResponse", event: { size: 3 } });
  assertEquals([third!.qualifier, third!.mode], ["$LATEST", "Event"]);
});

Deno.test("LambdaPlatform.invoke() signs with temporary keys, and anything that a payload may hold", async () => {
  const keys = { ASIA: { secret: "s", token: "session+token/=" } };
  const variables = {
    AWS_ACCESS_KEY_ID: "ASIA",
    AWS_SECRET_ACCESS_KEY: "s",
    AWS_SESSION_TOKEN: "session+token/=",
  };
  await using at = lambda(() => new Response(), { server: { keys }, variables });
  const call = callOf({ url: URL_OF_F, payload: "args" }, { args: writeJson({ text: 'ä\u2028😀\n"' }) });
  assertEquals((await at.platform.invoke(call, never)).outcome, { kind: "ok", output: NULL });
  assertEquals(at.invocations[0]!.event, readJson(call.args));
});

Deno.test("LambdaPlatform.invoke() tells cold starts by the end of the log, in words or as JSON", async () => {
  const logs = [
    "REPORT RequestId: 1 Duration: 12 ms Billed Duration: 13 ms Init Duration: 148.12 ms",
    '{"type":"platform.report","record":{"metrics":{"initDurationMs":148.12}}}',
    "REPORT RequestId: 1 Duration: 12 ms",
  ].map(btoa);
  await using at = lambda(() => Response.json(1, { headers: { "x-amz-log-result": logs.shift()! } }));
  assertEquals([(await at.invoke()).cold, (await at.invoke()).cold, (await at.invoke()).cold], [
    true,
    true,
    false,
  ]);
});

Deno.test("LambdaPlatform.invoke() takes a function's error for a failure with its message", async () => {
  const errors: [kind: string, body: string, reason: string, cause: string][] = [
    [
      "Unhandled",
      '{"errorType":"TypeError","errorMessage":"x is no function","trace":[]}',
      "function error (Unhandled): TypeError: x is no function",
      "server-error",
    ],
    [
      "Handled",
      '{"errorMessage":"no\\nsuch order"}',
      "function error (Handled): no such order",
      "server-error",
    ],
    [
      "Unhandled",
      '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 3.00 seconds"}',
      "function error (Unhandled): Sandbox.Timedout: RequestId: 1 Error: Task timed out after 3.00 seconds",
      "timeout",
    ],
    ["Unhandled", "no JSON", "function error (Unhandled): no JSON", "server-error"],
  ];
  await using at = lambda(() => {
    const [kind, body] = errors[0]!;
    return new Response(body, { headers: { "x-amz-function-error": kind } });
  });
  for (; errors.length > 0; errors.shift()) {
    const [, , reason, cause] = errors[0]!;
    const { outcome, status } = await at.invoke();
    assertEquals([outcome, status], [{ kind: "failed", reason, retryable: true, cause }, 200] as unknown[]);
  }
});

const SERVICE_ERRORS: [
  status: number,
  type: string,
  body: Record<string, string>,
  outcome: string,
  reason: string,
][] = [
  [
    429,
    "TooManyRequestsException",
    { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", message: "Rate Exceeded." },
    "throttled",
    "TooManyRequestsException: ReservedFunctionConcurrentInvocationLimitExceeded",
  ],
  [
    429,
    "TooManyRequestsException",
    { Reason: "CallerRateLimitExceeded" },
    "throttled",
    "TooManyRequestsException: CallerRateLimitExceeded",
  ],
  [502, "EC2ThrottledException", { Message: "slow" }, "throttled", "EC2ThrottledException: slow"],
  [
    400,
    "ThrottlingException",
    { message: "Rate exceeded" },
    "throttled",
    "ThrottlingException: Rate exceeded",
  ],
  [500, "ServiceException", {}, "again", "ServiceException"],
  [502, "ENILimitReachedException", {}, "again", "ENILimitReachedException"],
  [
    409,
    "ResourceConflictException",
    { message: "being updated" },
    "again",
    "ResourceConflictException: being updated",
  ],
  [408, "EFSMountTimeoutException", {}, "again", "EFSMountTimeoutException"],
  [503, "", {}, "throttled", "Lambda answered with status 503"],
  [
    404,
    "ResourceNotFoundException",
    { Message: "Function not found: arn" },
    "final",
    "ResourceNotFoundException: Function not found: arn. Look at its name, qualifier and region",
  ],
  [
    403,
    "AccessDeniedException",
    { Message: "User is not authorized" },
    "final",
    "AccessDeniedException: User is not authorized. Allow lambda:InvokeFunction of it",
  ],
  [
    413,
    "RequestTooLargeException",
    { message: "too large" },
    "final",
    "RequestTooLargeException: too large. A payload may have 6 MB, of background calls 1 MB",
  ],
  [502, "KMSAccessDeniedException", {}, "final", "KMSAccessDeniedException"],
  [502, "InvalidRuntimeException", {}, "final", "InvalidRuntimeException"],
  [400, "InvalidRequestContentException", {}, "final", "InvalidRequestContentException"],
];

for (const [status, type, body, expected, reason] of SERVICE_ERRORS) {
  Deno.test(`LambdaPlatform.invoke() takes ${type || status}${body.Reason ?? ""} for ${expected}`, async () => {
    await using at = lambda(() => serviceFailure(status, type, body, { "retry-after": "7" }));
    const { outcome } = await at.invoke();
    assert(outcome.kind !== "ok" && outcome.kind !== "unserved");
    const kind = outcome.kind === "throttled" ? "throttled" : outcome.retryable ? "again" : "final";
    assertEquals([kind, outcome.reason, outcome.retryAfterMs], [expected, reason, 7000]);
    if (outcome.kind === "failed") {
      assertEquals(outcome.cause, outcome.retryable ? "server-error" : undefined);
    }
    assertEquals(at.invocations.length, 1, "it is the scheduler who tries again");
  });
}

Deno.test("LambdaPlatform.invoke() does not fool AWS with a wrong key, and says so without the keys", async () => {
  const variables = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "wrong-secret" };
  await using at = lambda(() => Response.json(1), { variables });
  const { outcome } = await at.invoke();
  assertEquals(outcome, {
    kind: "failed",
    reason:
      "InvalidSignatureException: The request signature we calculated does not match the signature you provided.",
    retryable: false,
  });
  await using attached = lambda(() => Response.json(1), { variables, region: "us-east-1" });
  const error = await assertRejects(
    () => attached.invoke(),
    PlatformError,
    "Cannot use AWS Lambda: InvalidSignature",
  );
  assert(!`${error.stack}${JSON.stringify(error)}`.includes("wrong-secret"));
  assertEquals(at.invocations.length + attached.invocations.length, 0);
  await using unknown = lambda(() => Response.json(1), {
    variables: { ...OWN, AWS_ACCESS_KEY_ID: "AKIDOTHER" },
  });
  assertMatch(
    (await unknown.invoke() as { outcome: { reason: string } }).outcome.reason,
    /^UnrecognizedClientException/,
  );
});

Deno.test("LambdaPlatform.invoke() goes by AWS's clock if its own is off, and says so if that does not help", async () => {
  const hours = (n: number) => n * 3_600_000;
  for (const offMs of [hours(-2), hours(30)]) {
    let calls = 0;
    const nowMs = () => Date.now() + offMs;
    await using at = lambda(() => (calls++, Response.json(1)), { server: { nowMs } });
    assertEquals((await at.invoke()).outcome.kind, "ok");
    assertEquals((await at.invoke()).outcome.kind, "ok");
    assertEquals([calls, at.refused()], [2, 1], "it learns once");
  }
  const variables = { ...OWN, AWS_SECRET_ACCESS_KEY: "wrong" };
  await using at = lambda(() => Response.json(1), {
    server: { nowMs: () => Date.now() + hours(2) },
    variables,
  });
  const { outcome } = await at.invoke();
  assert(outcome.kind === "failed");
  assertMatch(
    outcome.reason,
    /does not match.*The clock of this machine is 7\d\d\d s behind AWS's: set it right$/,
  );
});

Deno.test("LambdaPlatform.invoke() goes on with newer keys when its own have ended", async () => {
  const keys: Record<string, { secret: string }> = { OLD: { secret: "a" } };
  const variables: Record<string, string> = { AWS_ACCESS_KEY_ID: "OLD", AWS_SECRET_ACCESS_KEY: "a" };
  await using at = lambda(() => Response.json(1), { server: { keys }, variables });
  assertEquals((await at.invoke()).outcome.kind, "ok");
  delete keys.OLD;
  Object.assign(keys, { NEW: { secret: "b" } });
  Object.assign(variables, { AWS_ACCESS_KEY_ID: "NEW", AWS_SECRET_ACCESS_KEY: "b" });
  assertEquals((await at.invoke()).outcome.kind, "ok");
});

Deno.test("LambdaPlatform.invoke() fails a function's own URL without credentials, but ends the run of an attached platform", async () => {
  const why =
    "Cannot use AWS Lambda: there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or " +
    "AWS_PROFILE to a profile that has them";
  await using at = lambda(() => Response.json(1), { variables: {} });
  assertEquals((await at.invoke()).outcome, { kind: "failed", reason: why, retryable: false });
  await using attached = lambda(() => Response.json(1), { variables: {}, region: "us-east-1" });
  await assertRejects(() => attached.invoke(), PlatformError, why);
});

Deno.test("LambdaPlatform.invoke() finds functions without a URL in its region, by their names", async () => {
  await using at = lambda(() => Response.json(1), { region: "us-east-1" });
  const { url: _, ...local } = callOf({}).spec;
  assertEquals(
    (await at.platform.invoke({ ...callOf({}), spec: { ...local, name: "resize:prod" } }, never)).outcome
      .kind,
    "ok",
  );
  assertEquals([at.invocations[0]!.name, at.invocations[0]!.qualifier], ["resize", "prod"]);
  const { outcome } = await at.platform.invoke({ ...callOf({}), spec: { ...local, name: "a/b" } }, never);
  assertEquals(outcome, {
    kind: "failed",
    reason: "Lambda has no functions named a/b. Give it a url",
    retryable: false,
  });
});

Deno.test("LambdaPlatform.invoke() invokes what --allow-url allows only", async () => {
  await using at = lambda(() => Response.json(1), { allowed: [parseUrlPattern("lambda:us-east-1:shop-*")] });
  const { outcome } = await at.invoke();
  assert(outcome.kind === "failed");
  assertStringIncludes(outcome.reason, "lambda:us-east-1:f matches no --allow-url");
  assertEquals((await at.invoke({ url: "lambda:us-east-1:shop-f:v1" })).outcome.kind, "ok");
});
