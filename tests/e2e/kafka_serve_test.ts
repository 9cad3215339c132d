/** `sequoia serve` over a real broker: everything that it does on SQLite, with several servers and consumers. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { kafkaTests } from "../kafka/broker.ts";
import { sharedBroker } from "../kafka/shared.ts";
import { runs } from "../lanes.ts";
import { deploy, serving, submitUntilKilled, WORKLOAD } from "./api.ts";
import { kafkaFolder } from "./kafka.ts";
import { run, Running, type RunOptions } from "./sequoia.ts";

const BROKEN = `
import { chain, fn } from "sequoia";
export default chain("broken", ({ call }) => call(fn("gone", { url: "http://127.0.0.1:9/", attempts: 1 })));`;

const FILES = { "w.ts": WORKLOAD, "broken.ts": BROKEN };

const consumer = (at: RunOptions) => new Running(["consume", "--out", "none"], at);

/** The data of the next event of a stream that is as wanted. */
async function eventOf(url: string, isSo: (view: Record<string, unknown>) => boolean): Promise<unknown> {
  const response = await fetch(`${url}/v1/events`);
  let text = "";
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (text + part).split("\n\n");
    text = events.pop()!;
    for (const event of events) {
      const data = /^event: live\ndata: (.*)$/.exec(event)?.[1];
      if (data !== undefined && isSo(JSON.parse(data))) return JSON.parse(data);
    }
  }
  throw new Error(`the stream ended before an event was as wanted`);
}

