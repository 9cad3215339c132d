import { parseJson, type Pause, pauseName } from "../../model/mod.ts";
import type { Settings } from "../settings.ts";
import { type AnySettingCommand, changesBy, type SettingEntries, settingsOf } from "../setting_changes.ts";
import type { Database } from "./database.ts";

/** Counts changes, beside the entries. */
const REVISION = "revision";
/** Tells the queue from all others, beside the entries. */
const IDENTITY = "identity";

interface Row {
  readonly name: string;
  readonly value: string;
}

/** The settings in force. An entry that was edited by hand and cannot be read sets nothing. */
export function readSettings(db: Database): Settings {
  const { revision, entries } = readRows(db);
  return settingsOf(entries, readPauses(db), revision);
}

function readRows(db: Database): { readonly revision: number; readonly entries: SettingEntries } {
  const rows = db.all<Row>("SELECT name, value FROM settings").map(({ name, value }) =>
    [name, parseJson(value)?.value] as const
  );
  const { [REVISION]: revision, [IDENTITY]: _identity, ...entries } = Object.fromEntries(
    rows.filter(([, value]) => value !== undefined),
  );
  return { revision: Number(revision ?? 0), entries: entries as SettingEntries };
}

/** Gives the queue an identity, unless it has one. */
export function ensureIdentity(db: Database): void {
  if (readIdentity(db) !== undefined) return;
  const identity = JSON.stringify(`sqlite:${crypto.randomUUID()}`);
  db.run("INSERT OR IGNORE INTO settings (name, value) VALUES (?, ?)", IDENTITY, identity);
}

/** The identity of the queue; undefined: it has none yet. */
export function readIdentity(db: Database): string | undefined {
  const row = db.get<{ value: string }>("SELECT value FROM settings WHERE name = ?", IDENTITY);
  const identity = row && parseJson(row.value)?.value;
  return typeof identity === "string" ? identity : undefined;
}

/** The pauses in force, oldest first. */
function readPauses(db: Database): Pause[] {
  return db.all<{ pause: string }>("SELECT pause FROM pauses ORDER BY seq").flatMap(({ pause }) => {
    const parsed = parseJson(pause); // one that was edited by hand pauses nothing; resuming all removes it
    return parsed === undefined ? [] : [parsed.value as unknown as Pause];
  });
}

/** Carries out a command. Within a transaction. */
export function changeSettings(
  db: Database,
  command: AnySettingCommand,
): void {
  const { revision, entries } = readRows(db);
  write(db, REVISION, revision + 1);
  switch (command.kind) {
    case "pause":
      return pause(db, command.pause);
    case "resume":
      return resume(db, command.pause);
    case "reset":
      resume(db, undefined);
  }
  for (const [name, value] of Object.entries(changesBy(entries, command))) write(db, name, value);
}

function write(db: Database, name: string, value: unknown): void {
  if (value === null) db.run("DELETE FROM settings WHERE name = ?", name);
  else db.run("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, JSON.stringify(value));
}

function pause(db: Database, pause: Pause): void {
  const sql = "INSERT INTO pauses (name, pause) VALUES (?, ?) ON CONFLICT (name) DO NOTHING";
  db.run(sql, pauseName(pause), JSON.stringify(pause));
}

function resume(db: Database, pause: Pause | undefined): void {
  if (pause === undefined) db.run("DELETE FROM pauses");
  else db.run("DELETE FROM pauses WHERE name = ?", pauseName(pause));
}
