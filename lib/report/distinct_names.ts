import { unicodeWidth } from "./width.ts";

/**
 * Cuts names to a width, so that names that differ still do: in the middle, or where that would make two of them alike, before
 * the first letter in which they differ. What is still alike then gets a number.
 *
 * @param width columns, 4 at least
 */
export function fitDistinct(names: readonly string[], width: number): string[] {
  const different = [...new Set(names)];
  const cut = new Map(different.map((name) => [name, fitMiddle(name, width)]));
  separate(different, cut, width, 0);
  number(different, cut, width);
  return names.map((name) => cut.get(name)!);
}

/** Cuts a text to a width, in its middle, with an ellipsis. */
export function fitMiddle(text: string, width: number): string {
  if (unicodeWidth(text) <= width) return text;
  const head = startOf([...text], Math.ceil((width - 1) / 2));
  const tail = startOf([...text].reverse(), width - 1 - unicodeWidth(head));
  return `${head}…${[...tail].reverse().join("")}`;
}

/** As many of the letters as fit into a width. */
function startOf(letters: readonly string[], width: number): string {
  let text = "";
  for (const letter of letters) {
    if (unicodeWidth(text + letter) > width) break;
    text += letter;
  }
  return text;
}

/** Cuts names that look alike before what differs, until no more of them do. @param from the letters that were cut before */
function separate(
  names: readonly string[],
  cut: Map<string, string>,
  width: number,
  from: number,
): void {
  for (const alike of groupsBy(names, (name) => cut.get(name)!)) {
    const common = commonLength(alike);
    if (alike.length < 2 || common <= from) continue;
    for (const name of alike) cut.set(name, startingAt(name, common, width));
    separate(alike, cut, width, common);
  }
}

/** A name from a letter on. */
function startingAt(name: string, from: number, width: number): string {
  return `…${fitMiddle([...name].slice(from).join(""), width - 1)}`;
}

/** Gives numbers to all but the first of names that still look alike. */
function number(names: readonly string[], cut: Map<string, string>, width: number): void {
  const taken = new Set(cut.values());
  for (const [, ...alike] of groupsBy(names, (name) => cut.get(name)!)) {
    for (const name of alike) {
      let numbered = cut.get(name)!;
      for (let i = 2; taken.has(numbered); i++) numbered = numberedName(cut.get(name)!, i, width);
      taken.add(numbered);
      cut.set(name, numbered);
    }
  }
}

function numberedName(name: string, number: number, width: number): string {
  const end = `#${number}`;
  return fitMiddle(name, Math.max(1, width - end.length)) + end;
}

function groupsBy(names: readonly string[], keyOf: (name: string) => string): string[][] {
  return [...Map.groupBy(names, keyOf).values()];
}

/** The number of first letters that all names have in common. */
function commonLength(names: readonly string[]): number {
  const [first = [], ...others] = names.map((name) => [...name]);
  const differs = first.findIndex((letter, i) => others.some((other) => other[i] !== letter));
  return differs < 0 ? first.length : differs;
}
