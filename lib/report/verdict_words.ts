import { counted } from "../model/mod.ts";
import type { NamedReport } from "./csv.ts";
import type { NoteCode, Report } from "./schema.ts";
import { printable } from "./text.ts";

/** Whether a remark of a kind is made on a report. */
export function hasNote({ notes }: Report, code: NoteCode): boolean {
  return notes.some((note) => note.code === code);
}

/** The name of a run, as it may be printed. */
export function nameOf({ name }: NamedReport): string {
  return printable(name);
}

/** Names in a sentence: "a, b and c". */
export function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Words of what may make a comparison worth little. */
export function caveatsOf(runs: readonly NamedReport[]): string[] {
  const of = (code: Parameters<typeof hasNote>[1]) => runs.filter(({ report }) => hasNote(report, code));
  const few = of("few-samples"), growing = of("growing-backlog");
  const fewest = Math.min(
    ...few.map(({ report: { chains, functions } }) => chains.submitted || functions.attempts),
  );
  const noun = few[0]?.report.chains.submitted === 0 ? "call" : "chain";
  return [
    ...few.length > 0 ? [`${counted(fewest, noun)} ${fewest === 1 ? "is" : "are"} few to judge by`] : [],
    ...growing.length > 0
      ? [`the backlog of ${listed(growing.map(nameOf))} was still growing when arrivals ended`]
      : [],
  ];
}
