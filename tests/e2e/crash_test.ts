/** A consumer that is killed at any moment loses nothing, and repeats nothing but what was in flight. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { runs } from "../lanes.ts";
import { killAtAnyMoment } from "./kill.ts";
import { folder, run, runJson } from "./sequoia.ts";

const ROUNDS = runs(100);
const INSTANCES = 30 * ROUNDS;

interface Seen {
  /** The answers of the function to each idempotency key, by attempt received. */
  readonly answers: Map<string, number[]>;
  /** Keys that were received although a predecessor had never been answered. */
  readonly early: string[];
  /** Keys whose inputs were not what the predecessors had answered last. */
  readonly wrongInputs: string[];
}

/** Functions that answer a number of their own to each call and note what they were asked. */
function functions(seen: Seen): Deno.HttpServer<Deno.NetAddr> {
  let calls = 0;
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { instance, inputs } = await request.json() as { instance: string; inputs: Record<string, number> };
    const key = request.headers.get("idempotency-key")!;
    for (const [name, value] of Object.entries(inputs)) {
      const answered = seen.answers.get(`${instance}/${name}`);
      if (answered === undefined) seen.early.push(key);
      else if (!answered.includes(value)) seen.wrongInputs.push(key);
    }
    const answer = ++calls;
    seen.answers.set(key, [...seen.answers.get(key) ?? [], answer]);
    return Response.json(answer);
  });
}

const workload = (url: string) =>
  `import { chain, fn } from "sequoia";
const f = fn("f", { url: "${url}" });
export default chain("diamond", ({ call }) => {
  const start = call(f, { name: "start" });
  const sides = ["left", "right"].map((name) => call(f, { name, after: start }));
  call(f, { name: "end", after: sides });
});`;

Deno.test(`${ROUNDS} kills of a consumer lose nothing`, async () => {
  const seen: Seen = { answers: new Map(), early: [], wrongInputs: [] };
  const server = functions(seen);
  await using at = await folder({ "diamond.ts": workload(`http://127.0.0.1:${server.addr.port}/`) });
  const queue = ["--queue", "sqlite:queue.db?lease=200ms"];
  const random = seededRandom("crash");
  const consume = ["consume", ...queue, "--limit", "16", "--out", "none"];
  let rest = INSTANCES;
  for (let round = 0; round < ROUNDS; round++) {
    const some = Math.ceil(rest / (ROUNDS - round));
    rest -= some;
    await run(["produce", "diamond.ts", "--burst", String(some), ...queue], at);
    await killAtAnyMoment(consume, at, random, 150);
  }
  const { code, stderr } = await run([...consume, "--until-empty"], at);
  assertEquals(code, 0, stderr);
  const depth = await runJson(["queue", "status", ...queue], at) as Record<string, number>;
  assertEquals([depth.queued, depth.running, depth.completed, depth.failed], [0, 0, INSTANCES, 0]);
  assertEquals(seen.early, [], "no successor started before its predecessor was answered");
  assertEquals(seen.wrongInputs, [], "outputs are passed on as they were answered");
  assertEquals(
    seen.answers.size,
    INSTANCES * 4,
    "every node of every instance was called, under its own key",
  );
  const repeated = [...seen.answers.values()].reduce((sum, answers) => sum + answers.length - 1, 0);
  assert(repeated <= ROUNDS * 16, `${repeated} calls were repeated; at most what was in flight may be`);
  await checkRecorded(at.cwd, seen);
  await server.shutdown();
});

/** Checks that the queue recorded the answers of the functions, and that inputs came from the recorded outputs. */
async function checkRecorded(cwd: string, { answers }: Seen): Promise<void> {
  const { stdout } = await run(
    ["queue", "list", "--json", "--count", String(INSTANCES), "--queue", "sqlite:queue.db"],
    { cwd },
  );
  const views = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(views.length, INSTANCES);
  for (
    const { id, nodes } of views as { id: string; nodes: { node: string; state: string; output: number }[] }[]
  ) {
    assertEquals(nodes.map(({ node }) => node).sort(), ["end", "left", "right", "start"]);
    for (const { node, output } of nodes) assert(answers.get(`${id}/${node}`)!.includes(output));
  }
}
