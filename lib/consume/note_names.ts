/** The most names that the words of a note list, … */
const MOST_IN_WORDS = 3;
/** … and its fields. */
const MOST_IN_FIELDS = 20;

/** The first of some names, and the number of the others: `a, b, c, 6 more`. */
export function namesInWords(names: readonly string[], separator = ", "): string {
  const shown = names.slice(0, MOST_IN_WORDS), more = names.length - shown.length;
  return [...shown, ...more > 0 ? [`${more} more`] : []].join(separator);
}

/** The first of some names, for programs. */
export function namesInFields(names: readonly string[]): readonly string[] {
  return names.slice(0, MOST_IN_FIELDS);
}
