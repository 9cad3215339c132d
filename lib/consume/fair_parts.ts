/**
 * Divides a whole number: each gets what it wants, or as much as the others who want more (max-min fairness); but first what is
 * reserved for it, as far as it wants that.
 *
 * @param wants whole numbers, or Infinity for whoever takes what it can get
 * @param first the one of those that want the most who gets what is left over first, for where there is too little for all
 * @param reserved whole numbers; where they are more than the whole together, they are divided like wants. (Default: none)
 * @returns whole numbers that add up to the whole, or to what is wanted
 */
export function fairParts(
  whole: number,
  wants: readonly number[],
  first = 0,
  reserved: readonly number[] = [],
): number[] {
  const least = wants.map((want, i) => Math.min(want, reserved[i] ?? 0));
  if (sumOf(least) > whole) return fairParts(whole, least, first);
  const partsAt = (level: number) => wants.map((want, i) => Math.min(want, Math.max(least[i]!, level)));
  let level = 0;
  for (let above = whole + 1; above - level > 1;) {
    const between = Math.floor((level + above) / 2);
    if (sumOf(partsAt(between)) <= whole) level = between;
    else above = between;
  }
  const parts = partsAt(level), left = whole - sumOf(parts);
  const open = [...wants.keys()].filter((i) => wants[i]! > level && parts[i] === level);
  for (let n = 0; n < Math.min(left, open.length); n++) parts[open[(first + n) % open.length]!]!++;
  return parts;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}
