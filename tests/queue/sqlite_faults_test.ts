/** Faults that other programs, and people, cause to the file of a queue while it is used. */
import { DatabaseSync } from "node:sqlite";
import { type QueueDriver, QueueError } from "../../lib/queue/mod.ts";
import { openSqliteQueue } from "../../lib/queue/sqlite/mod.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { pullAll } from "./contract_case.ts";
import { openSqlite } from "./harness.ts";
import { ids, instances, line, record, single } from "./samples.ts";
import { TestClock } from "./test_clock.ts";

const NEVER = new AbortController().signal;

Deno.test("sqlite queue: consumers keep what they hold, and wait, while another program locks the file longer than their leases", async () => {
  await using harness = await openSqlite();
  const notes: string[] = [];
  const { path, clock } = harness;
  const consumers = [
    await harness.connect(),
    await openSqliteQueue({ path, clock, onNote: (words) => notes.push(words) }),
  ];
  const [first, second] = consumers as [QueueDriver, QueueDriver];
  const batch = instances(2, line);
  await first.push(batch);
  const held = [...await pullAll(harness, first, 1), ...await pullAll(harness, second, 1)];
  const other = new DatabaseSync(path);
  for (let round = 1; round <= 5; round++) {
    await clock.pass(round * 400); // a lock may begin anywhere between two beats
    other.exec("BEGIN IMMEDIATE");
    const written = Promise.all(held.map(({ instance }, i) => {
      return consumers[i]!.checkpoint([{ instanceId: instance.id, records: [record(0, round)] }]);
    }));
    await clock.pass(8000 + round * 1300);
    other.exec("COMMIT");
    await clock.wait(written);
    assertEquals(notes.length, 2 * round, "each lock is told once, and its end");
  }
  other.close();
  assertMatch(notes[0]!, /^Waiting for the queue \S+: another program keeps it locked$/);
  assertMatch(notes[1]!, /^The queue \S+ can be written again$/);
  assertEquals((await first.depth()).running, 2);
  await clock.wait(second[Symbol.asyncDispose]());
});

Deno.test("sqlite queue: a lock is told once and its end when it is over, though reads come through meanwhile", async () => {
  await using harness = await openSqlite();
  const notes: string[] = [];
  const { path, clock } = harness;
  const queue = await openSqliteQueue({ path, clock, onNote: (words) => notes.push(words) });
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const written = queue.push(instances(1, line));
  for (let seconds = 0; seconds < 5; seconds++) {
    await clock.pass(1500);
    await queue.depth();
    assertEquals(notes.length, 1, notes.join());
  }
  other.exec("COMMIT");
  other.close();
  await clock.wait(written);
  assertEquals(notes.length, 2);
  await clock.wait(queue[Symbol.asyncDispose]());
});

Deno.test("sqlite queue: a consumer that other programs' locks keep from beating loses nothing to one that they let beat", async () => {
  await using harness = await openSqlite();
  const { clock } = harness;
  const [lucky, unlucky] = [await harness.connect(), await harness.connect()];
  const [instance] = instances(1, line);
  await unlucky.push([instance!]);
  await pullAll(harness, unlucky, 1);
  await lucky.pull(1, AbortSignal.abort());
  await clock.pass(5000);
  const other = new DatabaseSync(harness.path);
  const beats = () =>
    other.prepare("SELECT key, beat FROM consumers ORDER BY key").all() as { key: number; beat: number }[];
  for (let round = 0; round < 20; round++) {
    other.exec("BEGIN IMMEDIATE");
    await clock.pass(2500);
    const [before] = beats().slice(-1);
    harness.stop(unlucky); // it would try again, but the next lock comes first
    other.exec("COMMIT");
    while (beats().at(-1)!.beat === before!.beat) await clock.pass(5);
    other.exec("BEGIN IMMEDIATE");
    harness.resume(unlucky);
    await clock.pass(20);
    other.exec("COMMIT");
  }
  other.close();
  await harness.wait(unlucky.checkpoint([{ instanceId: instance!.id, records: [record(0)] }]));
});

Deno.test("sqlite queue: what is disposed while another program locks the file is closed all the same", async () => {
  await using harness = await openSqlite();
  const queue = await harness.connect();
  await queue.push(instances(1));
  await pullAll(harness, queue, 1);
  const other = new DatabaseSync(harness.path);
  other.exec("BEGIN IMMEDIATE");
  await harness.wait(queue[Symbol.asyncDispose]());
  other.exec("COMMIT");
  other.close();
  const heir = await harness.connect();
  assertEquals((await pullAll(harness, heir, 1)).length, 1); // when the lease has ended
});

