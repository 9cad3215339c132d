/** Files that an older Sequoia has made. */
import { DatabaseSync } from "node:sqlite";
import { realClock } from "../../lib/model/mod.ts";
import { deployable } from "../../lib/queue/mod.ts";
import { openSqliteQueue } from "../../lib/queue/sqlite/mod.ts";
import { APPLICATION_ID, MIGRATIONS, VERSION } from "../../lib/queue/sqlite/schema.ts";
import { assertEquals } from "@std/assert";
import { line, result, single } from "./samples.ts";

/** Makes a file as the program of a version has left it, with an instance that waits. */
function fileOf(version: number, path: string): void {
  const db = new DatabaseSync(path);
  for (const step of MIGRATIONS.slice(0, version)) db.exec(step);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`);
  const insert = "INSERT INTO chains (hash, name, definition, instances) VALUES ('h', 'single', ?, 1)";
  db.prepare(insert).run(JSON.stringify(single));
  db.exec(
    `INSERT INTO instances (id, chain, submitted_at_ms, priority, weight) VALUES ('old', 1, 1000, 2, 3)`,
  );
  db.exec("UPDATE counts SET instances = 1 WHERE state = 'queued'");
  db.close();
}

for (let version = 1; version < VERSION; version++) {
  Deno.test(`a file of the schema's version ${version} is brought up to date with what waits in it`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "sequoia-older-" });
    try {
      const path = `${folder}/queue.db`;
      fileOf(version, path);
      await using queue = await openSqliteQueue({ path, clock: realClock });
      await queue.deploy([deployable({ chain: line, weight: 2 }, 1)]);
      assertEquals((await queue.deployed("line"))?.defaults, { weight: 2 });
      const [claim] = await queue.pull(1, new AbortController().signal);
      const { chain, ...rest } = claim!.instance;
      assertEquals(JSON.stringify(chain), JSON.stringify(single));
      assertEquals(rest, {
        id: "old",
        labels: {},
        submittedAtMs: 1000,
        priority: 2,
        weight: 3,
        deadlineMs: Infinity,
      });
      await queue.finish([result("old", Date.now())]);
      assertEquals((await queue.get("old"))?.state, "completed");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
