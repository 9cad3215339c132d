import { failureWords } from "./failure_words.ts";
import type { Failure, Report } from "./schema.ts";
import type { Pen } from "./terminal_pen.ts";
import { formatCount, moreWords, wordWrap } from "./text.ts";

/** More causes than these are not read on a terminal; --json has them all. */
const MOST_SHOWN = 10;

/** Of each of several runs. */
const MOST_OF_SEVERAL = 3;

/** The causes of lost chains and failed calls, if there are any: nothing of a reason is cut. */
export function renderFailures({ failures }: Report, pen: Pen): string[] {
  return rendered("lost and failed", failures, MOST_SHOWN, pen);
}

/** The same of several runs, by their numbers. */
export function renderFailuresOf(reports: readonly Report[], pen: Pen): string[][] {
  return reports.map(({ failures }, i) =>
    rendered(`lost and failed in ${i + 1}.`, failures, MOST_OF_SEVERAL, pen)
  );
}

function rendered(
  title: string,
  failures: readonly Failure[],
  most: number,
  { width, paint, isAll }: Pen,
): string[] {
  if (failures.length === 0) return [];
  const shown = isAll ? failures : failures.slice(0, most);
  const indent = Math.max(...shown.map(({ count }) => formatCount(count).length)) + 2;
  const lines = shown.flatMap((failure) => {
    const { what, reason, where } = failureWords(failure);
    const [first = "", ...more] = wordWrap(`${what}: ${reason}`, width - indent);
    return [
      `${formatCount(failure.count).padStart(indent - 2)}  ${paint(first, "bad")}`,
      ...more.map((text) => " ".repeat(indent) + paint(text, "bad")),
      ...wordWrap(where, width - indent).map((text) => " ".repeat(indent) + paint(text, "dim")),
    ];
  });
  const more = failures.length - shown.length;
  return [
    paint(title, "bold"),
    ...lines,
    ...more > 0 ? [paint(moreWords(more, "cause"), "dim")] : [],
  ];
}