/** Things that happen to the files of a queue, and what is to be said of each. */
const MISHAPS: readonly {
  readonly name: string;
  readonly says: RegExp;
  /** Whether what was acknowledged must be in the file afterwards. */
  readonly keeps: boolean;
  happen(path: string): void;
}[] = [
  {
    name: "the file is removed",
    says: /its file was removed or replaced .* put it back, and start again/,
    keeps: false,
    happen: (path) => Deno.removeSync(path),
  },
  {
    name: "all its files are removed",
    says: /its file was removed or replaced/,
    keeps: false,
    happen: (path) => ["", "-wal", "-shm"].forEach((part) => Deno.removeSync(path + part)),
  },
  {
    name: "the file is replaced by a copy",
    says: /its file was removed or replaced/,
    keeps: false,
    happen(path) {
      Deno.copyFileSync(path, `${path}.copy`);
      Deno.renameSync(`${path}.copy`, path);
    },
  },
  {
    name: "the file is moved",
    says: /its file was removed or replaced .* if that was moved, put it back/,
    keeps: true,
    happen: (path) => Deno.renameSync(path, `${path}.moved`),
  },
  {
    name: "its log is removed",
    says:
      /queue\.db-wal, which belongs to it, was removed .* has been saved in the queue's file: start again/,
    keeps: true,
    happen: (path) => Deno.removeSync(`${path}-wal`),
  },
  {
    name: "the index of its log is removed",
    says: /queue\.db-shm, which belongs to it, was removed .* has been saved/,
    keeps: true,
    happen: (path) => Deno.removeSync(`${path}-shm`),
  },
  {
    name: "its log is replaced",
    says: /queue\.db-wal, which belongs to it, was removed or replaced .* may be lost: see what is there/,
    keeps: false,
    happen(path) {
      Deno.removeSync(`${path}-wal`);
      Deno.writeTextFileSync(`${path}-wal`, "");
    },
  },
];

/** A folder with a queue in which some instances were acknowledged. */
async function withQueue(
  run: (path: string, clock: TestClock, queue: QueueDriver) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-queue-" });
  const clock = new TestClock();
  const path = `${folder}/queue.db`;
  const queue = await openSqliteQueue({ path, clock });
  await queue.push(instances(10, single, "acknowledged"));
  try {
    await run(path, clock, queue);
  } finally {
    await clock.wait(queue[Symbol.asyncDispose]());
    await Deno.remove(folder, { recursive: true });
  }
}

async function isReplaced(working: PromiseLike<unknown>): Promise<QueueError> {
  const error = await assertRejects(() => working, QueueError);
  assertEquals(error.code, "replaced");
  return error;
}

for (const { name, says, keeps, happen } of MISHAPS) {
  Deno.test(`sqlite queue: nothing is acknowledged any more when ${name}, and it is said`, async () => {
    await withQueue(async (path, clock, queue) => {
      happen(path);
      const error = await isReplaced(clock.wait(queue.push(instances(1, single, "late"))));
      assertMatch(error.message, says);
      for (const look of [() => queue.depth(), () => queue.pull(1, NEVER), () => queue.get("x")]) {
        await isReplaced(clock.wait<unknown>(look()));
      }
      await clock.wait(queue[Symbol.asyncDispose]());
      if (!keeps) return;
      const kept = await filesOf(path); // as after a loss of power: only what is in the file counts
      await using again = await openSqliteQueue({ path: kept, clock });
      const known = new Set(ids(await Array.fromAsync(again.list({}))));
      for (const id of ids(instances(10, single, "acknowledged"))) assert(known.has(id), `${id} is lost`);
    });
  });

  Deno.test(`sqlite queue: a consumer that waits ends when ${name}`, async () => {
    await withQueue(async (path, clock, queue) => {
      await clock.wait(queue.pull(10, NEVER));
      const ends = [queue.pull(1, NEVER), Array.fromAsync(queue.commands(NEVER))].map(isReplaced);
      await clock.pass(100);
      happen(path);
      await clock.wait(Promise.all(ends));
    });
  });

  if (!says.source.includes("its file")) continue; // whoever only looks has no log of its own
  Deno.test(`sqlite queue: who only looks is told when ${name}`, async () => {
    await withQueue(async (path, clock) => {
      await using looking = await openSqliteQueue({ path, clock, readOnly: true });
      happen(path);
      await isReplaced(looking.depth());
      await isReplaced(Array.fromAsync(looking.list({})));
    });
  });
}

/** The file alone, without its log, under another name. */
async function filesOf(path: string): Promise<string> {
  const moved = `${path}.moved`;
  const source = await Deno.stat(moved).then(() => moved, () => path);
  await Deno.copyFile(source, `${path}.kept`);
  return `${path}.kept`;
}

Deno.test("sqlite queue: a queue behind a link is the file that the link points to", async () => {
  await withQueue(async (path, clock) => {
    const link = `${path}.link`;
    await Deno.symlink(path, link);
    await using queue = await openSqliteQueue({ path: link, clock });
    await queue.push(instances(1, single, "linked"));
    assertEquals((await queue.depth()).queued, 11);
    await Deno.remove(link);
    await isReplaced(clock.wait(queue.push(instances(1, single, "late"))));
  });
});
