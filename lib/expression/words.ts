/** JSONata throws plain objects with a message and, mostly, a position. */
export function wordsOf(error: unknown): string {
  const { message, position } = error as { message?: string; position?: number };
  return `${message ?? String(error)}${position === undefined ? "" : `, at position ${position}`}`;
}
