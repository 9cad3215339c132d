import { assert, assertEquals } from "@std/assert";
import { TestClock } from "../../../tests/queue/test_clock.ts";
import { Bell } from "../bell.ts";
import { Changes, Pace } from "./changes.ts";
import { FileWait } from "./file_wait.ts";
import { openDatabase } from "./open.ts";

const BOUNDS = { firstMs: 5, soonMs: 20, lastMs: 50 };

Deno.test("pauses between looks are short at first, and long once nothing has come for seconds", () => {
  const pace = new Pace(BOUNDS);
  const pauses = Array.from({ length: 200 }, () => pace.next());
  assertEquals(pauses.slice(0, 5), [5, 7.5, 11.25, 16.875, 20]);
  assert(pauses.every((ms, i) => i === 0 || ms >= pauses[i - 1]!), "they never become shorter by themselves");
  const soon = pauses.filter((ms) => ms < 30);
  assert(soon.reduce((a, b) => a + b) > 400, "half a second later they are short still");
  assertEquals(pauses.at(-1), 50);
  pace.quicken();
  assertEquals(pace.next(), 5);
});

Deno.test("a write that the file system tells of is looked at at once, and the next one only after a while", () => {
  const pace = new Pace({ ...BOUNDS, hurryMs: 20 });
  assert(!pace.isSlow, "work is coming: looks are short");
  for (let look = 0; look < 4; look++) pace.next();
  assert(pace.isSlow);
  assert(pace.hurry(1000));
  assertEquals([pace.next(), pace.next()], [1, 20], "one more look, as it may not be seen yet");
  assert(!pace.hurry(1019));
  assert(pace.hurry(1020));
  const alone = new Pace(BOUNDS);
  for (let look = 0; look < 300; look++) alone.next();
  assert(!alone.isSlow && !alone.hurry(1000), "not asked for");
});

Deno.test("an idle wait ends with the write of another connection, not with the next look", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-queue-" }), path = `${folder}/queue.db`;
  const clock = new TestClock(), closing = new AbortController().signal;
  const fileWait = new FileWait({ clock, path, closing });
  const open = async () => (await openDatabase(path, fileWait, false)).db;
  const db = await open(), other = await open();
  try {
    const changes = new Changes(db, clock, new Bell(), closing);
    const pace = new Pace({ firstMs: 5, soonMs: 20, lastMs: 1e9, hurryMs: 20 });
    const waiting = changes.since(changes.mark(), closing, pace);
    await clock.pass(100);
    const atMs = clock.nowMs();
    other.run("PRAGMA user_version = 1000");
    await waiting;
    assertEquals(clock.nowMs(), atMs, "no time has passed");
  } finally {
    db.close();
    other.close();
    await Deno.remove(folder, { recursive: true });
  }
});
