import type { QueueKind } from "../kind.ts";
import { SQLITE_OPTIONS, type SqliteAddress, sqliteAddress } from "./address.ts";

/** Queues in SQLite files, for the processes of one machine. */
export const sqliteKind: QueueKind<SqliteAddress> = {
  scheme: "sqlite",
  place: "path",
  form: "sqlite:PATH",
  formNote: ", for example sqlite:.sequoia/queue.db",
  example: "sqlite:.sequoia/queue.db",
  options: SQLITE_OPTIONS,
  help: [["sqlite:PATH", "a file, for the processes of one machine; ?lease=5s&keep=24h may follow"]],
  isLocal: true,
  parse: sqliteAddress,
  async open({ path, options: own }, options) {
    const { openSqliteQueue } = await import("./mod.ts");
    return await openSqliteQueue({ path, ...own, ...options });
  },
};
