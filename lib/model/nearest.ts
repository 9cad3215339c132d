/**
 * The most similar of some words, for "did you mean": by the number of letters to insert, delete, replace or
 * swap with a neighbour (Damerau 1964), if that is at most a third of them.
 */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(Math.min(word.length, 64) / 3)) + 1;
  for (const candidate of words) {
    const distance = editDistance(word.slice(0, 64).toLowerCase(), candidate.slice(0, 64).toLowerCase());
    if (distance < least || (candidate.startsWith(word) && word.length > 2 && best === undefined)) {
      [best, least] = [candidate, Math.min(distance, least)];
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const beforeLast = above;
    above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
        ? beforeLast[j - 2]! + 1
        : Infinity;
      row.push(Math.min(replaced, swapped, above[j]! + 1, row[j - 1]! + 1));
    }
  }
  return row[b.length]!;
}
