import { parseJson, type Pause } from "../../model/mod.ts";
import type { Losses } from "../losses.ts";
import { cancelOrders, type Mark, marksOf } from "../orders.ts";
import type { Command, Order } from "../queue.ts";
import type { Changes } from "./changes.ts";
import type { Database } from "./database.ts";

/** How often a listener looks for commands of other processes. */
const PACE = { firstMs: 50, lastMs: 200 };

/** What it takes to listen. */
export interface Listening {
  readonly db: Database;
  readonly changes: Changes;
  readonly signal: AbortSignal;
  readonly losses: Losses;
  /** The key under which this consumer holds instances, if it does. */
  owner(): number | undefined;
  /** Reads as soon as nobody has the file locked. */
  read<T>(read: () => T): Promise<T>;
  /** Throws if the queue is closed. */
  check(): void;
}

/** The number of the latest command. */
export function lastCommand(db: Database): number {
  return db.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'commands'")?.seq ?? 0;
}

/** The commands behind the one numbered `last` that concern a consumer. */
export async function* commandsAfter(last: number, listening: Listening): AsyncGenerator<Order> {
  const forget = listening.losses.listen();
  try {
    yield* orders(last, listening);
  } finally {
    forget();
  }
}

async function* orders(last: number, listening: Listening): AsyncGenerator<Order> {
  const { db, changes, signal, losses, read } = listening;
  let told = new Set<string>();
  let look = true;
  listening.check();
  const paused = await read(() => readPauses(db));
  if (paused.length > 0) yield { kind: "paused", pauses: paused };
  for (listening.check(); !signal.aborted; listening.check()) {
    const mark = await read(() => changes.mark());
    yield* losses.orders();
    const sql = "SELECT seq, command FROM commands WHERE seq > ? ORDER BY seq";
    for (const row of await read(() => db.all<{ seq: number; command: string }>(sql, last))) {
      last = row.seq;
      const command = parseJson(row.command)?.value as Command | undefined;
      if (command === undefined) continue; // a line that was edited by hand asks for nothing
      if (command.kind === "cancel") look = true; // it says only that there are marks
      if (command.kind === "pause" || command.kind === "resume") {
        yield { kind: "paused", pauses: await read(() => readPauses(db)) };
      }
      if (command.kind === "policy" || command.kind === "limit") yield command;
    }
    if (look) {
      const marks = await read(() => marked(listening));
      yield* cancelOrders(marks, told);
      told = marksOf(marks);
    }
    look = false;
    await changes.since(mark, signal, PACE);
  }
}

/** The pauses in force, oldest first. */
export function readPauses(db: Database): Pause[] {
  return db.all<{ pause: string }>("SELECT pause FROM pauses ORDER BY seq").flatMap(({ pause }) => {
    const parsed = parseJson(pause); // one that was edited by hand pauses nothing; resuming all removes it
    return parsed === undefined ? [] : [parsed.value as unknown as Pause];
  });
}

/** What this consumer holds and is to end. */
function marked({ db, owner }: Listening): Mark[] {
  const key = owner();
  if (key === undefined) return [];
  const sql =
    "SELECT id, abort FROM instances WHERE state = 'running' AND owner = ? AND cancel IS NOT NULL ORDER BY seq";
  return db.all<{ id: string; abort: number }>(sql, key).map(({ id, abort }) => ({ id, abort: abort === 1 }));
}
