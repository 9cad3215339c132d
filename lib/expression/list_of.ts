/** JSONata cannot tell a list of one from its item: a value that is no list is a list of one, and nothing or null is empty. */
export function listOf<T>(value: T | readonly T[] | null | undefined): readonly T[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value as T];
}
