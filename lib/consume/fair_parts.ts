/**
 * Divides a whole number: each gets what it wants, or as much as the others who want more (max-min fairness); but first what is
 * reserved for it, as far as it wants that. Whatever is left over goes, one each, to the first of those that want more.
 *
 * @param wants whole numbers, or Infinity for whoever takes what it can get
 * @param reserved whole numbers; where they are more than the whole together, they are divided like wants. (Default: none)
 * @returns whole numbers that add up to the whole, or to what is wanted
 */
export function fairParts(
  whole: number,
  wants: readonly number[],
  reserved: readonly number[] = [],
): number[] {
  const least = wants.map((want, i) => Math.min(want, reserved[i] ?? 0));
  if (sumOf(least) > whole) return fairParts(whole, least);
  const partsAt = (level: number) => wants.map((want, i) => Math.min(want, Math.max(least[i]!, level)));
  let level = 0;
  for (let above = whole + 1; above - level > 1;) {
    const between = Math.floor((level + above) / 2);
    if (sumOf(partsAt(between)) <= whole) level = between;
    else above = between;
  }
  const parts = partsAt(level), left = whole - sumOf(parts);
  const open = [...wants.keys()].filter((i) => wants[i]! > level && parts[i] === level);
  for (const i of open.slice(0, left)) parts[i]!++;
  return parts;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}
