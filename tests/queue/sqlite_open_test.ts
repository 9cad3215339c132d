import { DatabaseSync } from "node:sqlite";
import { QueueError, type QueueErrorCode } from "../../lib/queue/mod.ts";
import { openSqliteQueue } from "../../lib/queue/sqlite/mod.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { instances, itemRecord, line, record, single } from "./samples.ts";
import { TestClock } from "./test_clock.ts";
import { writeJson } from "../../lib/model/mod.ts";

/** Runs a test in a folder of its own. */
function test(name: string, run: (folder: string, clock: TestClock) => Promise<void>): void {
  Deno.test(`openSqliteQueue() ${name}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "sequoia-queue-" });
    try {
      await run(folder, new TestClock());
    } finally {
      await Deno.chmod(folder, 0o700);
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function fails(
  code: QueueErrorCode,
  path: string,
  { clock = new TestClock(), readOnly = false } = {},
): Promise<QueueError> {
  const opening = clock.wait(openSqliteQueue({ path, clock, readOnly, giveUpAfterMs: 5000 }));
  const error = await assertRejects(() => opening, QueueError);
  assertEquals(error.code, code, error.message);
  assert(/^Cannot \w+ (to )?the queue \S+: .+\. [A-Z].+$/.test(error.message), error.message);
  assert(error.message.includes(path), error.message);
  return error;
}

async function makeQueue(path: string, clock: TestClock, count = 3): Promise<void> {
  await using queue = await openSqliteQueue({ path, clock });
  await queue.push(instances(count));
}

test("makes files that only their owner can read", async (folder, clock) => {
  const path = `${folder}/q.db`;
  await using queue = await openSqliteQueue({ path, clock });
  await queue.push(instances(1));
  for (const file of Deno.readDirSync(folder)) {
    assertEquals((Deno.statSync(`${folder}/${file.name}`).mode! & 0o777).toString(8), "600", file.name);
  }
});

test("makes the folders and the file, and finds them again", async (folder, clock) => {
  const path = `${folder}/a/b c/ü.db`;
  await makeQueue(path, clock);
  await using queue = await openSqliteQueue({ path, clock });
  assertEquals((await queue.depth()).queued, 3);
});

test("takes an empty file", async (folder, clock) => {
  const path = `${folder}/queue.db`;
  await Deno.writeTextFile(path, "");
  await makeQueue(path, clock);
});

test("refuses what is no SQLite database, and leaves it as it is", async (folder) => {
  for (const content of ["hello", "garbage ".repeat(1000), "SQLite format 3\0"]) {
    const path = `${folder}/notes.txt`;
    await Deno.writeTextFile(path, content);
    await fails("not-a-queue", path);
    assertEquals(await Deno.readTextFile(path), content);
  }
});

test("refuses the SQLite database of something else, and leaves it as it is", async (folder) => {
  const path = `${folder}/other.db`;
  const other = new DatabaseSync(path);
  other.exec("CREATE TABLE instances (id TEXT); INSERT INTO instances VALUES ('precious')");
  other.close();
  const before = await Deno.readFile(path);
  await fails("not-a-queue", path);
  await fails("not-a-queue", path, { readOnly: true });
  assertEquals(await Deno.readFile(path), before);
  assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 1);
});

test("refuses a queue of a newer version", async (folder, clock) => {
  const path = `${folder}/queue.db`;
  await makeQueue(path, clock);
  const db = new DatabaseSync(path);
  db.exec("PRAGMA user_version = 999");
  db.close();
  assert((await fails("newer-version", path)).message.includes("999"));
  await fails("newer-version", path, { readOnly: true });
});

/** The queue of `version_1.sql`, in a file. */
function makeVersion1(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(Deno.readTextFileSync(new URL("version_1.sql", import.meta.url)));
  db.close();
}

test("brings a queue of the first version up to date, with all that it holds", async (folder, clock) => {
  const path = `${folder}/queue.db`;
  makeVersion1(path);
  await using queue = await openSqliteQueue({ path, clock, keepMs: Infinity });
  assertEquals(await queue.depth(), {
    delayed: 0,
    queued: 3,
    running: 0,
    completed: 1,
    failed: 1,
    cancelled: 0,
    oldestSubmittedAtMs: 1767225600002,
  });
  const [done, failed, begun] = instances(3, { chain: line, labels: { tenant: "acme" }, priority: 2 }, "v1");
  const [waiting] = instances(1, single, "v1-single");
  assertEquals(await queue.get(done!.id), {
    instance: done!,
    state: "completed",
    progress: [record(0, 1), record(1, 2), record(2)],
    endedAtMs: Date.UTC(2026, 0, 2),
    output: writeJson({ third: "c" }),
  });
  const retriedAtMs = [clock.wallMs()];
  await queue.request({ kind: "retry", filter: { ids: [failed!.id] } });
  const claims = await clock.wait(queue.pull(3, new AbortController().signal));
  assertEquals(claims, [
    { instance: { ...failed!, retriedAtMs }, number: 1, progress: [record(0, 1)] },
    { instance: begun!, number: 2, progress: [record(0, { kept: ["ü", 1] })] },
    { instance: waiting!, number: 3, progress: [] },
  ]);
  await queue.checkpoint([{ instanceId: begun!.id, records: [itemRecord(1, 0, "new")] }]);
  assertEquals((await queue.get(begun!.id))?.progress.at(-1), itemRecord(1, 0, "new"));
});

test("does not bring a queue of the first version up to date when it is only to look", async (folder) => {
  const path = `${folder}/queue.db`;
  makeVersion1(path);
  const before = await Deno.readFile(path);
  assert((await fails("read-only", path, { readOnly: true })).message.includes("an older Sequoia made it"));
  assertEquals(await Deno.readFile(path), before);
});

test("refuses a damaged file", async (folder, clock) => {
  const path = `${folder}/queue.db`;
  await makeQueue(path, clock, 2000);
  const whole = await Deno.readFile(path);
  for (const size of [whole.length >> 1, 4096, 1000, 50]) {
    await Deno.writeFile(path, whole.subarray(0, size));
    await fails("not-a-queue", path);
  }
  await Deno.writeFile(path, whole.map((byte, i) => i < 100 ? byte : byte ^ 0x55));
  await fails("not-a-queue", path);
});

test("says why a place cannot be opened", async (folder, clock) => {
  await fails("cannot-open", folder);
  await Deno.writeTextFile(`${folder}/file`, "");
  await fails("cannot-open", `${folder}/file/queue.db`);
  await fails("cannot-open", `${folder}/file/deep/queue.db`);
  await fails("cannot-open", `${folder}/none.db`, { readOnly: true });
  await fails("cannot-open", `/proc/none/queue.db`);
  await makeQueue(`${folder}/queue.db`, clock);
  await fails("cannot-open", `${folder}/queue.db/queue.db`);
});

test("waits while another process has locked the file, then says that it is busy", async (folder, clock) => {
  const path = `${folder}/queue.db`;
  await makeQueue(path, clock);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  await fails("busy", path, { clock });
  const opening = openSqliteQueue({ path, clock, giveUpAfterMs: 5000 });
  other.exec("COMMIT");
  await using queue = await clock.wait(opening);
  other.exec("BEGIN IMMEDIATE");
  const pushed = clock.wait(queue.push(instances(1, undefined, "busy")));
  assertEquals((await assertRejects(() => pushed, QueueError)).code, "busy");
  const patient = queue.push(instances(1, undefined, "patient"));
  other.exec("COMMIT");
  await clock.wait(patient);
  other.close();
  assertEquals((await queue.depth()).queued, 4);
});

test("opens to look only, and then refuses to write", async (folder, clock) => {
  const path = `${folder}/queue.db`;
  await makeQueue(path, clock);
  await using queue = await openSqliteQueue({ path, clock, readOnly: true });
  assertEquals((await queue.depth()).queued, 3);
  assertEquals((await Array.fromAsync(queue.list({ limit: 2 }))).length, 2);
  const writes = [
    () => queue.push(instances(1)),
    () => queue.pull(1, new AbortController().signal),
    () => queue.checkpoint([]),
    () => queue.finish([]),
    () => queue.request({ kind: "limit", limit: 1 }),
  ];
  for (const write of writes) assertEquals((await assertRejects(write, QueueError)).code, "read-only");
  await makeQueue(path, clock);
});

test("tells that a file or folder is read-only, and can still look", async (folder, clock) => {
  const path = `${folder}/queue.db`;
  await makeQueue(path, clock);
  await Deno.chmod(path, 0o444);
  for (const mode of [0o777, 0o555]) {
    await Deno.chmod(folder, mode);
    const script = new URL("child_read_only.ts", import.meta.url).pathname;
    const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", script, path] });
    const { stdout } = await command.output();
    const [written, read] = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals([written, read], ["read-only", "3 queued, 3 listed"]);
  }
});
