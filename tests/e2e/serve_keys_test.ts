/** Keys of a real server: scopes, labels, and addresses that need them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { run, runJson } from "./sequoia.ts";
import { callerOf, deployed, serving } from "./api.ts";

async function newKey(at: { readonly cwd: string }, name: string, ...args: string[]): Promise<string> {
  const { key } = await runJson(["serve", "--keys", "keys.json", "--new-key", name, ...args], at) as {
    key: string;
  };
  return key;
}

Deno.test("an address that other machines reach needs keys", async () => {
  await using at = await deployed();
  for (const address of ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "host.example:0"]) {
    const { code, stderr } = await run(["serve", "--listen", address], at);
    assertEquals(code, 2, stderr);
    assertMatch(stderr, /Cannot listen at .*reached from other machines.*--keys FILE/);
  }
  const missing = await run(["serve", "--keys", "none.json"], at);
  assertEquals([missing.code, /there is no such file/.test(missing.stderr)], [2, true]);
  await Deno.writeTextFile(`${at.cwd}/bad.json`, '{"keys":[{"name":"x"}]}');
  const bad = await run(["serve", "--keys", "bad.json"], at);
  assertEquals([bad.code, /key "x": sha256 is not 64/.test(bad.stderr)], [2, true]);
});

Deno.test("a key may do what its scopes say, and the file holds only its hash", async () => {
  await using at = await deployed();
  const keys = {
    submit: await newKey(at, "submit", "--scope", "submit"),
    read: await newKey(at, "read"),
    steer: await newKey(at, "steer", "--scope", "steer", "--scope", "read"),
  };
  const file = await Deno.readTextFile(`${at.cwd}/keys.json`);
  for (const key of Object.values(keys)) assert(!file.includes(key) && /^sq_[\w-]{43}$/.test(key), key);
  assertEquals((await Deno.stat(`${at.cwd}/keys.json`)).mode! & 0o777, 0o600);
  const twice = await run(["serve", "--keys", "keys.json", "--new-key", "read"], at);
  assertMatch(twice.stderr, /two keys have the name "read"/);
  await using api = await serving(at, ["--keys", "keys.json"]);
  const by = (key?: string) => callerOf(api.url, key);
  for (const key of [undefined, "", "x", keys.read.slice(0, -1), `${keys.read}x`, "ключ".normalize()]) {
    if (key !== undefined && !/^[\x20-\x7e]*$/.test(key)) continue; // no header can hold it
    const { status, body, headers } = await by(key)("GET", "/v1/instances");
    assertEquals([key, status, body.code], [key, 401, "unauthenticated"]);
    assertEquals(headers.get("www-authenticate"), "Bearer");
  }
  const statuses = async (key: string) => {
    const call = by(key);
    return [
      (await call("POST", "/v1/chains/hello", { id: "i" })).status,
      (await call("GET", "/v1/instances/i")).status,
      (await call("POST", "/v1/instances/i/cancel?dryRun=true")).status,
      (await call("GET", "/v1/settings")).status,
      (await call("PUT", "/v1/settings/limits?dryRun=true", { limit: 1 })).status,
      (await call("GET", "/v1/consumers")).status,
      (await call("GET", "/metrics")).status,
    ];
  };
  assertEquals(await statuses(keys.submit), [201, 403, 403, 403, 403, 403, 403]);
  assertEquals(await statuses(keys.read), [403, 200, 403, 200, 403, 200, 200]);
  assertEquals(await statuses(keys.steer), [403, 200, 200, 200, 200, 200, 200]);
  for (const path of ["/healthz", "/readyz", "/v1/openapi.json"]) {
    assertEquals((await by()("GET", path)).status, 200);
  }
});

Deno.test("a tenant sees and submits only its own: others' are not there for it", async () => {
  await using at = await deployed();
  const all = ["--scope", "submit", "--scope", "read", "--scope", "steer"];
  const [a, b] = [
    await newKey(at, "a", ...all, "--bind", "tenant=a"),
    await newKey(at, "b", ...all, "--bind", "tenant=b"),
  ];
  const ops = await newKey(at, "ops", ...all);
  await using api = await serving(at, ["--keys", "keys.json"]);
  const [callA, callB, callOps] = [a, b, ops].map((key) => callerOf(api.url, key));
  assertEquals((await callB!("POST", "/v1/chains/hello", { id: "b1", args: { x: 1 } })).status, 201);
  assertEquals((await callOps!("GET", "/v1/instances/b1")).body.labels, { team: "x", tenant: "b" });
  assertEquals((await callOps!("POST", "/v1/chains/hello", { id: "o1" })).status, 201);
  const others = ["b1", "o1"];
  for (const id of others) {
    assertEquals((await callA!("GET", `/v1/instances/${id}`)).status, 404);
    assertEquals((await callA!("GET", `/v1/instances/${id}?wait=1s&nodes=true`)).status, 404);
    assertEquals((await callA!("POST", `/v1/instances/${id}/cancel`)).status, 404);
    assertEquals((await callA!("POST", `/v1/instances/${id}/retry`)).status, 404);
  }
  // The same content under another tenant's id is not taken for its own.
  const taken = await callA!("POST", "/v1/chains/hello", { id: "b1", args: { x: 1 } });
  assertEquals([taken.status, taken.body.code], [409, "id-conflict"]);
  assertEquals(
    (await callA!("POST", "/v1/chains/hello", [{ id: "b1", args: { x: 1 } }, { id: "a1" }])).body.results,
    [
      { id: "b1", outcome: "conflict" },
      { id: "a1", outcome: "created" },
    ],
  );
  assertEquals((await callA!("POST", "/v1/chains/hello", { id: "a1" })).body.existing, true);
  const forged = await callA!("POST", "/v1/chains/hello", { labels: { tenant: "b" } });
  assertEquals([forged.status, forged.body.code], [403, "forbidden"]);
  const idsOf = async (call: typeof callA, query = "") =>
    (await call!("GET", `/v1/instances${query}`)).body.instances.map(({ id }: { id: string }) => id);
  assertEquals(await idsOf(callA), ["a1"]);
  assertEquals(await idsOf(callA, "?label=tenant=b"), []);
  assertEquals(await idsOf(callB), ["b1"]);
  assertEquals(await idsOf(callOps), ["a1", "o1", "b1"]);
  assertEquals((await callA!("POST", "/v1/instances/cancel", { ids: others })).body.reached, 0);
  assertEquals((await callA!("POST", "/v1/instances/cancel", { labels: { tenant: "b" } })).body.reached, 0);
  assertEquals((await callA!("POST", "/v1/instances/cancel?dryRun=true", { all: true })).body.some, ["a1"]);
  assertEquals((await callA!("POST", "/v1/instances/cancel", { all: true })).body.reached, 1);
  assertEquals((await callB!("GET", "/v1/instances/b1")).body.state, "queued");
  for (
    const [method, path] of [
      ["GET", "/v1/settings"],
      ["DELETE", "/v1/settings"],
      ["GET", "/v1/consumers"],
      ["GET", "/v1/live"],
      ["GET", "/v1/events"],
      ["GET", "/metrics"],
    ] as const
  ) {
    assertEquals([path, (await callA!(method, path)).status], [path, 403]);
  }
});

Deno.test("keys that are taken out of the file, or added, count within seconds; a broken file changes nothing", async () => {
  await using at = await deployed();
  const old = await newKey(at, "old");
  await using api = await serving(at, ["--keys", "keys.json"]);
  const status = async (key: string) => (await callerOf(api.url, key)("GET", "/v1/instances")).status;
  assertEquals(await status(old), 200);
  const added = await newKey(at, "added");
  while (await status(added) !== 200);
  await Deno.writeTextFile(`${at.cwd}/keys.json`, "{");
  while (!/The keys before are in force/.test(api.server.stderr)) assertEquals(await status(old), 200);
  await Deno.remove(`${at.cwd}/keys.json`);
  const other = await newKey(at, "other");
  while (await status(other) !== 200);
  assertEquals([await status(old), await status(added)], [401, 401]);
});
