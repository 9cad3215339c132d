/** Submitting, waiting, listing and steering over HTTP, with the real programs. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { run, runJson, Running } from "./sequoia.ts";
import { deployed, serving } from "./api.ts";

Deno.test("an instance is submitted over HTTP, once for each id, and its result is waited for", async () => {
  await using at = await deployed();
  await using api = await serving(at);
  const { call } = api;
  const args =
    '{"args": {"n": 1.50, "big": 12345678901234567890}, "id": "one", "labels": {"tenant": "acme"}}';
  const first = await call("POST", "/v1/chains/hello", args);
  assertEquals([first.status, first.body], [201, { id: "one", chain: "hello", existing: false }]);
  assertEquals(first.headers.get("location"), "/v1/instances/one");
  const again = await call("POST", "/v1/chains/hello", args);
  assertEquals([again.status, again.body.existing], [200, true]);
  const other = await call("POST", "/v1/chains/hello", { id: "one", args: { n: 2 } });
  assertEquals([other.status, other.body.code], [409, "id-conflict"]);
  const header = { "idempotency-key": '"two"' };
  assertEquals((await call("POST", "/v1/chains/pair", {}, header)).body.id, "two");
  assertEquals((await call("POST", "/v1/chains/pair", {}, header)).body.existing, true);
  const waiting = ["one", "one", "two"].map((id) => call("GET", `/v1/instances/${id}?wait=30s`));
  const submitted = call("POST", "/v1/chains/hello?wait=30s", {});
  await using _consumer = new Running(["consume", "--out", "none"], at);
  for (const { status, body } of await Promise.all(waiting)) {
    assertEquals([status, body.state], [200, "completed"]);
  }
  const { status, body } = await submitted;
  assertEquals([status, body.instance.state, body.instance.labels], [201, "completed", { team: "x" }]);
  const text = await (await fetch(`${api.url}/v1/instances/one?nodes=true`)).text();
  assert(text.includes('"args":{"n": 1.50, "big": 12345678901234567890}'), text); // to the byte
  const { nodes, labels, priority } = JSON.parse(text);
  assertEquals([labels, priority], [{ team: "x", tenant: "acme" }, 3]);
  assertEquals(nodes.map((node: Record<string, unknown>) => [node.node, node.state]), [["greet", "ok"]]);
});

Deno.test("a list of instances is submitted at once, with the outcome of each", async () => {
  await using at = await deployed();
  await using api = await serving(at);
  const many = Array.from({ length: 1000 }, (_, i) => ({ id: `m${i}`, args: { i } }));
  const first = await api.call("POST", "/v1/chains/hello", many);
  assertEquals([first.status, first.body.created, first.body.results.length], [201, 1000, 1000]);
  const mixed = [{ id: "m1", args: { i: 1 } }, { id: "new" }, { id: "m2", args: { i: 0 } }, { id: "new" }, {
    id: "new",
    args: { x: 1 },
  }];
  const second = await api.call("POST", "/v1/chains/hello", mixed);
  assertEquals(second.status, 207);
  assertEquals(second.body.results.map(({ outcome }: { outcome: string }) => outcome), [
    "existing",
    "created",
    "conflict",
    "existing",
    "conflict",
  ]);
  assertEquals((await api.call("POST", "/v1/chains/hello", many)).status, 200);
  assertEquals((await api.call("POST", "/v1/chains/hello", [...many, {}])).status, 400);
  const depth = await runJson(["queue", "status"], at) as { queued: number };
  assertEquals(depth.queued, 1001);
});

Deno.test("every field that cannot be used is named, and nothing is submitted", async () => {
  await using at = await deployed();
  await using api = await serving(at);
  const wrong = {
    args: [],
    id: "x y",
    labels: { a: 1, "": "x" },
    priority: 1.5,
    weight: 0,
    deadline: "5 apples",
    delay: "1s",
    at: "2030-01-01T00:00:00Z",
    traceparent: "x",
    foo: 1,
  };
  const { status, body } = await api.call("POST", "/v1/chains/hello", wrong);
  assertEquals([status, body.code, body.status], [400, "invalid-request", 400]);
  const named = body.errors.map(({ at }: { at: string }) => at).sort();
  assertEquals(named, [
    ...[
      "#/args",
      "#/at",
      "#/deadline",
      "#/foo",
      "#/id",
      "#/labels/",
      "#/labels/a",
      "#/priority",
      "#/traceparent",
    ],
    "#/weight",
  ]);
  const inList = await api.call("POST", "/v1/chains/hello", [{}, { priority: "x" }, { nope: 1 }]);
  assertEquals(inList.body.errors, [
    { at: "#/1/priority", detail: "Write a number" },
    { at: "#/2/nope", detail: "there is no such field. Leave it out" },
  ]);
  const query = await api.call("GET", "/v1/instances?state=foo&limit=0&label=x&dryRun=true");
  assertEquals(query.body.errors.map(({ at }: { at: string }) => at).sort(), [
    "query: dryRun",
    "query: label.0",
    "query: limit",
    "query: state.0",
  ]);
  for (
    const [body, status, code] of [
      ["3", 400, "invalid-request"],
      ["{bad", 400, "invalid-request"],
      ["", 400, "invalid-request"],
      [undefined, 400, "invalid-request"],
      ["[]", 400, "invalid-request"],
      ['{"args":{"a":'.padEnd(3000, "[") + "]".repeat(2987) + "}}", 400, "invalid-request"],
    ] as const
  ) {
    const answer = await api.call("POST", "/v1/chains/hello", body);
    assertEquals([body, answer.status, answer.body.code], [body, status, code]);
  }
  const unknown = await api.call("POST", "/v1/chains/helo", {});
  assertEquals([unknown.status, unknown.body.code], [404, "unknown-chain"]);
  assertMatch(unknown.body.detail, /did you mean "hello"\?/);
  assertEquals((await api.call("GET", "/v1/instances")).body.instances, []);
});

Deno.test("lists go page by page; instances are cancelled and retried, one or those of a filter", async () => {
  await using at = await deployed();
  await using api = await serving(at);
  const { call } = api;
  const some = Array.from(
    { length: 120 },
    (_, i) => ({ id: `i${i}`, labels: { tenant: i % 3 === 0 ? "acme" : "bolt" } }),
  );
  await call("POST", "/v1/chains/hello", some);
  const seen: string[] = [];
  for (let cursor = "";;) {
    const { body } = await call("GET", `/v1/instances?label=tenant=acme&limit=15&order=oldest${cursor}`);
    seen.push(...body.instances.map(({ id }: { id: string }) => id));
    if (body.next === undefined) break;
    cursor = `&cursor=${body.next}`;
  }
  assertEquals(seen, some.filter((_, i) => i % 3 === 0).map(({ id }) => id));
  assertEquals((await call("GET", "/v1/instances?limit=1")).body.instances[0].id, "i119");
  assertEquals((await call("GET", "/v1/instances?cursor=zz")).body.code, "bad-cursor");
  const dry = await call("POST", "/v1/instances/cancel?dryRun=true", { labels: { tenant: "acme" } });
  assertEquals([dry.body.reached, dry.body.dryRun, dry.body.some.length], [40, true, 10]);
  assertEquals((await call("GET", "/v1/instances?state=cancelled")).body.instances, []);
  assertEquals((await call("POST", "/v1/instances/cancel", { labels: { tenant: "acme" } })).body.reached, 40);
  assertEquals((await call("GET", "/v1/instances/i0")).body.reason, "cancelled on request");
  assertEquals((await call("POST", "/v1/instances/i0/retry")).body, { reached: 1, dryRun: false });
  assertEquals((await call("GET", "/v1/instances/i0")).body.state, "queued");
  assertEquals((await call("POST", "/v1/instances/i0/cancel", { abort: true })).body.reached, 1);
  assertEquals((await call("POST", "/v1/instances/i0/retry", { from: "nope" })).status, 422);
  assertEquals((await call("POST", "/v1/instances/cancel", {})).status, 400);
  assertEquals((await call("POST", "/v1/instances/nope/cancel")).status, 404);
  const odd = encodeURIComponent("a/b?c#d%41");
  await call("POST", "/v1/chains/hello", { id: "a/b?c#d%41", delay: "1h" });
  const { body } = await call("GET", `/v1/instances/${odd}`);
  assertEquals([body.id, body.state], ["a/b?c#d%41", "delayed"]);
});

Deno.test("settings that are set over HTTP reach the consumers, and are shown with their answers", async () => {
  await using at = await deployed();
  await using api = await serving(at);
  const { call } = api;
  await using consumer = new Running(["consume", "--out", "none"], at);
  await consumer.says(/heartbeat|Consuming|consum/i);
  while ((await call("GET", "/v1/consumers")).body.consumers.length === 0); // each look takes a beat
  const policy = await call("PUT", "/v1/settings/policy", { name: "fair-share" });
  assertEquals([policy.status, policy.body.consumers, policy.body.settings.policy.name], [
    200,
    1,
    "fair-share",
  ]);
  assertEquals((await call("PUT", "/v1/settings/policy", { name: "./mine.ts" })).body.code, "unknown-policy");
  const dry = await call("PUT", "/v1/settings/limits?dryRun=true", { limit: 5 });
  assertEquals([dry.body.dryRun, dry.body.settings.limit], [true, undefined]);
  const floors = { limit: 5, floors: { chains: { a: 9 } } };
  assertEquals((await call("PUT", "/v1/settings/limits", floors)).body.code, "refused");
  assertEquals((await call("PUT", "/v1/settings/limits", { limit: 5, fixed: true })).body.settings.limit, 5);
  await call("POST", "/v1/settings/pauses", { chain: "hello" });
  assertEquals(
    (await call("POST", "/v1/settings/pauses", { label: { name: "a", value: "b" } })).body.settings.pauses,
    [
      { chain: "hello" },
      { label: { name: "a", value: "b" } },
    ],
  );
  assertEquals((await call("DELETE", "/v1/settings/pauses?chain=nope")).status, 404);
  assertEquals((await call("DELETE", "/v1/settings/pauses?label=a=b")).body.settings.pauses, [{
    chain: "hello",
  }]);
  assertEquals((await call("DELETE", "/v1/settings/pauses?all=true")).body.settings.pauses, []);
  const shown = await run(["queue", "settings", "--json"], at);
  assertEquals(JSON.parse(shown.stdout).limit, 5);
  assertEquals(Object.keys((await call("DELETE", "/v1/settings")).body.settings).sort(), [
    "pauses",
    "revision",
  ]);
});

Deno.test("failed instances are grouped by their reasons", async () => {
  await using at = await deployed();
  await Deno.writeTextFile(
    `${at.cwd}/f.ts`,
    `import { chain, fn } from "sequoia";
     export default chain("broken", ({ call }) => call(fn("gone", { url: "http://127.0.0.1:9/", attempts: 1 })));`,
  );
  await run(["deploy", "f.ts"], at);
  await using api = await serving(at);
  await api.call("POST", "/v1/chains/broken", Array.from({ length: 7 }, () => ({})));
  const { code, stderr } = await run(["consume", "--until-empty", "--out", "none"], at);
  assertEquals(code, 0, stderr);
  const { body } = await api.call("GET", "/v1/failures");
  assertEquals(body.groups.map(({ chain, count }: { chain: string; count: number }) => [chain, count]), [[
    "broken",
    7,
  ]]);
  assertEquals([body.looked, body.isCut, body.groups[0].some.length], [7, false, 5]);
  assertEquals((await api.call("GET", "/v1/failures?chain=hello")).body.groups, []);
  assertEquals((await api.call("POST", "/v1/instances/retry", { chain: "broken" })).body.reached, 7);
});
