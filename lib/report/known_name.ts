/** The most names of a kind (chains, functions, values of a label, platforms) that are told apart; later ones count together. */
const MOST_NAMES = 2000;
/** The name under which those are counted together. */
const OTHERS = "(others)";

/** The name itself, or that of the others, if the most names are told apart already. */
export function knownName(name: string, known: ReadonlyMap<string, unknown>): string {
  return known.size < MOST_NAMES || known.has(name) ? name : OTHERS;
}
