/**
 * Divides a whole number: each gets what it wants, or as much as the others who want more (max-min fairness).
 *
 * @param wants whole numbers, or Infinity for whoever takes what it can get
 * @param first the one of those that want the most who gets what is left over first, for where there is too little for all
 * @returns whole numbers that add up to the whole, or to what is wanted
 */
export function fairParts(whole: number, wants: readonly number[], first = 0): number[] {
  const parts = wants.map(() => 0);
  let left = whole, open = wants.map((_, i) => i);
  for (;;) {
    const level = Math.floor(left / open.length);
    const modest = open.filter((i) => wants[i]! <= level);
    if (modest.length === 0) break;
    for (const i of modest) left -= parts[i] = wants[i]!;
    open = open.filter((i) => wants[i]! > level);
    if (open.length === 0) return parts;
  }
  const level = Math.floor(left / open.length), over = left - level * open.length;
  for (const [nth, i] of open.entries()) {
    const turn = (nth - first % open.length + open.length) % open.length;
    parts[i] = level + (turn < over ? 1 : 0);
  }
  return parts;
}
