import { unicodeWidth } from "@std/cli/unicode-width";
import type { Command } from "./command.ts";
import type { Option } from "./options.ts";

/** The help of one command. */
export function commandHelp(name: string, command: Command): string {
  const options = Object.entries(command.options).map(([key, option]) =>
    [optionWords(key, option), option.help] as const
  );
  return [
    `sequoia ${name}: ${command.summary}`,
    "",
    `  sequoia ${name} ${command.usage}`.trimEnd(),
    "",
    "Options:",
    ...columns(options),
    ...Object.entries(command.tables ?? {}).flatMap(([title, rows]) => ["", `${title}:`, ...columns(rows)]),
    "",
    "Examples:",
    ...columns(command.examples),
  ].join("\n");
}

/** The list of commands. */
export function generalHelp(commands: readonly (readonly [name: string, summary: string])[]): string {
  return [
    "sequoia: quality of service for serverless function chains",
    "",
    "  sequoia COMMAND [options]     sequoia COMMAND --help",
    "",
    "Commands:",
    ...columns(commands),
    "",
    "Examples:",
    ...columns([
      ["sequoia consume --policy fair-share", "run what is queued, in one terminal"],
      ["sequoia produce workloads/fan7.ts --poisson 5", "submit chains, in another"],
      ["sequoia report run.json", "see what happened"],
    ]),
  ].join("\n");
}

function optionWords(name: string, option: Option): string {
  return option.kind === "flag" ? `--${name}` : `--${name} ${option.value}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => unicodeWidth(left)));
  return rows.map(([left, right]) => `  ${left}${" ".repeat(width - unicodeWidth(left) + 2)}${right}`);
}
