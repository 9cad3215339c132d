import { unicodeWidth } from "@std/cli/unicode-width";
import type { Topic } from "./command.ts";
import type { Option } from "./options.ts";
import { wrapped } from "./text_table.ts";

/** The help of one command, in lines of at most `width` columns where words allow it. */
export function commandHelp(name: string, summary: string, command: Topic, width = Infinity): string {
  const columns = (rows: Rows) => columnsWithin(width, rows);
  const options = Object.entries(command.options).map(([key, option]) => ({
    group: option.group ?? "",
    row: [optionWords(key, option), option.help] as const,
  }));
  const left = widest(options.map(({ row }) => row));
  const groups = Map.groupBy(
    options.toSorted((a, b) => +(a.group !== "") - +(b.group !== "")),
    ({ group }) => group,
  );
  return [
    ...wrapped(`sequoia ${name}: ${summary}`, width),
    "",
    ...wrapped(`sequoia ${name} ${command.usage}`.trimEnd(), width - BELOW.length)
      .map((line, i) => (i === 0 ? "  " : BELOW) + line),
    ...[...groups].flatMap(([group, options]) => [
      "",
      group === "" ? "Options:" : `Options ${group}:`,
      ...columnsWithin(width, options.map(({ row }) => row), left),
    ]),
    ...Object.entries(command.tables ?? {}).flatMap(([title, rows]) => ["", `${title}:`, ...columns(rows)]),
    "",
    "Examples:",
    ...columns(command.examples),
  ].join("\n");
}

/** The help of a subject that several commands share. */
export function topicHelp(title: string, rows: Rows, width = Infinity): string {
  return [`${title}:`, ...columnsWithin(width, rows)].join("\n");
}

/** The list of commands. */
export function generalHelp(commands: Rows, width = Infinity): string {
  const columns = (rows: Rows) => columnsWithin(width, rows);
  return [
    "sequoia: quality of service for serverless function chains",
    "",
    "  sequoia COMMAND [options]     sequoia help COMMAND     sequoia help queues",
    "",
    "Commands:",
    ...columns(commands),
    "",
    "Examples:",
    ...columns([
      ["sequoia init", "write hello.ts, a first workload"],
      ["sequoia consume --policy fair-share", "run what is queued, in one terminal"],
      ["sequoia produce hello.ts --poisson 5", "submit chains, in another"],
      ["sequoia report run.json", "see what happened"],
    ]),
  ].join("\n");
}

function optionWords(name: string, option: Option): string {
  return option.kind === "flag" ? `--${name}` : `--${name} ${option.value}`;
}

type Rows = readonly (readonly [left: string, right: string])[];

/** The right column has at least this many characters; where there is less room, it stands below the left one. */
const LEAST_RIGHT = 40;
const BELOW = "      ";

function widest(rows: Rows): number {
  return Math.max(...rows.map(([text]) => unicodeWidth(text)));
}

function columnsWithin(width: number, rows: Rows, left: number = widest(rows)): string[] {
  const room = width - left - 4;
  if (room < LEAST_RIGHT) {
    return rows.flatMap(([text, right]) => [
      `  ${text}`,
      ...wrapped(right, width - BELOW.length).map((line) => BELOW + line),
    ]);
  }
  return rows.flatMap(([text, right]) =>
    wrapped(right, room).map((line, i) => {
      const start = i === 0 ? text : "";
      return `  ${start}${" ".repeat(left - unicodeWidth(start) + 2)}${line}`;
    })
  );
}
