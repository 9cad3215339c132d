/** Rows that were edited by hand, or damaged: they are set aside with the reason, and all others go on. */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import fc from "fast-check";
import { type Instance, writeJson } from "../../lib/model/mod.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { pullAll } from "./contract_case.ts";
import { openSqlite, type SqliteHarness } from "./harness.ts";
import { ids, instances, itemRecord, line, record } from "./samples.ts";

const COUNT = 4;

/** A place in the file, and a statement that puts a value there for the instance with a seq. */
const PLACES = {
  labels: "UPDATE instances SET labels = ? WHERE seq = ?",
  args: "UPDATE instances SET args = ? WHERE seq = ?",
  parent: "UPDATE instances SET parent = ? WHERE seq = ?",
  generations: "UPDATE instances SET generations = ? WHERE seq = ?",
  retries: "UPDATE instances SET retried_at_ms = ? WHERE seq = ?",
  state: "UPDATE records SET state = ? WHERE key = ? * 65536",
  record: "UPDATE records SET output = ? WHERE key = ? * 65536",
  item: "UPDATE items SET output = ? WHERE record = ? * 65536 + 1",
  chain: "UPDATE chains SET definition = ? WHERE key = (SELECT chain FROM instances WHERE seq = ?)",
} as const;

type Place = keyof typeof PLACES;

/** Texts that are no JSON: cut short, of no kind, and bytes that are no text. */
const broken = fc.oneof(
  fc.tuple(fc.json(), fc.nat()).map(([json, at]) => `[${json.slice(0, at % (json.length + 1))}`),
  fc.string().map((text) => `{"${text}`),
  fc.constantFrom("", "{", "undefined", "NaN", "'a'", "\u0000", '{"a":1,}', "{}{}"),
);
/** JSON that is not of the shape that these places need; what functions answer may be any JSON. */
const misshapen = fc.constantFrom("1", "[[]]", '"text"', '{"a":{}}', "true");

/** A long text, cut short. */
const long = fc.integer({ min: 17_000, max: 19_999 }).map((length) =>
  writeJson({ text: "x".repeat(20_000) }).slice(0, length)
);

const damage = fc.oneof(
  fc.tuple(fc.constantFrom<Place[]>("args", "record", "item"), long),
  fc.tuple(fc.constantFrom(...Object.keys(PLACES) as Place[]), broken),
  fc.tuple(fc.constantFrom<Place[]>("labels", "parent", "generations", "retries", "chain"), misshapen),
).map(([place, text]): [Place, string] => [place, text]);

function edit({ path }: SqliteHarness, sql: string, ...values: SQLInputValue[]): void {
  const db = new DatabaseSync(path);
  db.prepare(sql).run(...values);
  db.close();
}

/** Instances that each have all fields that there are; only the first is of the chain `own`. */
function all(): Instance[] {
  const own = { ...line, name: "own" };
  return instances(COUNT, { chain: line, labels: { tenant: "acme" } }, "unreadable").map((instance, i) => ({
    ...instance,
    chain: i === 0 ? own : line,
    args: writeJson({ number: i }),
  }));
}

Deno.test("sqlite queue: one row that cannot be read is shown and set aside with the reason, whatever is wrong with it, and the others go on", async () => {
  const property = fc.asyncProperty(damage, async ([place, text]) => {
    await using harness = await openSqlite();
    const before = await harness.connect();
    const batch = all();
    await before.push(batch);
    await pullAll(harness, before, COUNT);
    await before.checkpoint(batch.map(({ id }) => ({
      instanceId: id,
      records: [record(0, "made"), itemRecord(1, 0, "item")],
    })));
    await harness.wait(before[Symbol.asyncDispose]());
    edit(harness, PLACES[place], text, 1);

    const queue = await harness.connect();
    const [bad, ...good] = batch as [Instance, ...Instance[]];
    const views = await Array.fromAsync(queue.list({}));
    assertEquals(ids(views), ids(batch));
    assertEquals(views.map(({ unreadable }) => typeof unreadable), [
      "string",
      ...good.map(() => "undefined"),
    ]);
    assertEquals(ids(await Array.fromAsync(queue.list({ labels: { tenant: "acme" } }))).slice(-3), ids(good));

    assertEquals(ids(await pullAll(harness, queue, good.length)), ids(good));
    const view = await queue.get(bad.id);
    assertEquals(view?.state, "failed");
    assertMatch(view!.reason!, /^Cannot read what was stored: \S/);
    assertEquals(await queue.request({ kind: "retry", filter: { ids: [bad.id] } }), 1);
    if (["generations", "retries", "state"].includes(place)) return; // a retry has repaired these
    const stop = new AbortController();
    const pulled = queue.pull(1, stop.signal);
    await harness.clock.pass(100);
    stop.abort();
    assertEquals(await harness.wait(pulled), [], "it is set aside again");
    assertEquals((await queue.depth()).failed, 1);
    assertEquals(await queue.request({ kind: "purge", filter: { states: ["failed"] } }), 1);
  });
  await fc.assert(property, { numRuns: 40 });
});

Deno.test("sqlite queue: what an unreadable instance has called ends with it", async () => {
  await using harness = await openSqlite();
  const queue = await harness.connect();
  const [root] = instances(1, line, "root") as [Instance];
  const child: Instance = { ...root, id: `${root.id}/first`, parent: { instance: root.id, node: "first" } };
  await queue.push([root]);
  await pullAll(harness, queue, 1);
  await queue.push([child]);
  await queue.release([{ instanceId: root.id }]);
  edit(harness, "UPDATE instances SET labels = '{' WHERE id = ?", child.id);
  const stop = new AbortController();
  const pulled = queue.pull(1, stop.signal);
  await harness.clock.pass(100);
  stop.abort();
  assertEquals(await harness.wait(pulled), []);
  const { queued, running, failed, cancelled } = await queue.depth();
  assertEquals([queued, running, failed, cancelled], [0, 0, 1, 1]);
});

Deno.test("sqlite queue: times that are none are shown as unreadable", async () => {
  await using harness = await openSqlite();
  const queue = await harness.connect();
  const [instance] = instances(1) as [Instance];
  await queue.push([instance]);
  edit(harness, "UPDATE instances SET submitted_at_ms = 9e999");
  const view = await queue.get(instance.id);
  assertEquals([view?.instance.submittedAtMs, view?.unreadable], [0, "submitted_at_ms is no time"]);
});

Deno.test("sqlite queue: commands and settings that cannot be read ask for nothing", async () => {
  await using harness = await openSqlite();
  const queue = await harness.connect();
  const stop = new AbortController();
  const orders = Array.fromAsync(queue.commands(stop.signal));
  await queue.request({ kind: "pause", pause: { chain: "line" } });
  await queue.request({ kind: "policy", policy: { id: "1", name: "fcfs" } });
  edit(harness, "UPDATE pauses SET pause = '{'");
  edit(harness, "UPDATE settings SET value = '{'");
  edit(harness, "INSERT INTO commands (command) VALUES ('{')");
  await queue.request({ kind: "limit", limit: 7 });
  await harness.clock.pass(1000);
  stop.abort();
  const heard = (await harness.wait(orders)).filter(({ kind }) => kind === "settings");
  assertEquals(heard.at(-1), { kind: "settings", settings: { revision: 1, limit: 7, pauses: [] } });
});
