/** One item of two lists: of both, of the first only (removed), or of the second only (added). */
export interface Change {
  readonly kind: "common" | "removed" | "added";
  readonly text: string;
}

/** Larger tables are not worth their memory (4 B a cell): what differs is shown as a whole instead. */
const MOST_CELLS = 1e7;

/** The changes that make one list another; the longer list's items come first where both differ. */
export function diff(actual: readonly string[], expected: readonly string[]): Change[] {
  const same = actual.findIndex((text, i) => text !== expected[i]);
  const start = same < 0 ? actual.length : same;
  const [a, b] = [actual.slice(start), expected.slice(start)];
  const isLonger = b.length > a.length;
  return [
    ...actual.slice(0, start).map((text): Change => ({ kind: "common", text })),
    ...isLonger ? align(b, a, "added", "removed") : align(a, b, "removed", "added"),
  ];
}

function align(
  a: readonly string[],
  b: readonly string[],
  ofA: Change["kind"],
  ofB: Change["kind"],
): Change[] {
  const changes: Change[] = [];
  const common = commonLengths(a, b);
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j] && common) {
      changes.push({ kind: "common", text: a[i++]! });
      j++;
    } else if (
      j === b.length ||
      (i < a.length && (!common || common[i + 1]![j]! >= common[i]![j + 1]!))
    ) {
      changes.push({ kind: ofA, text: a[i++]! });
    } else changes.push({ kind: ofB, text: b[j++]! });
  }
  return changes;
}

/** The length of the longest common subsequence of what follows each pair of items. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array[] | undefined {
  if (a.length * b.length > MOST_CELLS) return undefined;
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] = a[i] === b[j]
        ? lengths[i + 1]![j + 1]! + 1
        : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}
