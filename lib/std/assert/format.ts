import { inspect } from "node:util";

/** A value in words, one property a line, keys in order, so that lines can be compared. */
export function format(value: unknown): string {
  return inspect(value, {
    depth: Infinity,
    sorted: true,
    compact: false,
    maxArrayLength: Infinity,
    maxStringLength: Infinity,
    breakLength: Infinity,
    getters: true,
  });
}

/** Longer texts are not compared line by line: that costs the product of their lengths. */
const MOST_LINES = 2000;

/** What differs between two values, line by line: `-` only actual, `+` only expected. */
export function diff(actual: unknown, expected: unknown): string {
  const [a, b] = [linesOf(actual, expected), linesOf(expected, actual)];
  return ["", "", "    [Diff] Actual / Expected", "", "", ...diffLines(a, b), ""].join("\n");
}

/** Two texts of several lines are compared as they are. */
function linesOf(value: unknown, other: unknown): string[] {
  const text = typeof value === "string" && typeof other === "string" && `${value}${other}`.includes("\n")
    ? value
    : format(value);
  return text.split("\n");
}

function diffLines(a: readonly string[], b: readonly string[]): string[] {
  if (a.length > MOST_LINES || b.length > MOST_LINES) {
    return [
      ...a.map((line) => `-   ${line}`),
      ...b.map((line) => `+   ${line}`),
    ];
  }
  const common = commonLengths(a, b);
  const lines: string[] = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) lines.push(`    ${a[i++]}`), j++;
    else if (j === b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push(`-   ${a[i++]}`);
    } else lines.push(`+   ${b[j++]}`);
  }
  return lines;
}

/** The length of the longest common subsequence of what follows each pair of lines. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array[] {
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
