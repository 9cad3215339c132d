import type { Command } from "../queue.ts";
import type { Changes } from "./changes.ts";
import type { Database } from "./database.ts";

/** How often a listener looks for commands of other processes. */
const PACE = { firstMs: 50, lastMs: 200 };

/** What it takes to listen. */
export interface Listening {
  readonly db: Database;
  readonly changes: Changes;
  readonly signal: AbortSignal;
  /** The key under which this consumer holds instances, if it does. */
  owner(): number | undefined;
  /** Throws if the queue is closed. */
  check(): void;
}

/** The number of the latest command. */
export function lastCommand(db: Database): number {
  return db.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'commands'")?.seq ?? 0;
}

/** The commands behind the one numbered `last` that concern a consumer. */
export async function* commandsAfter(last: number, listening: Listening): AsyncGenerator<Command> {
  const { db, changes, signal } = listening;
  let told = new Set<string>();
  let look = true;
  for (listening.check(); !signal.aborted; listening.check()) {
    const mark = changes.mark();
    const sql = "SELECT seq, command FROM commands WHERE seq > ? ORDER BY seq";
    for (const row of db.all<{ seq: number; command: string }>(sql, last)) {
      last = row.seq;
      const command = JSON.parse(row.command) as Command;
      if (command.kind === "cancel") look = true; // it says only that there are marks
      else yield command;
    }
    if (look) {
      const ids = markedIds(listening);
      const news = ids.filter((id) => !told.has(id));
      told = new Set(ids);
      if (news.length > 0) yield { kind: "cancel", filter: { ids: news } };
    }
    look = false;
    await changes.since(mark, signal, PACE);
  }
}

/** What this consumer holds and is to end. */
function markedIds({ db, owner }: Listening): string[] {
  const key = owner();
  if (key === undefined) return [];
  const sql = "SELECT id FROM instances WHERE state = 'running' AND owner = ? AND cancel IS NOT NULL";
  return db.all<{ id: string }>(sql, key).map(({ id }) => id);
}