kafkaTests("kafka: serve", () => {
  const shared = sharedBroker();

  Deno.test("kafka: two servers take, show and steer what two consumers run", async () => {
    await using at = await kafkaFolder(shared.broker, FILES);
    await deploy("w.ts", at, ["--partitions", "4"]);
    await deploy("broken.ts", at);
    await using one = await serving(at);
    await using two = await serving(at);
    assertEquals(
      (await two.call("GET", "/v1/chains")).body.chains.map(({ name }: { name: string }) => name).sort(),
      ["broken", "hello", "pair"],
    );

    const single = await one.call("POST", "/v1/chains/pair", { id: "one", labels: { tenant: "acme" } });
    assertEquals([single.status, single.body], [201, { id: "one", chain: "pair", existing: false }]);
    const many = Array.from(
      { length: 1000 },
      (_, i) => ({ id: `m${i}`, args: { i }, labels: { tenant: i % 10 === 0 ? "acme" : "bolt" } }),
    );
    const batch = await two.call("POST", "/v1/chains/hello", many);
    assertEquals([batch.status, batch.body.created], [201, 1000]);
    assertEquals((await one.call("GET", "/v1/instances/m999")).body.state, "queued");

    const cancelled = { labels: { tenant: "acme" }, chain: "hello" };
    assertEquals((await one.call("POST", "/v1/instances/cancel?dryRun=true", cancelled)).body.reached, 100);
    assertEquals((await one.call("POST", "/v1/instances/cancel", cancelled)).body.reached, 100);

    const waits = [one, two, one].map(({ call }, i) => call("GET", `/v1/instances/m${i + 1}?wait=60s`));
    await using first = consumer(at);
    await using second = consumer(at);
    for (const { status, body } of await Promise.all(waits)) {
      assertEquals([status, body.state], [200, "completed"]);
    }
    const view = await eventOf(
      one.url,
      ({ consumers, depth }) =>
        (consumers as unknown[]).length === 2 && (depth as { completed: number }).completed === 901,
    ) as { depth: Record<string, number> };
    assertEquals([view.depth.queued, view.depth.running, view.depth.cancelled], [0, 0, 100]);

    const seen: string[] = [];
    for (let cursor = "";;) { // pages of one server, then of the other
      const { call } = seen.length % 2 === 0 ? one : two;
      const { body } = await call(
        "GET",
        `/v1/instances?state=completed&chain=hello&label=tenant=bolt&limit=83${cursor}`,
      );
      seen.push(...body.instances.map(({ id }: { id: string }) => id));
      if (body.next === undefined) break;
      cursor = `&cursor=${body.next}`;
    }
    assertEquals(
      seen.toSorted(),
      many.filter(({ labels }) => labels.tenant === "bolt").map(({ id }) => id).sort(),
    );
    assertEquals((await two.call("GET", "/v1/instances?cursor=1.2")).body.code, "bad-cursor");

    const failed = await one.call("POST", "/v1/chains/broken?wait=60s", { id: "bad" });
    assertEquals([failed.status, failed.body.instance.state], [201, "failed"]);
    const { groups } = (await two.call("GET", "/v1/failures")).body;
    assertEquals(groups.map(({ chain, count }: { chain: string; count: number }) => [chain, count]), [[
      "broken",
      1,
    ]]);
    assertEquals((await two.call("POST", "/v1/instances/bad/retry")).body, { reached: 1, dryRun: false });
    assertEquals((await one.call("GET", "/v1/instances/bad?wait=60s")).body.state, "failed");

    const policy = await one.call("PUT", "/v1/settings/policy", { name: "fair-share" });
    assertEquals([policy.status, policy.body.consumers, policy.body.unanswered], [200, 2, []]);
    assertEquals(
      (await two.call("PUT", "/v1/settings/limits", { limit: 6, fixed: true })).body.settings.limit,
      6,
    );
    const paused = await two.call("POST", "/v1/settings/pauses", { chain: "hello" });
    assertEquals([paused.body.consumers, paused.body.settings.pauses], [2, [{ chain: "hello" }]]);
    await one.call("POST", "/v1/chains/hello", { id: "held" });
    assertEquals((await one.call("POST", "/v1/chains/pair?wait=60s", {})).body.instance.state, "completed");
    assert(!["completed", "failed"].includes((await two.call("GET", "/v1/instances/held")).body.state));
    assertEquals((await one.call("DELETE", "/v1/settings/pauses?chain=hello")).body.settings.pauses, []);
    assertEquals((await two.call("GET", "/v1/instances/held?wait=60s")).body.state, "completed");
    const shown = await one.call("GET", "/v1/consumers");
    assertEquals(
      shown.body.consumers.map(({ policy }: { policy: string }) => policy),
      ["fair-share", "fair-share"],
    );

    const delayed = await two.call("POST", "/v1/chains/hello", { id: "later", delay: "1h" });
    assertEquals(delayed.status, 201);
    assertEquals((await one.call("GET", "/v1/instances/later")).body.state, "delayed");
    assertEquals((await one.call("POST", "/v1/instances/later/cancel")).body.reached, 1);
    assertEquals((await two.call("GET", "/v1/instances/later?wait=60s")).body.state, "cancelled");

    for (const { url, call } of [one, two]) {
      const view = await eventOf(url, ({ depth }) => (depth as { cancelled: number }).cancelled === 101);
      assertEquals((view as { depth: unknown }).depth, {
        delayed: 0,
        queued: 0,
        running: 0,
        completed: 903,
        failed: 1,
        cancelled: 101,
      });
      assertMatch(
        (await call("GET", "/metrics")).body,
        /^sequoia_queue_instances\{state="completed"\} 903$/m,
      );
      assertStringIncludes(await (await fetch(url)).text(), "<title>");
      assertEquals((await call("GET", "/readyz")).status, 200);
    }
    for (const process of [first, second, one.server, two.server]) {
      process.signal("SIGTERM");
      const { code, stderr } = await process.endsWithin(60_000);
      assertEquals(code, 0, stderr);
    }
  });

  for (let round = 0; round < runs(3); round++) {
    Deno.test(`kafka: what was acknowledged before a SIGKILL of the server runs once (${round + 1})`, async () => {
      await using at = await kafkaFolder(shared.broker, FILES);
      await deploy("w.ts", at, ["--partitions", "4"]);
      await using api = await serving(at);
      const { acknowledged } = await submitUntilKilled(api, 200 * (round + 1));
      await using other = await serving(at);
      await using _one = consumer(at);
      await using _two = consumer(at);
      for (const id of acknowledged) {
        const { body } = await other.call("GET", `/v1/instances/${id}?wait=60s`);
        assertEquals(body.state, "completed", id);
      }
    });
  }

  Deno.test("kafka: a server that ends answers those who wait", async () => {
    await using at = await kafkaFolder(shared.broker, FILES);
    await deploy("w.ts", at);
    await using api = await serving(at);
    await api.call("POST", "/v1/chains/hello", { id: "one" });
    const waiting = Array.from({ length: 20 }, () => api.call("GET", "/v1/instances/one?wait=60s"));
    await api.call("GET", "/readyz");
    api.server.signal("SIGTERM");
    for (const { status, body } of await Promise.all(waiting)) {
      assertEquals([status, body.state], [200, "queued"]);
    }
    const { code, stderr } = await api.server.endsWithin(60_000);
    assertEquals(code, 0, stderr);
    assertEquals((await run(["queue", "status"], at)).code, 0);
  });
});
