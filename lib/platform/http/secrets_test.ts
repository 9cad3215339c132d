import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Outcome, realClock, writeJson } from "../../model/mod.ts";
import { parseSecretPattern } from "../secrets/secret_pattern.ts";
import { Secrets } from "../secrets/secrets.ts";
import { callOf, never, serve } from "../testing.ts";

const VARIABLES: Readonly<Record<string, string>> = { KEY: "k-123456", OTHER: "o-123456" };

/** Secrets of a machine whose files are read as told. */
function secretsOf(allowed: readonly string[], readFile: () => Promise<string | undefined>) {
  return new Secrets({
    clock: realClock,
    variable: (name) => VARIABLES[name],
    readFile,
    allowed: allowed.map(parseSecretPattern),
  });
}

function reasonOf(outcome: Outcome): string {
  return outcome.kind === "ok" ? "ok" : outcome.reason;
}

Deno.test("HttpPlatform.invoke() sends the secrets that headers refer to, and its own kind", async () => {
  const secrets = secretsOf(["env:KEY", "file:/run/*"], () => Promise.resolve("from a file\n"));
  await using at = serve(
    ({ headers }) =>
      Response.json(["x-key", "x-file", "x-plain", "x-sequoia-kind"].map((name) => headers.get(name))),
    { secrets },
  );
  const headers = {
    "X-Key": "env:KEY",
    "x-file": "file:/run/a",
    "x-plain": "p",
    "x-sequoia-kind": "env:KEY",
  };
  const call = callOf({ url: at.url, headers });
  for (let i = 0; i < 2; i++) {
    const { outcome } = await at.platform.invoke(call, never);
    assertEquals(outcome, { kind: "ok", output: writeJson(["k-123456", "from a file", "p", null]) });
  }
  assertEquals(call.spec.headers, headers, "the chain keeps the references");
});

Deno.test("HttpPlatform.invoke() puts a secret behind the scheme of credentials, in headers of credentials alone", async () => {
  const secrets = secretsOf(["env:KEY", "file:/run/*"], () => Promise.resolve("from-a-file\n"));
  await using at = serve(
    ({ headers }) =>
      Response.json(
        ["authorization", "x-serverless-authorization", "x-note"].map((name) => headers.get(name)),
      ),
    {
      secrets,
    },
  );
  const sent = async (headers: Record<string, string>) =>
    (await at.platform.invoke(callOf({ url: at.url, headers }), never)).outcome;
  assertEquals(
    await sent({
      Authorization: "Bearer env:KEY",
      "X-Serverless-Authorization": "Basic file:/run/login",
      "x-note": "see env:KEY",
    }),
    { kind: "ok", output: writeJson(["Bearer k-123456", "Basic from-a-file", "see env:KEY"]) },
  );
  assertEquals(
    await sent({ authorization: "Bearer k-123456" }),
    { kind: "ok", output: writeJson(["Bearer k-123456", null, null]) },
    "what refers to nothing stays",
  );
  const refused = reasonOf(await sent({ authorization: "Bearer env:OTHER" }));
  assertStringIncludes(refused, "secret-refused: the header authorization is env:OTHER, which no --secret");
});

Deno.test("HttpPlatform.invoke() makes no call without its secrets, and does not try again", async () => {
  let calls = 0;
  const answer = () => Response.json(++calls);
  await using at = serve(answer, {
    secrets: secretsOf(["env:UNSET", "file:/run/*"], () => Promise.reject(new Error("broken"))),
  });
  await using none = serve(answer);
  const cases = [
    [none, { a: "env:KEY" }, "secret-refused: the header a is env:KEY"],
    [at, { a: "env:UNSET" }, "secret-unusable: the header a is env:UNSET"],
    [at, { a: "file:/run/a", b: "env:KEY" }, "secret-"], // one fails later, as its file is read
    [at, { a: "file:/run/b", b: "file:/run/c" }, "secret-unusable: the header a is file:/run/b"],
  ] as const;
  for (const [{ platform, url }, headers, words] of cases) {
    const { outcome, status } = await platform.invoke(callOf({ url, headers: { ...headers } }), never);
    assertEquals([outcome.kind, outcome.kind === "failed" && outcome.retryable, status], [
      "failed",
      false,
      0,
    ]);
    assertStringIncludes(reasonOf(outcome), words);
  }
  assertEquals(calls, 0);
});

Deno.test("HttpPlatform.invoke() shows no secret that an error repeats", async () => {
  const secrets = secretsOf(["env:KEY"], () => Promise.resolve(undefined));
  await using at = serve(
    ({ headers }) =>
      Response.json({ error: `bad key ${headers.get("x-key")} of ${headers.get("authorization")}` }, {
        status: 401,
      }),
    { secrets },
  );
  const headers = { "x-key": "env:KEY", authorization: "Bearer env:KEY" };
  const { outcome } = await at.platform.invoke(callOf({ url: at.url, headers }), never);
  assertStringIncludes(reasonOf(outcome), "bad key *** of Bearer ***");
});

Deno.test("HttpPlatform.invoke() ends in time while a secret's file is not answered", async () => {
  await using at = serve(() => Response.json(1), {
    secrets: secretsOf(["file:/run/*"], () => new Promise(() => {})),
  });
  const call = callOf({ url: at.url, headers: { a: "file:/run/a" }, timeout: 1 });
  assertStringIncludes(reasonOf((await at.platform.invoke(call, never)).outcome), "no answer within 1 ms");
  const stop = AbortSignal.abort();
  assertEquals(
    (await at.platform.invoke(callOf({ url: at.url, headers: { a: "file:/run/a" } }), stop)).status,
    0,
  );
});
