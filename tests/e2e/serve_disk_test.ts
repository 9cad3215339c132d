/** A server whose disk is full. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { deployed, serving } from "./api.ts";
import { fileLimit, liftFileLimit } from "./file_limit.ts";
import { run } from "./sequoia.ts";

/** Args that are large enough to fill the file soon. */
const ARGS = { x: "y".repeat(20_000) };

Deno.test("a server whose disk is full says so, keeps what it acknowledged, goes on showing, and takes more when there is room", async () => {
  await using at = await deployed();
  const { size } = await Deno.stat(`${at.cwd}/.sequoia/queue.db`);
  await using api = await serving({ ...at, before: fileLimit(size + 600_000) });
  const { call, server } = api;
  const acknowledged: string[] = [], refused: string[][] = [];
  /** Submits one instance, or two at a time. */
  const submit = async (ids: readonly string[]) => {
    const body = ids.map((id) => ({ id, args: ARGS }));
    return await call("POST", "/v1/chains/hello", body.length === 1 ? body[0] : body);
  };
  for (let i = 0; refused.length < 20; i++) {
    assert(i < 1000, "the file is never full");
    const ids = i % 3 === 0 ? [`i${i}`, `also${i}`] : [`i${i}`];
    const { status, body, headers } = await submit(ids);
    if (status === 201) {
      acknowledged.push(...ids);
      continue;
    }
    refused.push(ids);
    assertEquals([status, body.code, headers.get("retry-after")], [503, "failed", "5"]);
    assertMatch(
      body.detail,
      /^Cannot write to the queue \S+: the disk (is full|cannot be read or written)\. /,
    );
  }
  assert(acknowledged.length > 0);
  assertEquals((await call("POST", `/v1/instances/${acknowledged[0]}/cancel?dryRun=true`)).body.reached, 1);
  for (const path of ["/readyz", "/v1/live", "/metrics", `/v1/instances/${acknowledged.at(-1)}`]) {
    assertEquals([path, (await call("GET", path)).status], [path, 200]);
  }
  for (const [id] of refused) assertEquals((await call("GET", `/v1/instances/${id}`)).status, 404);
  assertEquals(
    server.stderr.match(/^warn: Cannot write to the queue .*the disk/gm)?.length,
    1,
    server.stderr,
  );

  await liftFileLimit(server);
  for (const ids of refused) assertEquals((await submit(ids)).status, 201);
  const all = [...acknowledged, ...refused.flat()];
  const { code, stderr } = await run(["consume", "--until-empty", "--out", "none"], at);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, new RegExp(`^Completed ${all.length}, failed 0`, "m"));
  for (const id of all) assertEquals((await call("GET", `/v1/instances/${id}`)).body.state, "completed", id);
});
