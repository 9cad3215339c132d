import { assertEquals } from "@std/assert";
import { LiveQueue, lookAt } from "../live/mod.ts";
import { asWorkload, chain, fn, instanceMaker, NULL, realClock, seededRandom } from "../model/mod.ts";
import { memoryQueue, type Pages } from "../queue/mod.ts";
import { deployWorkload } from "../steer/mod.ts";
import { makeApp } from "./app.ts";
import { hashOf, KeySet } from "./keys.ts";
import { MOST_CONNECTIONS } from "./server.ts";

const never = new AbortController().signal;

/** An app with a chain that tells its ends by a callback, and calls of it by a key: of a tenant, or of nobody. */
async function world({ page, nowMs = realClock.nowMs }: { page?: Pages["page"]; nowMs?: () => number } = {}) {
  const queue = memoryQueue({ clock: realClock });
  if (page !== undefined) queue.page = page;
  const hello = chain("hello", ({ call }) => void call(fn("greet")));
  const callback = { url: "https://hooks.example/T0K3N" };
  await deployWorkload(queue, asWorkload({ chains: [{ chain: hello, callback, priority: 3 }] }), 1);
  const draining = new AbortController();
  const live = new LiveQueue({ clock: realClock, look: () => lookAt(queue, realClock), version: "1" });
  const scopes = ["read", "submit"] as const;
  const set = new KeySet([
    { name: "ops", sha256: hashOf("ops"), scopes },
    { name: "acme", sha256: hashOf("acme"), scopes, label: "tenant=acme" },
    { name: "acme-2", sha256: hashOf("acme-2"), scopes, label: "tenant=acme" },
    { name: "steer", sha256: hashOf("steer"), scopes: ["steer"] },
    { name: "steer-acme", sha256: hashOf("steer-acme"), scopes: ["steer"], label: "tenant=acme" },
    { name: "bolt", sha256: hashOf("bolt"), scopes, label: "tenant=bolt" },
  ]);
  const app = makeApp({
    ...{
      queue,
      live,
      clock: { ...realClock, nowMs },
      random: seededRandom(1),
      version: "1",
      hostname: "127.0.0.1",
    },
    keys: { callerOf: (key) => Promise.resolve(set.find(key)) },
    draining: draining.signal,
    onError: (error) => {
      throw error;
    },
  });
  return {
    queue,
    /** Answers all who wait. */
    drain: () => draining.abort(),
    /** Asks for something, and gives the status when the answer begins. */
    async statusOf(path: string, key = "ops") {
      const headers = { authorization: `Bearer ${key}` };
      const caller = await app.callerOf(headers.authorization);
      const response = await app.fetch(new Request(`http://127.0.0.1${path}`, { headers }), caller);
      void response.body?.cancel();
      return response.status;
    },
    async call(key: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await app.fetch(
        new Request(`http://127.0.0.1${path}`, {
          method: body === undefined ? "GET" : "POST",
          headers: {
            authorization: `Bearer ${key}`,
            ...body !== undefined && { "content-type": "application/json" },
            ...headers,
          },
          ...body !== undefined && { body: JSON.stringify(body) },
        }),
        await app.callerOf(`Bearer ${key}`),
      );
      return { status: response.status, body: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      live[Symbol.dispose]();
      await queue[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a tenant does not learn where the ends of a chain are told", async () => {
  await using at = await world();
  const defaultsOf = async (key: string) => {
    const [one, all] = [await at.call(key, "/v1/chains/hello"), await at.call(key, "/v1/chains")];
    assertEquals(all.body.chains[0], one.body);
    return one.body.defaults;
  };
  assertEquals(await defaultsOf("ops"), { priority: 3, callback: { url: "https://hooks.example/T0K3N" } });
  assertEquals(await defaultsOf("acme"), { priority: 3 });
});

Deno.test("callbacks that were given up are retried by who may steer, a tenant's own, with a dry run before", async () => {
  await using at = await world();
  const { queue } = at;
  const chainOf = asWorkload(chain("told", ({ call }) => void call(fn("greet")))).chains[0]!;
  const callback = { url: "https://hooks.example/" }, make = instanceMaker(seededRandom("told"));
  const told = ["acme", "acme", "bolt"].map((tenant, i) =>
    make({ ...chainOf, labels: { tenant }, callback }, realClock.wallMs(), { id: `${tenant}-${i}` })
  );
  await queue.push(told);
  await queue.pull(3, never);
  const endedAtMs = realClock.wallMs();
  await queue.finish(told.map(({ id }) => ({
    ...{ instanceId: id, outcome: "completed" as const, records: [], endedAtMs, output: NULL },
  })));
  const taken = await queue.pullCallbacks({ max: 3, of: () => 3 }, never);
  await queue.settleCallbacks(
    taken.map(({ id }) => ({ id, state: "given-up", attempts: 1, atMs: endedAtMs })),
  );
  const retry = async (key: string, body: object, query = "") => {
    const { status, body: answer } = await at.call(key, `/v1/callbacks/retry${query}`, body);
    return [status, answer.reached ?? answer.code];
  };
  assertEquals(await retry("acme", { all: true }), [403, "forbidden"]);
  assertEquals(await retry("steer", {}), [400, "invalid-request"]);
  assertEquals(await retry("steer-acme", { ids: ["bolt-2", "acme-0"] }, "?dryRun=true"), [200, 1]);
  assertEquals(await retry("steer-acme", { labels: { tenant: "bolt" } }), [200, 0]);
  assertEquals((await queue.callbackCounts()).givenUp, 3, "nothing is done");
  assertEquals(await retry("steer-acme", { ids: ["bolt-2", "acme-0"] }), [200, 1]);
  assertEquals(await retry("steer-acme", { all: true }), [200, 1]);
  assertEquals(await retry("steer", { ids: [taken.find(({ end }) => end.instance === "bolt-2")!.id] }), [
    200,
    1,
  ]);
  assertEquals(await queue.callbackCounts(), { waiting: 3, givenUp: 0 });
});

Deno.test("an id that no path can name is refused, however it is given", async () => {
  await using at = await world();
  for (const id of [".", ".."]) {
    assertEquals((await at.call("ops", "/v1/chains/hello", { id })).status, 400);
    assertEquals((await at.call("ops", "/v1/chains/hello", [{ id: "a" }, { id }])).status, 400);
    assertEquals((await at.call("ops", "/v1/chains/hello", {}, { "idempotency-key": id })).status, 422);
  }
  assertEquals((await at.call("ops", "/v1/chains/hello", { id: "..." })).status, 201);
});

Deno.test("a weight that makes the service of a chain infinite is refused", async () => {
  await using at = await world();
  const statusOf = async (weight: number) =>
    (await at.call("ops", "/v1/chains/hello", { id: `w${weight}`, weight })).status;
  assertEquals([await statusOf(5e-324), await statusOf(1e-9), await statusOf(1e9)], [400, 201, 201]);
});

Deno.test("a media type that cannot be used is told by one code", async () => {
  await using at = await world();
  for (const type of ["text/plain", "application/json;", "application/json ; x"]) {
    const { status, body } = await at.call("ops", "/v1/chains/hello", {}, { "content-type": type });
    assertEquals([status, body.code], [415, "bad-media-type"]);
  }
});

Deno.test("callers that wait leave room to others: a tenant to other tenants, and all of them connections", async () => {
  await using at = await world();
  await at.call("acme", "/v1/chains/hello", { id: "x" });
  await at.call("bolt", "/v1/chains/hello", { id: "y" });
  const refused: Record<string, number> = {}, waiting: Promise<void>[] = [];
  const wait = (key: string, id: string) => {
    for (let i = 0; i < MOST_CONNECTIONS; i++) {
      const one = async () => {
        if (await at.statusOf(`/v1/instances/${id}?wait=60s`, key) === 503) {
          refused[key] = (refused[key] ?? 0) + 1;
        }
      };
      waiting.push(one());
    }
    return at.statusOf(`/v1/instances/${id}`, key); // what came before it waits
  };
  assertEquals(await wait("acme", "x"), 200);
  assertEquals(await wait("acme-2", "x"), 200);
  assertEquals(await wait("bolt", "y"), 200);
  assertEquals(await wait("ops", "x"), 200);
  at.drain();
  await Promise.all(waiting);
  const served = Object.entries(refused).map(([key, count]) => [key, MOST_CONNECTIONS - count]);
  assertEquals(Object.fromEntries(served), { acme: 350, "acme-2": 0, bolt: 175, ops: 87 });
});

Deno.test("a page of a list looks on where few instances are meant, but in bounded time", async () => {
  let nowMs = 0, tookMs = 0, looks = 0;
  await using at = await world({
    nowMs: () => nowMs,
    page: () => {
      looks++;
      nowMs += tookMs;
      return Promise.resolve({ lines: [], next: String(looks) });
    },
  });
  const looksOf = async (ms: number) => {
    [tookMs, looks] = [ms, 0];
    assertEquals((await at.call("ops", "/v1/instances")).body, { instances: [], next: String(looks) });
    return looks;
  };
  assertEquals([await looksOf(1), await looksOf(11), await looksOf(500)], [4, 2, 1]);
});
