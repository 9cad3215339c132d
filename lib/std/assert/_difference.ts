import { type Change, diff } from "./_diff.ts";
import { bold, gray, green, onGreen, onRed, red, white } from "./_style.ts";
import { format } from "./_words.ts";

const SIGN = { common: "    ", removed: "-   ", added: "+   " };
const STYLE = {
  common: white,
  removed: (line: string) => red(bold(line)),
  added: (line: string) => green(bold(line)),
};
const WORD_STYLE = {
  common: (word: string) => word,
  removed: (word: string) => onRed(white(word)),
  added: (word: string) => onGreen(white(word)),
};

/** The difference of two values, line by line: `-` only actual, `+` only expected. */
export function difference(actual: unknown, expected: unknown): string {
  const title = `    ${gray(bold("[Diff]"))} ${red(bold("Actual"))} / ${green(bold("Expected"))}`;
  const body = typeof actual === "string" && typeof expected === "string"
    ? textLines(actual, expected).join("")
    : diff(format(actual).split("\n"), format(expected).split("\n")).map((line) => shown(line)).join("\n");
  return ["", "", "", title, "", "", body, ""].join("\n");
}

function shown({ kind, text }: Change, words: string = text): string {
  return STYLE[kind](SIGN[kind] + words);
}

/** The lines of two texts; in lines that stand for each other, the words that differ stand out. */
function textLines(actual: string, expected: string): string[] {
  const lines = diff(linesOf(actual), linesOf(expected));
  const words = new Map<Change, string>();
  const [fewer, more] = [lines.filter(isRemoved), lines.filter(isAdded)]
    .toSorted((a, b) => a.length - b.length) as [Change[], Change[]];
  const others = more.values();
  for (const line of fewer) {
    const pair = partner(line, others);
    if (pair) { for (const one of [line, pair.other]) words.set(one, highlighted(one, pair.parts)); }
  }
  return lines.map((line) => shown(line, words.get(line)));
}

/** The next line with a word of this one, or else the last one. */
function partner(line: Change, others: Iterator<Change>): { other: Change; parts: Change[] } | undefined {
  let pair;
  for (let next = others.next(); !next.done; next = others.next()) {
    const [from, to] = isRemoved(line) ? [line, next.value] : [next.value, line];
    pair = { other: next.value, parts: diff(wordsOf(from.text), wordsOf(to.text)) };
    if (pair.parts.some(({ kind, text }) => kind === "common" && /\S/.test(text))) break;
  }
  return pair;
}

function isRemoved({ kind }: Change): boolean {
  return kind === "removed";
}

function isAdded({ kind }: Change): boolean {
  return kind === "added";
}

/** White space between two words that differ stands out with them. */
function highlighted({ kind }: Change, parts: readonly Change[]): string {
  const own = parts.filter((part) => part.kind === kind || part.kind === "common");
  return own.map(({ kind, text }, i) => {
    const [before, after] = [own[i - 1]?.kind, own[i + 1]?.kind];
    const isBetween = /\s/.test(text) && before !== undefined && before === after;
    return WORD_STYLE[isBetween ? before : kind](text);
  }).join("");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\t": "\\t",
  "\v": "\\v",
  "\r": "\\r",
  "\n": "\\n\n",
  "\r\n": "\\r\\n\r\n",
};

/** The lines of a text with what can't be seen made visible, each with its end. */
function linesOf(text: string): string[] {
  const visible = text.replaceAll(/\r\n|[\\\b\f\t\v\r\n]/g, (found) => ESCAPES[found]!) + "\n";
  return visible.match(/[^\n]*\n/g) ?? [];
}

function wordsOf(line: string): string[] {
  return line.split(/((?:\\[bftv]|[^\S\r\n])+|\\[rn\\]|[()[\]{}'"\r\n]|\b)/).filter((word) => word);
}
