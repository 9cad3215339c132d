/** @typedef {import("../data.ts").RunData} RunData */

/** The number of colours for chains; of more they begin again. */
const CHAIN_COLOURS = 8;

/**
 * The colours of chains, which are the same in every chart: those with the most work first. The bands that stand for several
 * chains have the colour of the rest.
 *
 * @param {readonly RunData[]} runs
 * @returns {(name: string) => string}
 */
export function chainColours(runs) {
  const chains = new Set(runs.flatMap(({ chainTimes }) => chainTimes.slice(1).map(({ name }) => name)));
  const bands = runs.flatMap(({ bands }) => bands.list.map(({ name }) => name));
  const alone = chains.size === 0 ? bands : bands.filter((name) => chains.has(name));
  const order = [...new Set([...alone, ...chains])];
  return (name) => order.includes(name) ? `c${order.indexOf(name) % CHAIN_COLOURS}` : "rest";
}
