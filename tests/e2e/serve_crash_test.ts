/** Servers that are killed, that end, and several of them on one queue. */
import { assertEquals } from "@std/assert";
import { run, runJson } from "./sequoia.ts";
import { deployed, serving, submitUntilKilled, WORKLOAD } from "./api.ts";
import { runs } from "../lanes.ts";

for (let round = 0; round < runs(4); round++) {
  Deno.test(`a submission that was acknowledged survives a SIGKILL of the server (${round + 1})`, async () => {
    await using at = await deployed();
    await using api = await serving(at);
    const { acknowledged: ids, sent } = await submitUntilKilled(api, 200 * (round + 1));
    await using other = await serving(at);
    for (let i = 0; i < ids.length; i += 500) {
      const again = ids.slice(i, i + 500).map((id) => ({ id }));
      assertEquals((await other.call("POST", "/v1/chains/hello", again)).body.created, 0);
    }
    const { queued } = await runJson(["queue", "status"], at) as { queued: number };
    assertEquals(queued >= ids.length && queued <= sent, true, `${ids.length} ${queued} ${sent}`);
  });
}

Deno.test("a server that ends answers those who wait with what there is, and takes no more", async () => {
  await using at = await deployed();
  await using api = await serving(at);
  await api.call("POST", "/v1/chains/hello", { id: "one" });
  const waiting = Array.from({ length: 20 }, () => api.call("GET", "/v1/instances/one?wait=60s"));
  await until(async () => (await api.call("GET", "/readyz")).status === 200);
  api.server.signal("SIGTERM");
  for (const { status, body } of await Promise.all(waiting)) {
    assertEquals([status, body.state], [200, "queued"]);
  }
  const { code, stderr } = await api.server.endsWithin(20_000);
  assertEquals(code, 0, stderr);
});

Deno.test("several servers answer for one queue: what one takes, the others show", async () => {
  await using at = await deployed();
  await using one = await serving(at);
  await using two = await serving(at);
  const ids = Array.from({ length: 60 }, (_, i) => `i${i}`);
  const both = await Promise.all(
    ids.flatMap((id) => [one, two].map(({ call }) => call("POST", "/v1/chains/hello", { id, args: { id } }))),
  );
  assertEquals(both.filter(({ status }) => status === 201).length, 60);
  assertEquals(both.filter(({ status, body }) => status === 200 && body.existing).length, 60);
  const waits = ids.map((id, i) => (i % 2 === 0 ? one : two).call("GET", `/v1/instances/${id}?wait=60s`));
  const { code, stderr } = await run(["consume", "--until-empty", "--out", "none"], at);
  assertEquals(code, 0, stderr);
  for (const { body } of await Promise.all(waits)) assertEquals(body.state, "completed");
});

Deno.test("chains that are deployed while a server runs are known to it at once, by their newest version", async () => {
  await using at = await deployed();
  await using api = await serving(at);
  assertEquals((await api.call("POST", "/v1/chains/later", {})).body.code, "unknown-chain");
  const version = async () => (await api.call("GET", "/v1/chains/hello")).body.version;
  const before = await version();
  await Deno.writeTextFile(
    `${at.cwd}/w2.ts`,
    WORKLOAD.replace('"pair"', '"later"').replace("priority: 3", "priority: 4"),
  );
  await run(["deploy", "w2.ts"], at);
  assertEquals((await api.call("POST", "/v1/chains/later", {})).status, 201);
  assertEquals(await version() === before, false);
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo());
}
