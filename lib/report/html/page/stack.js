/**
 * A quantity of one of several, at each place of an axis; null where it has no value. Layers of one key are hidden together.
 *
 * @typedef {{ key: string, values: readonly (number | null)[] }} Layer
 */

/**
 * Layers on top of each other, the uppermost first: the area of a line reaches down to the axis, so each covers those below it.
 *
 * @param {readonly Layer[]} layers from below
 * @param {ReadonlySet<string>} hidden the keys of those that are left out
 * @returns {(number | null)[][]} the values of each layer and of those below it
 */
export function stackedUp(layers, hidden) {
  /** @type {(number | null)[]} */
  let top = layers[0]?.values.map(() => 0) ?? [];
  return layers.map(({ key, values }) => {
    if (hidden.has(key)) return top;
    return top = top.map((below, at) => {
      const value = values[at] ?? null;
      return below === null || value === null ? null : below + value;
    });
  }).reverse();
}

/**
 * The line of a layer.
 *
 * @param {Pick<import("./chart.js").Line, "key" | "label" | "colour" | "value">} of
 * @returns {import("./chart.js").Line}
 */
export function layerLine(of) {
  return { ...of, fill: "full", width: 0, isStep: true };
}
