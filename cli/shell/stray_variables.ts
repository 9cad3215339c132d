import { nearest } from "../../lib/model/mod.ts";
import { variableOf } from "./settings.ts";

const PREFIX = "SEQUOIA_";
/** Variables that give no option: the URLs that are allowed beside those of the option, and where functions' times go. */
const NO_OPTION = /^SEQUOIA_(?:ALLOW_URLS|COLLECTOR)$/;

/**
 * The variables that give no option of any command, but are named almost as one that does: nobody else says that a misspelt
 * limit does not count. Others may belong to other programs.
 *
 * @param names the names of all variables
 * @param options the names of the options of all commands
 * @param others variables that give something else than an option (Default: none)
 * @returns the words for each
 */
export function strayVariables(
  names: readonly string[],
  options: Iterable<string>,
  others: readonly string[] = [],
): string[] {
  const ours = names.filter((name) =>
    name.startsWith(PREFIX) && !NO_OPTION.test(name) && !others.includes(name)
  );
  if (ours.length === 0) return [];
  const known = new Set([...options].map(variableOf));
  return ours.filter((name) => !known.has(name)).flatMap((name) => {
    const meant = nearest(name.slice(PREFIX.length), [...known].map((other) => other.slice(PREFIX.length)));
    return meant === undefined ? [] : [`${name} gives no option. Did you mean ${PREFIX}${meant}?`];
  });
}
