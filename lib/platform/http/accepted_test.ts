/** Calls that are answered with 202, and events for the first system's wrapper, over real HTTP. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type JsonText, realClock, Stop } from "../../model/mod.ts";
import { callOf, never, serve } from "../testing.ts";
import { whenActivated } from "./activation.ts";

const ID = "a1b2c3d4e5f60718293a4b5c6d7e8f90";

Deno.test("HttpPlatform.invoke() takes no 202 for done, unless the function says so", async () => {
  await using at = serve(() => Response.json({ job: 7 }, { status: 202 }));
  const { outcome } = await at.platform.invoke(callOf({ url: at.url }), never);
  assert(outcome.kind === "failed" && !outcome.retryable);
  assertMatch(outcome.reason, /^accepted-only: .*accepts: 202/);
  for (const option of [{ accepts: 202 }, { background: true }] as const) {
    const answer = await at.platform.invoke(callOf({ url: at.url, ...option }), never);
    assertEquals(answer.outcome, { kind: "ok", output: '{"job":7}' as JsonText });
  }
});

Deno.test("HttpPlatform.invoke() takes each status of 2xx for what it says of the result", async () => {
  let next = { status: 200, body: "7" as string | null };
  await using at = serve(() => new Response(next.body, next));
  const outcome = async (status: number, body: string | null, options = {}) => {
    next = { status, body };
    return (await at.platform.invoke(callOf({ url: at.url, ...options }), never)).outcome;
  };
  const ok = (output: string) => ({ kind: "ok", output: output as JsonText }) as const;
  for (const status of [200, 201, 203, 207, 226]) {
    assertEquals(await outcome(status, "7"), ok("7"), `${status}`);
  }
  for (const status of [204, 205]) assertEquals(await outcome(status, null), ok("null"), `${status}`);
  const part = await outcome(206, "7");
  assert(part.kind === "failed" && !part.retryable);
  assertMatch(part.reason, /^partial-answer: .*206.*accepts: 206/);
  assertEquals(await outcome(206, "7", { accepts: 206 }), ok("7"));
  assertEquals((await outcome(206, "7", { accepts: 202 })).kind, "failed");
  assertEquals((await outcome(202, "7", { accepts: 206 })).kind, "failed");
});

Deno.test("HttpPlatform.invoke() waits for the result of what OpenWhisk has only accepted, to the byte", async () => {
  const asked: string[] = [];
  await using at = serve((request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname} ${request.headers.get("authorization")}`);
    if (request.method === "POST") return Response.json({ activationId: ID }, { status: 202 });
    return new Response(
      '{"response":{"success":true,"status":"success","result":{"n":12345678901234567890}}}',
    );
  });
  const url = `${at.url}/api/v1/namespaces/_/actions/slow?blocking=true&result=true`;
  const call = callOf({ url, headers: { Authorization: "Basic a2V5" } });
  const { outcome, status } = await at.platform.invoke(call, never);
  assertEquals(outcome, { kind: "ok", output: '{"n":12345678901234567890}' as JsonText });
  assertEquals(status, 202);
  assertEquals(asked, [
    "POST /f/api/v1/namespaces/_/actions/slow Basic a2V5",
    `GET /f/api/v1/namespaces/_/activations/${ID} Basic a2V5`,
  ]);
});

Deno.test("HttpPlatform.invoke() waits for an activation no longer than the function may take", async () => {
  await using at = serve((request) =>
    request.method === "POST"
      ? Response.json({ activationId: ID }, { status: 202 })
      : new Response(null, { status: 404 })
  );
  const url = `${at.url}/api/v1/namespaces/_/actions/slow`;
  const { outcome } = await at.platform.invoke(callOf({ url, timeout: "700ms" }), never);
  assertEquals(outcome.kind === "failed" && [outcome.cause, outcome.retryable], ["timeout", true]);
});

Deno.test("whenActivated() asks again after whatever went wrong, ever less often", async () => {
  let nowMs = 0;
  const askedAtMs: number[] = [];
  const clock = {
    ...realClock,
    after(delayMs: number, callback: () => void) {
      nowMs += delayMs;
      queueMicrotask(callback);
      return () => {};
    },
  };
  const outcome = await whenActivated(
    // deno-lint-ignore require-await -- it fails as a question over the network does
    async () => {
      askedAtMs.push(nowMs);
      if (askedAtMs.length === 2) throw new TypeError("connection closed");
      return askedAtMs.length < 9 ? undefined : { kind: "ok", output: "1" as JsonText };
    },
    clock,
    new Stop(),
  );
  assertEquals(outcome.kind, "ok");
  const waits = askedAtMs.map((at, i) => at - (askedAtMs[i - 1] ?? 0));
  assertEquals(waits, [500, 750, 1125, 1687.5, 2531.25, 3796.875, 5000, 5000, 5000]);
});

Deno.test("HttpPlatform.invoke() names an address that answers to functions on this machine, where nobody collects", async () => {
  const seen: { ip: string; port: number; header: string | null }[] = [];
  const handler = async (request: Request) => {
    const { ip, port } = await request.json();
    seen.push({ ip, port, header: request.headers.get("x-sequoia-collector") });
    return Response.json(null);
  };
  for (const options of [{ sink: { ip: "127.0.0.1", port: 4711 } }, {}]) {
    await using at = serve(handler, options);
    await at.platform.invoke(callOf({ url: at.url }), never);
  }
  assertEquals(seen, [
    { ip: "127.0.0.1", port: 4711, header: "none" },
    { ip: "127.0.0.1", port: 0, header: null },
  ]);
});
