import { NOTE_EVENTS } from "../../lib/consume/mod.ts";
import { code, plain, table } from "./markdown.ts";

/** The events of a consumer's log. */
export function eventsTable(): string {
  return table(
    ["event", "level", "when", "fields"],
    Object.entries(NOTE_EVENTS).map(([name, { level, doc, fields = "" }]) => [
      code(name),
      level,
      plain(doc),
      plain(fields),
    ]),
  );
}
