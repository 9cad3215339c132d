import { nearest } from "../lib/model/mod.ts";
import type { OptionTable } from "./options.ts";
import { variableOf } from "./settings.ts";

const PREFIX = "SEQUOIA_";
/** Variables that give no option: those of Kafka's addresses, and the URLs that are allowed beside those of the option. */
const NO_OPTION = /^SEQUOIA_(?:KAFKA_.*|ALLOW_URLS|COLLECTOR)$/;

/**
 * The variables that give no option of any command, but are named almost as one that does: nobody else says that a misspelt
 * limit does not count. Others may belong to other programs.
 *
 * @param names the names of all variables
 * @param table the options of the command that runs
 * @param load loads the options of all commands; called only if a variable is none of that command's
 * @returns what to say of each
 */
export async function strayVariables(
  names: readonly string[],
  table: OptionTable,
  load: () => Promise<readonly OptionTable[]>,
): Promise<string[]> {
  const own = variablesOf([table]);
  const others = names.filter((name) => name.startsWith(PREFIX) && !NO_OPTION.test(name) && !own.has(name));
  if (others.length === 0) return [];
  const known = variablesOf([table, ...await load()]);
  return others.filter((name) => !known.has(name)).flatMap((name) => {
    const meant = nearest(name.slice(PREFIX.length), [...known].map((other) => other.slice(PREFIX.length)));
    return meant === undefined ? [] : [`${name} gives no option. Did you mean ${PREFIX}${meant}?`];
  });
}

function variablesOf(tables: readonly OptionTable[]): ReadonlySet<string> {
  return new Set(tables.flatMap((table) => Object.keys(table).map(variableOf)));
}
