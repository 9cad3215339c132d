/** A member of the group, as it comes to be given partitions. */
export interface Member {
  readonly id: string;
  /** The partitions that it has, so that it may keep them. */
  readonly owned: readonly number[];
}

/**
 * Divides partitions among members, as evenly as can be; each keeps what it has as far as its part goes, so that as little as
 * possible changes hands. The same input gives the same answer.
 *
 * @param count partitions, numbered from 0
 */
export function assign(members: readonly Member[], count: number): Map<string, number[]> {
  const ordered = members.toSorted((a, b) => a.id < b.id ? -1 : 1);
  const least = Math.floor(count / ordered.length);
  let larger = count % ordered.length; // this number of members get one more
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  const parts = new Map<string, number[]>();
  for (const { id, owned } of ordered) {
    const kept = [...new Set(owned)].filter((partition) => free.has(partition)).sort((a, b) => a - b);
    const isLarger = larger > 0 && kept.length > least;
    if (isLarger) larger--;
    const part = kept.slice(0, least + (isLarger ? 1 : 0));
    for (const partition of part) free.delete(partition);
    parts.set(id, part);
  }
  const left = free.values();
  for (const part of parts.values()) while (part.length < least) part.push(left.next().value!);
  for (const part of parts.values()) {
    if (larger <= 0) break;
    if (part.length > least) continue;
    part.push(left.next().value!);
    larger--;
  }
  for (const part of parts.values()) part.sort((a, b) => a - b);
  return parts;
}

/** A member's part of the limits: the intervals of all members lie side by side in [0, 1), in the order of their ids. */
export function shareOf(
  id: string,
  parts: ReadonlyMap<string, readonly number[]>,
  count: number,
): { readonly from: number; readonly to: number } {
  let before = 0;
  for (const member of [...parts.keys()].sort()) {
    const own = parts.get(member)!.length;
    if (member === id) return { from: before / count, to: (before + own) / count };
    before += own;
  }
  return { from: 0, to: 0 };
}
