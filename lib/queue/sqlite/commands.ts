import { parseJson } from "../../model/mod.ts";
import type { Losses } from "../losses.ts";
import { cancelOrders, type Mark, marksOf } from "../orders.ts";
import type { Command, Order } from "../queue.ts";
import { SettingsNotifier } from "../setting_changes.ts";
import { type Changes, Pace } from "./changes.ts";
import type { Database } from "./database.ts";
import { readSettings } from "./settings.ts";

/** Times between two looks of a listener for commands of other processes. */
const PACE = { firstMs: 50, soonMs: 200, lastMs: 200 };

/** The parts that listening works with. */
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

/** The orders that concern a consumer. */
export async function* ordersFor(listening: Listening): AsyncGenerator<Order> {
  const forget = listening.losses.listen();
  try {
    yield* orders(listening);
  } finally {
    forget();
  }
}

/** Commands only tell which kind of thing has changed; the thing itself is read then, and once at the beginning. */
async function* orders(listening: Listening): AsyncGenerator<Order> {
  const { db, changes, signal, losses, read } = listening;
  const notifier = new SettingsNotifier(), pace = new Pace(PACE);
  let delivered = new Set<string>();
  let last = 0, hasMarks = true, hasSettings = true;
  for (listening.check(); !signal.aborted; listening.check()) {
    const mark = await read(() => changes.mark());
    yield* losses.orders();
    const sql = "SELECT seq, command FROM commands WHERE seq > ? ORDER BY seq";
    for (const { seq, command } of await read(() => db.all<{ seq: number; command: string }>(sql, last))) {
      last = seq;
      const kind = (parseJson(command)?.value as Partial<Command> | undefined)?.kind;
      if (kind === "cancel") hasMarks = true;
      else hasSettings = true;
    }
    if (hasMarks || hasSettings) pace.quicken();
    if (hasSettings) yield* notifier.orders(await read(() => db.snapshot(() => readSettings(db))));
    if (hasMarks) {
      const marks = await read(() => marked(listening));
      yield* cancelOrders(marks, delivered);
      delivered = marksOf(marks);
    }
    hasMarks = hasSettings = false;
    await changes.since(mark, signal, pace);
  }
}

/** The instances that this consumer holds and is to end. */
function marked({ db, owner }: Listening): Mark[] {
  const key = owner();
  if (key === undefined) return [];
  const sql =
    "SELECT id, abort FROM instances WHERE state = 'running' AND owner = ? AND cancel IS NOT NULL ORDER BY seq";
  return db.all<{ id: string; abort: number }>(sql, key).map(({ id, abort }) => ({ id, abort: abort === 1 }));
}
