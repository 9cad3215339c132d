/**
 * Reads an entry that a record has of its own: names from outside may be those that every object inherits, as `constructor`.
 *
 * @returns undefined if it has none
 */
export function ownOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
