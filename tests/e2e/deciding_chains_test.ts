/** Chains that decide by what their functions answer, over HTTP, with consumers that are killed in between. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { runs } from "../lanes.ts";
import { killAtAnyMoment } from "./kill.ts";
import { folder, freeAddress, ROOT, run, runJson, Running, type RunOptions } from "./sequoia.ts";

const QUEUE = ["--queue", "sqlite:queue.db?lease=200ms"];
const FILES = [`${ROOT}workloads/documents.ts`, "order.ts", `${ROOT}workloads/nightly.ts`];
/** The order without its limit of a minute: on a slow machine, killing the consumers takes longer. */
const ORDER = `import order from "${ROOT}workloads/order.ts";
export default { ...order, timeLimitMs: 3_600_000 };
`;

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly output: unknown;
  readonly reason?: string;
  readonly nodes: readonly { node: string; state: string; item?: number; output: unknown }[];
  readonly called?: readonly Shown[];
}

/** The submissions, and the result that each must have. */
const GIVEN: Readonly<Record<string, { readonly args: readonly string[]; readonly output?: unknown }>> = {
  "documents-12": {
    args: [FILES[0]!, "--arg", "documents=12"],
    output: {
      ...{ documents: 10, languages: { en: 6, de: 4 }, summarised: true, reviewed: true },
      ...{ summary: { documents: 5, words: 258 }, review: { broken: 2, queue: "people" } },
    },
  },
  "documents-1": {
    args: [FILES[0]!, "--arg", "documents=1"],
    output: {
      ...{ documents: 1, languages: { en: 1, de: 0 }, summarised: false, reviewed: false },
      ...{ summary: null, review: null },
    },
  },
  "order-good": {
    args: [FILES[1]!, "--arg", "card=4002", "--arg", "items=2"],
    output: { ship: { parcel: "order-good-s" } },
  },
  "order-declined": { args: [FILES[1]!, "--arg", "card=4000", "--arg", "items=2"] },
  "order-lost": { args: [FILES[1]!, "--arg", "card=4001", "--arg", "items=2"] },
  "nightly": {
    args: [FILES[2]!, "--chain", "nightly", "--arg", "rows=40"],
    output: { loaded: 3, failed: 0, rows: 111, amount: 825 },
  },
  "nightly-broken": {
    args: [FILES[2]!, "--chain", "nightly", "--arg", "rows=10", "--arg", 'tables=["a","broken"]'],
    output: { loaded: 1, failed: 1, rows: 9, amount: 77 },
  },
};

async function submitAll(at: RunOptions): Promise<void> {
  for (const [id, { args }] of Object.entries(GIVEN)) {
    const { code, stderr } = await run(["produce", ...args, "--id", id, ...QUEUE, "--out", "none"], at);
    assertEquals(code, 0, stderr);
  }
}

async function check(at: RunOptions): Promise<void> {
  const show = async (id: string) => await runJson(["queue", "show", id, ...QUEUE], at) as Shown;
  for (const [id, { output }] of Object.entries(GIVEN)) {
    if (output !== undefined) assertEquals([id, (await show(id)).output], [id, output]);
  }
  const undone = async (id: string) => {
    const { state, nodes } = await show(id);
    return [state, nodes.find(({ node }) => node === "undo")?.output];
  };
  const why = (fn: string, said: string) => `answered with status 500: function ${fn} failed: ${said}`;
  assertEquals(await undone("order-declined"), [
    "failed",
    { why: `node charge: ${why("charge", "the card 4000 was declined")}`, refunded: 0, released: 2 },
  ]);
  assertEquals(await undone("order-lost"), ["failed", {
    why: `node ship: ${why("ship", "no carrier takes it")}`,
    refunded: 25,
    released: 2,
  }]);
  const { called = [] } = await show("nightly");
  assertEquals(called.map(({ id, state }) => [id, state]), [
    ["nightly/table/0", "completed"],
    ["nightly/table/1", "completed"],
    ["nightly/table/2", "completed"],
  ]);
  assertEquals(called.flatMap(({ called }) => called ?? []).length, 6, "each table has two parts");
  const status = await runJson(["queue", "status", ...QUEUE], at) as Record<string, number>;
  assertEquals([status.queued, status.running, status.failed], [0, 0, 3], "the broken table has failed, too");
}

Deno.test("chains that decide answer what their functions make of it", async () => {
  await using at = await folder({ "order.ts": ORDER });
  const address = freeAddress();
  await using functions = new Running(["functions", ...FILES, "--listen", address], at);
  await functions.says(/listen|http/i);
  await submitAll(at);
  const consume = ["consume", ...QUEUE, "--local", address, "--out", "none"];
  const { code, stderr } = await run([...consume, "--until-empty"], at);
  assertEquals(code, 0, stderr);
  await check(at);
});

const KILLS = runs(20);
/** More of the same, so that the consumers are killed in the middle of it. */
const COPIES = 40;

Deno.test(`chains that decide answer the same though ${KILLS} consumers of theirs are killed`, async () => {
  await using at = await folder({ "order.ts": ORDER });
  const address = freeAddress();
  await using functions = new Running(["functions", ...FILES, "--listen", address], at);
  await functions.says(/listen|http/i);
  await submitAll(at);
  for (const [file, ...args] of [[FILES[0]!, "documents=12"], [FILES[2]!, "rows=40", "--chain", "nightly"]]) {
    const load = ["--burst", String(COPIES), "--label", "copy=yes", "--arg", ...args];
    assertEquals((await run(["produce", file!, ...load, ...QUEUE, "--out", "none"], at)).code, 0);
  }
  const consume = ["consume", ...QUEUE, "--local", address, "--out", "none", "--limit", "4"];
  const random = seededRandom("deciding");
  let inTheMiddle = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await killAtAnyMoment(consume, at, random, 60);
    const { queued = 0, running = 0 } = await runJson(["queue", "status", ...QUEUE], at) as Record<
      string,
      number
    >;
    if (queued + running > 0) inTheMiddle++;
  }
  assert(inTheMiddle > KILLS / 2, `only ${inTheMiddle} were killed in the middle of something`);
  const { code, stderr } = await run([...consume, "--until-empty"], at);
  assertEquals(code, 0, stderr);
  await check(at);
  const copies = ["--label", "copy=yes", "--count", String(20 * COPIES)];
  const { stdout } = await run(["queue", "list", ...copies, ...QUEUE, "--json"], at);
  const shown = stdout.trim().split("\n").map((line) => JSON.parse(line) as Shown & { chain: string });
  for (const [chain, of] of [["documents", "documents-12"], ["nightly", "nightly"]] as const) {
    const outputs = shown.filter((each) => each.chain === chain).map(({ output }) => output);
    assertEquals(outputs, new Array(COPIES).fill(GIVEN[of]!.output));
  }
});
