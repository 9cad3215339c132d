/** The pages of the manual that follow from the code, or have parts that do. */
import { formatted } from "../formatted.ts";
import { addressTable } from "./address_table.ts";
import { commandsPage } from "./commands_page.ts";
import { eventsTable } from "./events_table.ts";
import { metricsTable } from "./metrics_table.ts";
import { figuresTable } from "./figures_table.ts";
import { Interfaces, type Member } from "./interfaces.ts";
import { code, plain, table, withParts } from "./markdown.ts";
import { partsDrawing, partsTable } from "./parts_drawing.ts";

/** The project's folder. */
export const ROOT = new URL("../../", import.meta.url);

/** The texts of all pages with generated parts, by their paths from {@linkcode ROOT}, as they should be. */
export async function manualPages(): Promise<ReadonlyMap<string, string>> {
  const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
  const types = new Interfaces(await read("lib/sequoia.d.ts"));
  const parts = {
    fn: optionsTable(types.membersOf("FunctionOptions")),
    retry: optionsTable(types.membersOf("FunctionOptions").find(({ name }) => name === "retry")!.members),
    call: optionsTable(types.membersOf("CallOptions")),
    chain: optionsTable(types.membersOf("ChainOptions")),
    workload: optionsTable(types.membersOf("Workload")),
    entry: optionsTable(types.membersOf("WorkloadChainOptions")),
    event: fieldsTable(types.membersOf("FunctionEvent")),
    task: fieldsTable(types.membersOf("Task")),
    arrows: partsDrawing(),
    parts: partsTable(),
    events: eventsTable(),
    metrics: metricsTable(),
    figures: figuresTable(),
    kafka: addressTable("kafka"),
  };
  const pages = new Map([["docs/cli.md", await formatted(await commandsPage(), "md")]]);
  for (
    const path of [
      "ARCHITECTURE.md",
      "docs/workloads.md",
      "docs/policies.md",
      "docs/reports.md",
      "docs/kafka.md",
      "docs/monitoring.md",
      "docs/running.md",
    ]
  ) {
    pages.set(path, await formatted(withParts(await read(path), parts), "md"));
  }
  return pages;
}

/** A table of options. @throws {Error} if one has no documentation */
function optionsTable(members: readonly Member[]): string {
  return table(
    ["option", "type", "default", "meaning"],
    members.map((member) => [
      code(member.name),
      code(typeWords(member)),
      plain(member.fallback ?? (member.isOptional ? "none" : "required")),
      meaning(member),
    ]),
  );
}

/** A table of fields that are always, or mostly, there. @throws {Error} if one has no documentation */
function fieldsTable(members: readonly Member[]): string {
  return table(
    ["field", "type", "meaning"],
    members.map((member) => [code(member.name), code(typeWords(member)), meaning(member)]),
  );
}

function meaning({ name, text, fallback }: Member): string {
  if (text === "") {
    throw new Error(`Cannot explain "${name}": its type says nothing of it. Write a docstring`);
  }
  const words = fallback === undefined || text.endsWith(".") || text.endsWith(")") ? text : `${text}.`;
  return escaped(words);
}

/** A type as readers of a table need it. */
function typeWords({ type, members }: Member): string {
  return members.length > 0
    ? "object"
    : type.replaceAll("readonly ", "").replace(/^Readonly<(.*)>$/, "$1").replace(
      /^\((.*)\)\[\]$/,
      "list of $1",
    );
}

/** A docstring in a cell: code stays code. */
function escaped(text: string): string {
  return text.split(/(`[^`]*`)/).map((part, i) => i % 2 === 1 ? part.replaceAll("|", "\\|") : plain(part))
    .join("");
}
