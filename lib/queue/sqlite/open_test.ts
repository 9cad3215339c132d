import { assertEquals, assertThrows } from "@std/assert";
import { QueueError } from "../errors.ts";
import { Database } from "./database.ts";
import { guarded } from "./open.ts";

Deno.test("guarded() closes a database whose file has gone since it was opened", () => {
  const folder = Deno.makeTempDirSync({ prefix: "sequoia-queue-" }), path = `${folder}/queue.db`;
  try {
    const db = new Database(path, path, false);
    db.run("CREATE TABLE counts (instances)");
    Deno.renameSync(path, `${path}.moved`);
    const error = assertThrows(() => guarded(db, [""]), QueueError);
    assertEquals([error.code, error.message], [
      "cannot-open",
      `Cannot open the queue ${path}: its file was removed or replaced while it was being opened. ` +
      "Choose another place with --queue sqlite:PATH",
    ]);
    assertThrows(() => db.get("SELECT 1"), Error, "not open");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
